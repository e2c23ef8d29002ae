"""The exercises of notebook 08: die in four ways, climb and keep all, go back."""

from __future__ import annotations

from labs.course.checks.climbing import keeps_all_on_the_ladder
from labs.course.checks.dying import four_reasons
from labs.course.checks.redriving import redrives
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="8.1",
        title="Four reasons",
        check=four_reasons,
        hints=(
            "Four sources, or one that can do it all; each has x-dead-letter-exchange, and somebody is bound there.",
            "x-message-ttl for expired, x-max-length for maxlen, reject without requeue for rejected.",
            "delivery_limit needs a quorum queue: x-delivery-limit 1, then get and reject with requeue, twice.",
        ),
    ),
    Exercise(
        id="8.2",
        title="A ladder of your own",
        check=keeps_all_on_the_ladder,
        hints=(
            "Two delay queues, x-message-ttl 200 and 1500; dead letters go back by exchange '' and the queue's name.",
            "properties.headers is a dict: read your count, add one, publish the copy with the same properties.",
            "The order is: publish with confirm_delivery on, then ack. And channel.consume(…, inactivity_timeout=2).",
        ),
    ),
    Exercise(
        id="8.3",
        title="Mended, and sent again",
        check=redrives,
        hints=(
            "basic_get until there is none; what you neither ack nor reject comes back when the channel closes.",
            "The default exchange knows every queue: basic_publish('', headers['queue'], …, mandatory=True).",
            "With confirms on, an unroutable message raises pika.exceptions.UnroutableError: keep that one parked.",
        ),
    ),
)
