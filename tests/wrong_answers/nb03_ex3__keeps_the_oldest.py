# expect: reject-publish keeps the oldest
def offers_queue(channel, seconds):
    arguments = {"x-max-length": 3, "x-overflow": "reject-publish", "x-message-ttl": seconds * 1000}
    channel.queue_declare("offers", durable=True, arguments=arguments)
