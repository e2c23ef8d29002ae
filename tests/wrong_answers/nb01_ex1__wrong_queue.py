# expect: the routing key is the queue's name
import json

import pika


def publish_order(channel):
    order = {"orderId": 42, "customerName": "Ahmed", "totalPrice": 329000}
    channel.basic_publish("", "order.created", json.dumps(order))
