# expect: only a number above `read` is unread
def count_unread(notifications, read):
    new = [n for n in notifications if n["event"] == "order.created" and n["id"] >= read]
    return len({n["orderId"] for n in new})
