# expect: The broker counts in milliseconds
def offers_queue(channel, seconds):
    channel.queue_declare("offers", durable=True, arguments={"x-max-length": 3, "x-message-ttl": seconds})
