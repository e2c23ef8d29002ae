"""A small sign for each kind of exchange, and for those who publish and consume; 16 by 16, drawn with a line.

direct: one way to one target. fanout: a copy for everyone. topic: a pattern's branching ways, one of them
taken. headers: labels. https://www.rabbitmq.com/tutorials/amqp-concepts#exchanges
"""

from __future__ import annotations

#: By an exchange's type, or by the kind of node; "" is for an exchange of a type we do not know.
ICONS = {
    "direct": "M1.5 8 L10 8 M7 5 L10 8 L7 11 M13.5 4.5 L13.5 11.5",
    "fanout": "M1.5 8 L6 8 M6 8 L13 2.5 M6 8 L14 8 M6 8 L13 13.5 M10 2.5 L13 2.5 L13 5.5 M10 13.5 L13 13.5 L13 10.5",
    "topic": "M3.8 5 L3.8 11 M1.2 6.5 L6.4 9.5 M1.2 9.5 L6.4 6.5 M11.4 3.8 L10.4 12.2 M14.4 3.8 L13.4 12.2 "
    "M9.2 6.4 L15.4 6.4 M8.8 9.6 L15 9.6",
    "headers": "M2 4 L6 4 M8.5 4 L14 4 M2 8 L6 8 M8.5 8 L14 8 M2 12 L6 12 M8.5 12 L14 12",
    "": "M3 8 L13 8 M8 3 L8 13",
    "producer": "M1.5 8 L13.5 8 M9.5 4 L13.5 8 L9.5 12",
    "consumer": "M1 8 L10 8 M6.5 4.5 L10 8 L6.5 11.5 M14 3 L14 13",
}


def icon_of(kind: str, type_of_exchange: str = "") -> str:
    """The path of a sign."""
    return ICONS.get(type_of_exchange, ICONS[""]) if kind == "exchange" else ICONS.get(kind, ICONS[""])
