"""The live view's eyes: what happens in one vhost of a real broker, told as lines of JSON while it happens.

`python -m labs.live` is a program of its own: it listens to the broker's trace (the firehose), looks at exact
counts, and writes what it saw. `client.LiveClient` starts and ends it, `record.Record` remembers its lines.
https://www.rabbitmq.com/docs/firehose
"""
