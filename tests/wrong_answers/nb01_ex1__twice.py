# expect: found 2
import json

import pika


def publish_order(channel):
    order = {"orderId": 42, "customerName": "Ahmed", "totalPrice": 329000}
    for _ in range(2):
        channel.basic_publish("", "order_notifications", json.dumps(order))
