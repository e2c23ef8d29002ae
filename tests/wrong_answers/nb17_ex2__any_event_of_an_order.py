# expect: Only order.created makes a new order
def count_unread(notifications, read):
    return len({n["orderId"] for n in notifications if n["id"] > read})
