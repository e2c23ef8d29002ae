def come_back(client, last_id, wanted):
    """Open the stream again after number `last_id`; return the numbers of the next `wanted` notifications."""
    numbers = []
    headers = {"Last-Event-ID": str(last_id)}
    with client.stream("GET", "/api/notifications/stream", headers=headers) as answer:
        for line in answer.iter_lines():
            if line.startswith("id: "):  # pulses and comments have no number
                numbers.append(int(line.removeprefix("id: ")))
            if len(numbers) == wanted:  # the stream has no end, so the reader must have one
                break
    return numbers
