# expect: delivery_mode=2 makes it persistent
import json

import pika


def publish_order(channel):
    order = {"orderId": 42, "customerName": "Ahmed", "totalPrice": 329000}
    properties = pika.BasicProperties(
        content_type="application/json", type="order.created", message_id="order-42-created"
    )
    channel.basic_publish("", "order_notifications", json.dumps(order), properties)
