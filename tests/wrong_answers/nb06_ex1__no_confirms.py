# expect: only to a channel with confirm_delivery()
import pika
import pika.exceptions


def ledger(channel, orders):
    back = []
    channel.add_on_return_callback(lambda _ch, _method, properties, _body: back.append(properties.message_id))
    for message_id, key in orders:
        properties = pika.BasicProperties(message_id=message_id)
        channel.basic_publish("shop", key, message_id, properties, mandatory=True)
    channel.connection.process_data_events(0.5)
    return {message_id: "returned" if message_id in back else "stored" for message_id, _ in orders}
