# expect: Without Last-Event-ID the missed ones never come
def come_back(client, last_id, wanted):
    numbers = []
    with client.stream("GET", "/api/notifications/stream") as answer:
        for line in answer.iter_lines():
            if line.startswith("id: "):
                numbers.append(int(line.removeprefix("id: ")))
            if len(numbers) == wanted:
                return numbers
