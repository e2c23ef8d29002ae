# expect: one order counts once
def count_unread(notifications, read):
    return sum(n["event"] == "order.created" and n["id"] > read for n in notifications)
