# expect: Do not declare the missing queue
def publish_and_know(channel, routing_key, body):
    channel.queue_declare(routing_key, durable=True)
    channel.basic_publish("", routing_key, body)
    return routing_key != "nowhere"
