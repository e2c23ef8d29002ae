# expect: The broker said 406
def offers_queue(channel, seconds):
    arguments = {"x-max-length": 3, "x-message-ttl": str(seconds * 1000)}
    channel.queue_declare("offers", durable=True, arguments=arguments)
