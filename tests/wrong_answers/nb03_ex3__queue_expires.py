# expect: x-expires deletes the whole queue
def offers_queue(channel, seconds):
    channel.queue_declare("offers", durable=True, arguments={"x-max-length": 3, "x-expires": seconds * 1000})
