# expect: it names those that were refused
import pika


def send_far(url, orders):
    back = set()
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.add_on_return_callback(lambda _c, _m, properties, _b: back.add(properties.message_id))
        for message_id, key in orders:
            properties = pika.BasicProperties(message_id=message_id)
            channel.basic_publish("shop", key, b"an order", properties, mandatory=True)
        for _ in range(10):
            connection.process_data_events(0.1)
    return back
