# expect: there is a durable queue push.messages
from httpx import codes

from labs.outcome import Ack, Dead, Retry


def add_push(channel, send):
    """Let the queue push.messages hear of new orders; return the handler that pushes the urgent ones."""
    channel.queue_declare("push.messages")
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
        if answer.status == codes.TOO_MANY_REQUESTS or codes.is_server_error(answer.status):
            return Retry(after_ms=1000 * answer.retry_after_s, reason=f"they said {answer.status}")
        return Dead(reason=f"they said {answer.status}")  # our request is wrong: a person must look

    return handle
