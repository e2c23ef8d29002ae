import json

import pika


def publish_order(channel):
    """Publish Ahmed's order 42 so that any reader can understand it."""
    order = {"orderId": 42, "customerName": "Ahmed", "totalPrice": 329000}
    properties = pika.BasicProperties(
        content_type="application/json",  # how to read the body
        type="order.created",  # what happened
        message_id="order-42-created",  # the same again if it is ever sent again
        delivery_mode=2,  # survives a restart
    )
    channel.basic_publish("", "order_notifications", json.dumps(order), properties)
