# expect: nothing that the page knew already
def come_back(client, last_id, wanted):
    numbers = []
    with client.stream("GET", "/api/notifications/stream", params={"after": 0}) as answer:
        for line in answer.iter_lines():
            if line.startswith("id: "):
                numbers.append(int(line.removeprefix("id: ")))
            if len(numbers) == last_id + wanted:
                return numbers
