# expect: order 43 heard 500: it is in push.messages.retry.60000ms (it is done and gone)
from httpx import codes

from labs.outcome import Ack, Dead, Retry


def add_push(channel, send):
    """Let the queue push.messages hear of new orders; return the handler that pushes the urgent ones."""
    channel.queue_declare("push.messages", durable=True)
    channel.queue_bind("push.messages", "orders", "order.created")

    def handle(delivery):
        data = delivery.message.json()["data"]
        if not data["urgent"]:
            return Ack()  # heard, and nothing to do
        try:
            answer = send(data)
        except OSError as error:  # a time-out, a refused connection: no answer says nothing
            return Retry(reason=str(error))
        if codes.is_success(answer.status):
            return Ack()
        if answer.status == codes.TOO_MANY_REQUESTS:
            return Retry(after_ms=1000 * answer.retry_after_s, reason=f"they said {answer.status}")
        return Ack()

    return handle
