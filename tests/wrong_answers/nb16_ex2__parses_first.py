# expect: the same JSON in other bytes
import base64
import hmac
import json
import time

import pika


def answer(channel, request, secret):
    """Put what the shop has signed into the queue from_shop and return 204; return 401 for everything else."""
    headers = request.headers
    try:
        name, moment = headers["webhook-id"], headers["webhook-timestamp"]
        said = f"{name}.{moment}.".encode() + json.dumps(json.loads(request.body)).encode()
        key = base64.b64decode(secret.removeprefix("whsec_"))
        right = "v1," + base64.b64encode(hmac.digest(key, said, "sha256")).decode()
        fresh = abs(time.time() - int(moment)) < 300
    except (KeyError, ValueError):
        return 401
    signatures = headers.get("webhook-signature", "").split(" ")
    if not fresh or not any(hmac.compare_digest(right, each) for each in signatures):
        return 401
    channel.confirm_delivery()
    kept = pika.BasicProperties(message_id=name, delivery_mode=2)
    channel.basic_publish("", "from_shop", request.body, kept, mandatory=True)
    return 204
