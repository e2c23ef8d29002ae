"""Where a topic exchange really puts keys: shared by the checks of notebook 05."""

from __future__ import annotations

from labs.course.probe import Probe


def routed(probe: Probe, patterns: list[str], keys: list[str]) -> list[list[str]]:
    """For each pattern, the keys that the broker put into a queue bound with it."""
    with probe.channel() as channel:
        channel.confirm_delivery()
        channel.exchange_declare("eleven", exchange_type="topic", durable=True)
        for place, pattern in enumerate(patterns):
            channel.queue_declare(f"eleven.{place}", durable=True)
            channel.queue_bind(f"eleven.{place}", "eleven", routing_key=pattern)
        for key in keys:
            channel.basic_publish("eleven", key, key.encode())
    return [probe.bodies(f"eleven.{place}") for place in range(len(patterns))]


def listed(before: str, items: list[str]) -> str:
    """The items behind the words `before` and before a closing bracket; nothing if there are none."""
    return f"{before}{', '.join(items)})" if items else ""
