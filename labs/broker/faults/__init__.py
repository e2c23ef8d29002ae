"""Faults on purpose: what breaks in production, at the moment a lesson wants it, and always undone.

`Proxy` breaks the network in front of a broker, `close_connections` does what an operator does.
"""

from labs.broker.faults.closing import close_connections
from labs.broker.faults.proxy import Proxy

__all__ = ["Proxy", "close_connections"]
