# expect: str(order) is Python
import json

import pika


def publish_order(channel):
    order = {"orderId": 42, "customerName": "Ahmed", "totalPrice": 329000}
    properties = pika.BasicProperties(content_type="application/json", delivery_mode=2)
    channel.basic_publish("", "order_notifications", str(order), properties)
