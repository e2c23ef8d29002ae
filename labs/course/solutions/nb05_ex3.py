def bind_support(channel):
    """Bind the queue support to the exchange orders: everything about orders except created."""
    for kind in (
        "status_updated",
        "cancelled",
        "refunded",
    ):  # patterns cannot exclude, so name what is wanted
        channel.queue_bind("support", "orders", routing_key=f"order.{kind}.#")
