# expect: It waits for something that never comes
def work_off(channel, handle):
    def on_order(_channel, delivery, _properties, body):
        handle(body)
        channel.basic_ack(delivery.delivery_tag)

    channel.basic_consume("orders", on_order)
    channel.start_consuming()
