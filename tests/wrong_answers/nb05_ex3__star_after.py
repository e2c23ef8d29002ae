# expect: missing: order.status_updated, 
def bind_support(channel):
    for kind in ("status_updated", "cancelled", "refunded"):
        channel.queue_bind("support", "orders", routing_key=f"order.{kind}.*")
