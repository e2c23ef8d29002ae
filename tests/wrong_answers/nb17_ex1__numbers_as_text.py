# expect: whole numbers
def come_back(client, last_id, wanted):
    numbers = []
    headers = {"Last-Event-ID": str(last_id)}
    with client.stream("GET", "/api/notifications/stream", headers=headers) as answer:
        for line in answer.iter_lines():
            if line.startswith("id: "):
                numbers.append(line[4:])
            if len(numbers) == wanted:
                return numbers
