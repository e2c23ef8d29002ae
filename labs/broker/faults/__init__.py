"""Faults on purpose: what breaks in production, at the moment a lesson wants it, and always undone.

`Proxy` breaks the network in front of a broker, `close_connections` does what an operator does; the alarms and
`frozen`, `killed`, `restarted` need a private node, such as `lesson.spare_broker()`, that nobody else uses.
"""

from labs.broker.faults.alarms import alarms, disk_alarm, memory_alarm
from labs.broker.faults.closing import close_connections
from labs.broker.faults.outage import frozen, killed, restarted
from labs.broker.faults.proxy import Proxy

__all__ = [
    "Proxy",
    "alarms",
    "close_connections",
    "disk_alarm",
    "frozen",
    "killed",
    "memory_alarm",
    "restarted",
]
