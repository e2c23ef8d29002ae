# expect: The limit counts messages that are ready
def offers_queue(channel, seconds):
    arguments = {"x-max-length": 3, "x-max-length-bytes": 10, "x-message-ttl": seconds * 1000}
    channel.queue_declare("offers", durable=True, arguments=arguments)
