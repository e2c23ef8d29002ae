# expect: the shop saw it listen to the stream
def come_back(client, last_id, wanted):
    items = client.get("/api/notifications").json()["items"]
    return sorted(item["id"] for item in items if item["id"] > last_id)[:wanted]
