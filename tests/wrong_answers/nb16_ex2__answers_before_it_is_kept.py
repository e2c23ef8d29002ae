# expect: nothing can be kept
import pika
from standardwebhooks import Webhook, WebhookVerificationError


def answer(channel, request, secret):
    """Put what the shop has signed into the queue from_shop and return 204; return 401 for everything else."""
    try:  # on the bytes as they came, and before anything is read from them
        Webhook(secret).verify(request.body, request.headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: a signature of no known form
        return 401
    kept = pika.BasicProperties(message_id=request.headers["webhook-id"], delivery_mode=2)
    channel.basic_publish("", "from_shop", request.body, kept)
    return 204
