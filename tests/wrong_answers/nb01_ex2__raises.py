# expect: The message was returned
def publish_and_know(channel, routing_key, body):
    channel.confirm_delivery()
    channel.basic_publish("", routing_key, body, mandatory=True)
    return True
