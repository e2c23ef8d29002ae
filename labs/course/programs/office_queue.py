"""The office as a consumer: what is new waits in its queue, and is forgotten there when the work is done."""

import json
import sys
import time

import pika


def main() -> None:
    """Words: milliseconds of work for each order, a folder (not used), the broker, the queue, our name."""
    busy_ms, _folder, url, queue, name = sys.argv[1:]
    parameters = pika.URLParameters(url)
    parameters.client_properties = {"connection_name": name}
    channel = pika.BlockingConnection(parameters).channel()
    channel.basic_qos(prefetch_count=1)

    def hear(_channel: object, delivery: pika.spec.Basic.Deliver, _properties: object, body: bytes) -> None:
        order = json.loads(body)
        time.sleep(float(busy_ms) / 1000)
        done_s = time.monotonic()
        channel.basic_ack(delivery.delivery_tag)
        print("heard", order["orderId"], done_s, flush=True)  # after the ack, or we might be ended in between

    channel.basic_consume(queue, hear, consumer_tag=name)
    print("ready", flush=True)
    channel.start_consuming()


if __name__ == "__main__":
    main()
