# expect: it returns a whole number
def count_unread(notifications, read):
    return {n["orderId"] for n in notifications if n["event"] == "order.created" and n["id"] > read}
