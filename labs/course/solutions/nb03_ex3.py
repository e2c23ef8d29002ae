def offers_queue(channel, seconds):
    """Declare `offers`: at most the three newest messages, each for so many seconds."""
    arguments = {
        "x-max-length": 3,  # drop-head is the default: the oldest makes room for the newest
        "x-message-ttl": seconds * 1000,  # the broker counts in milliseconds
    }
    channel.queue_declare("offers", durable=True, arguments=arguments)
