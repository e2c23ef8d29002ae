# expect: its line is closed
KEPT = []


def come_back(client, last_id, wanted):
    headers = {"Last-Event-ID": str(last_id)}
    request = client.build_request("GET", "/api/notifications/stream", headers=headers)
    answer = client.send(request, stream=True)
    lines = answer.iter_lines()
    KEPT.append((answer, lines))
    numbers = []
    while len(numbers) < wanted:
        line = next(lines)
        if line.startswith("id: "):
            numbers.append(int(line.removeprefix("id: ")))
    return numbers
