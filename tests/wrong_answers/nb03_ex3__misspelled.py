# expect: A name that is spelled wrong is ignored
def offers_queue(channel, seconds):
    arguments = {"x-max-lenght": 3, "x-message-ttl": seconds * 1000}
    channel.queue_declare("offers", durable=True, arguments=arguments)
