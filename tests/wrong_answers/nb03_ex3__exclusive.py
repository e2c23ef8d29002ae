# expect: An exclusive queue goes with its connection
def offers_queue(channel, seconds):
    arguments = {"x-max-length": 3, "x-message-ttl": seconds * 1000}
    channel.queue_declare("offers", exclusive=True, arguments=arguments)
