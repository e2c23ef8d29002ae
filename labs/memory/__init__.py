"""The memory lane: a broker that fits into a unit test, with the same nouns as `labs.sync`.

No socket, no thread, no clock of its own: time passes when you say so. It keeps the promises that a program
may rely on (routing, confirms, unacked deliveries that come again, time to live, dead letters, full queues)
and it is held to them by tests/contract, which runs the same scenarios here and on a real broker.
The rule: test your handlers here, in milliseconds; test your *declarations* and your nerves on a real one.
"""
