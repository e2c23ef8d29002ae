def key_for(channel, what, where, urgent):
    """Return the routing key of an event, such as order.created.algiers.urgent."""
    place = where.lower().replace(".", "").replace(" ", "_")  # one word, whatever the customer chose
    return f"order.{what}.{place}" + (".urgent" if urgent else "")
