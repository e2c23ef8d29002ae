def count_unread(notifications, read):
    """How many new orders came after number `read`."""
    new = {
        notice["orderId"]
        for notice in notifications
        if notice["event"] == "order.created" and notice["id"] > read
    }
    return len(new)  # a set: an order that stands there twice is one order still
