# expect: numbers are numbers
import json

import pika


def publish_order(channel):
    order = {"orderId": 42, "customerName": "Ahmed", "totalPrice": 329000}
    order["totalPrice"] = "329000"
    channel.basic_publish("", "order_notifications", json.dumps(order))
