# expect: a second delivery from a second order
import json

import pika


def publish_order(channel):
    order = {"orderId": 42, "customerName": "Ahmed", "totalPrice": 329000}
    properties = pika.BasicProperties(content_type="application/json", type="order.created", delivery_mode=2)
    channel.basic_publish("", "order_notifications", json.dumps(order), properties)
