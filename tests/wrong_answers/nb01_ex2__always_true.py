# expect: mandatory=True makes the broker hand it back
def publish_and_know(channel, routing_key, body):
    channel.confirm_delivery()
    channel.basic_publish("", routing_key, body)
    return True
