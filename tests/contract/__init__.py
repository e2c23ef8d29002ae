"""What every lane promises: one set of scenarios, run against pika, aio-pika and the broker in memory."""
