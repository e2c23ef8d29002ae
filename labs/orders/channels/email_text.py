"""What the shop writes: three letters, each as plain text and as HTML, made of the same words.

The rule: whatever a customer typed is text. In the HTML part every word is escaped, and what is somebody's own
word stands in `<bdi>`, so that a right-to-left name does not turn the sentence around. Control characters, and those
that reorder what we wrote, are taken out: in a subject, a line break would begin a header of the customer's own.
Pure. https://owasp.org/www-community/vulnerabilities/Improper_Data_Validation · https://www.w3.org/International/articles/inline-bidi-markup/
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from labs.orders.domain.event import OrderEvent

#: The longest text that is taken over from an event, in characters.
MAX_WORD = 120
#: Characters that say which way to write the ones after them: a name could end in our sentence reversed.
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: What each status means for the person who waits.
MEANING = {
    "confirmed": "We have confirmed your order and are packing it.",
    "shipped": "Your order has left us and is on its way to you.",
    "delivered": "Your order has been delivered. Thank you for buying from us.",
    "cancelled": "Your order is cancelled, and nothing will be charged. What you have paid is given back.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A `subject`, sentences of ours, and `facts`: label and value, where a value may be anybody's word."""

    subject: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The letter for those who read plain text."""
        facts = "\n".join(f"{label}: {value}" for label, value in self.facts)
        return "\n\n".join((*self.sentences, facts)) + "\n"

    @property
    def html(self) -> str:
        """The same for everybody else; no image, no link, nothing that is loaded from anywhere."""
        sentences = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.sentences)
        rows = "".join(
            f'<tr><th scope="row" align="left">{html.escape(label)}</th><td><bdi>{html.escape(value)}</bdi></td></tr>'
            for label, value in self.facts
        )
        title = html.escape(self.subject)
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body>{sentences}<table>{rows}</table></body></html>"
        )


def order_received(event: OrderEvent) -> Letter:
    """To the customer: we have it."""
    return Letter(
        subject=f"We have your order {event.order_id}",
        sentences=("Thank you for your order.", "We will call you to confirm it before we send anything."),
        facts=_facts(event),
    )


def order_for_the_shop(event: OrderEvent) -> Letter:
    """To the admin: somebody ordered."""
    urgent = "Urgent order" if event.payload.get("urgent") is True else "New order"
    who = word(event.payload, "customerName") or "somebody"
    what = word(event.payload, "productName") or "something"
    phone = ("Telephone", word(event.payload, "phone") or "not given")
    return Letter(
        subject=f"{urgent} {event.order_id}: {what} for {who}",
        sentences=("A new order is waiting to be confirmed.",),
        facts=(*_facts(event), phone),
    )


def status_changed(event: OrderEvent) -> Letter:
    """To the customer: where the order is now."""
    status = word(event.payload, "status") or "changed"
    return Letter(
        subject=f"Your order {event.order_id} is {status}",
        sentences=(MEANING.get(status, f"Your order is now {status}."),),
        facts=_facts(event),
    )


def word(payload: Mapping[str, object], name: str, *, most: int = MAX_WORD) -> str:
    """The text under `name` as one line without control characters, at most `most` long; "" when it is none."""
    value = payload.get(name)
    line = " ".join(value.split()) if isinstance(value, str) else ""
    kept = "".join(c for c in line if c not in TURNS and unicodedata.category(c) not in ("Cc", "Cs"))
    return kept[:most].strip()


def price(payload: Mapping[str, object]) -> str:
    """`329 000 DZD`, as it is written in Algeria; "" when there is no price."""
    value = payload.get("totalPrice")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f"{value:,}".replace(",", " ") + " DZD"


def _facts(event: OrderEvent) -> tuple[tuple[str, str], ...]:
    quantity = event.payload.get("quantity")
    facts = (
        ("Order", str(event.order_id)),
        ("Name", word(event.payload, "customerName")),
        ("Product", word(event.payload, "productName")),
        ("Quantity", str(quantity) if isinstance(quantity, int) else ""),
        ("Total", price(event.payload)),
        ("Wilaya", word(event.payload, "wilaya")),
    )
    return tuple((label, value) for label, value in facts if value)
