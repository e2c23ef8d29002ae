# expect: basic_publish itself returns None
def publish_and_know(channel, routing_key, body):
    channel.basic_publish("", routing_key, body, mandatory=True)
