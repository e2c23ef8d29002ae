def queue_for(channel, receiver):
    """Make sure that this receiver hears of every new order; return the queue its programs consume from."""
    name = f"order_{receiver}"  # one name for all programs of a receiver: they share, and receivers do not
    channel.queue_declare(
        name, durable=True
    )  # whoever comes first declares it; for the others nothing happens
    channel.queue_bind(name, "orders", "order.created")
    return name
