"""E-mail through real SMTP: who gets what, what a hostile name can do, and a server that is slow, full or gone."""

from __future__ import annotations

import asyncio
import mailbox as mailboxes
import socket
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Self

import pytest

from labs.message import Delivery
from labs.orders.channels.email import Email, SmtpServer
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.stand_ins.mailbox import HOST, Mailbox
from labs.orders.store.deliveries import Deliveries
from labs.outcome import Ack, Dead, Outcome, Retry
from tests.orders.conftest import Store

AHMED, ADMIN = "ahmed@mail.dz", "admin@shop.dz"
CREATED = {
    "orderId": 42, "customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329000, "quantity": 1,
    "wilaya": "Algiers", "phone": "+213555123456", "email": AHMED, "urgent": False, "status": "pending",
}  # fmt: skip


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mailbox that listens."""
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture
def notes(store: Store) -> Deliveries:
    return Deliveries(store.database, clock=store.clock)


@pytest.fixture
def email(notes: Deliveries, box: Mailbox) -> Email:
    return mailer(notes, box.port)


def mailer(notes: Deliveries, port: int, **changes: object) -> Email:
    """The channel, with a server at this port."""
    settings = {"sender": "shop@shop.dz", "admin": ADMIN, "timeout_s": 5.0} | changes
    return Email(notes, server=SmtpServer(host=HOST, port=port), **settings)  # type: ignore[arg-type]


def tell(channel: Email, store: Store, name: str = "order.created", **changes: object) -> Outcome:
    """One delivery of an event about order 42."""
    event = OrderEvent(
        id=f"{name}-1", name=name, order_id=42, payload=CREATED | changes, created_at=store.clock()
    )
    delivery = Delivery(
        message=to_message(event), exchange="orders", routing_key=name,
        redelivered=False, delivery_tag=1, consumer_tag="c",
    )  # fmt: skip
    return asyncio.run(channel.handle(delivery))


def test_a_new_order_is_told_to_the_customer_and_to_the_shop(
    email: Email, store: Store, box: Mailbox
) -> None:
    """Two mails, each in words for its reader, each once although the event comes twice."""
    assert tell(email, store) == Ack()
    assert tell(email, store) == Ack()
    by_recipient = {mail.recipients[0]: mail for mail in box.mails()}
    assert len(box.mails()) == 2
    assert by_recipient[AHMED].subject == "We have your order 42"
    assert "Total: 329 000 DZD" in by_recipient[AHMED].text
    assert by_recipient[ADMIN].subject == "New order 42: iPhone 15 Pro for Ahmed"
    assert "Telephone: +213555123456" in by_recipient[ADMIN].text
    assert "<td><bdi>iPhone 15 Pro</bdi></td>" in by_recipient[AHMED].html


def test_a_change_of_status_is_told_to_the_customer_only(email: Email, store: Store, box: Mailbox) -> None:
    """The shop made the change, so it knows. A cancelled order says what happens to the money."""
    assert tell(email, store, "order.status_updated", status="cancelled") == Ack()
    (mail,) = box.mails()
    assert (mail.recipients, mail.subject) == ((AHMED,), "Your order 42 is cancelled")
    assert "is given back" in mail.text


def test_who_gave_no_address_gets_no_mail(email: Email, store: Store, box: Mailbox) -> None:
    """An empty field, an absent one, something that is no text: the shop hears of it all the same."""
    for address in (None, "", 7):
        assert tell(email, store, "order.status_updated", email=address) == Ack()
    assert tell(email, store, email=None) == Ack()
    assert [mail.recipients for mail in box.mails()] == [(ADMIN,)]


def test_a_name_is_text_in_every_part_and_adds_no_header(email: Email, store: Store, box: Mailbox) -> None:
    """Markup is escaped, a line break begins no header, and what would turn the sentence around is taken out."""
    name = 'Eve\r\nBcc: all@shop.dz\r\n\r\n<script>alert(1)</script>\u202e "A" & B'
    assert tell(email, store, customerName=name, productName="x" * 10_000) == Ack()
    for mail in box.mails():
        message = message_from_bytes(mail.raw, policy=default)
        assert message["Bcc"] is None
        assert len(mail.recipients) == 1
        assert "<script>" not in mail.html
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &quot;A&quot; &amp; B" in mail.html
        assert 'Name: Eve Bcc: all@shop.dz <script>alert(1)</script> "A" & B\n' in mail.text
        assert "\n" not in mail.subject
        assert len(mail.subject) < 300
        assert "\u202e" not in mail.text + mail.html + mail.subject


def test_an_arabic_name_arrives_as_it_was_written(email: Email, store: Store, box: Mailbox) -> None:
    """Subject, text and HTML are UTF-8, through a server that may know ASCII only."""
    assert tell(email, store, customerName="أحمد بن علي 🎧") == Ack()
    for mail in box.mails():
        assert "أحمد بن علي 🎧" in mail.text
        assert "<bdi>أحمد بن علي 🎧</bdi>" in mail.html
    assert any("أحمد بن علي 🎧" in mail.subject for mail in box.mails())


@pytest.mark.parametrize(
    "no_address",
    ["a@b.dz\r\nRCPT TO:<x@y.dz>", "no address", "a@b", "x" * 300 + "@a.dz"],
    ids=["a command", "two words", "no dot", "too long"],
)
def test_what_is_no_address_is_noted_and_the_shop_is_told(
    no_address: str, email: Email, store: Store, box: Mailbox, notes: Deliveries
) -> None:
    """Events may come from elsewhere, so the channel does not trust that somebody checked."""
    assert tell(email, store, email=no_address) == Ack()
    assert [mail.recipients for mail in box.mails()] == [(ADMIN,)]
    states = {note.what.recipient: note.state for note in notes.about(42)}
    assert sorted(states.values()) == ["failed", "sent"]
    assert states[ADMIN] == "sent"


def test_the_message_id_is_the_same_in_every_attempt(
    email: Email, store: Store, box: Mailbox, notes: Deliveries
) -> None:
    """A crash before the note sends again; by this line the reader's program knows the second one."""
    event = OrderEvent(
        id="e", name="order.status_updated", order_id=42, payload=CREATED, created_at=store.clock()
    )
    first = asyncio.run(email.send(event, AHMED, key="k"))
    assert asyncio.run(email.send(event, AHMED, key="k")) == first == "<k@shop.dz>"
    assert [mail.message_id for mail in box.mails()] == [first, first]
    dates = [message_from_bytes(mail.raw, policy=default)["Date"] for mail in box.mails()]
    assert dates[0] == dates[1]


def test_later_means_again_and_never_means_noted(
    email: Email, store: Store, box: Mailbox, notes: Deliveries
) -> None:
    """451 is tried again; 550 about the only recipient ends the event, and says why."""
    box.answers.append("451 4.3.0 Mailbox busy")
    outcome = tell(email, store, "order.status_updated", status="shipped")
    assert outcome == Retry(reason="The mail server said 451: 4.3.0 Mailbox busy")
    assert tell(email, store, "order.status_updated", status="shipped") == Ack()
    assert [(note.state, note.attempts) for note in notes.about(42)] == [("sent", 2)]

    box.refused[AHMED] = "550 5.1.1 No such user"
    outcome = tell(email, store, "order.created", email=AHMED)
    assert outcome == Ack()  # the shop has it
    failed = next(note for note in notes.about(42) if note.state == "failed")
    assert (failed.what.recipient, failed.error) == (AHMED, "The mail server said 550: 5.1.1 No such user")


def test_an_event_for_a_closed_mailbox_alone_is_dead(email: Email, store: Store, box: Mailbox) -> None:
    """Nobody could be reached, so a person should look."""
    box.refused[AHMED] = "550 5.1.1 No such user"
    outcome = tell(email, store, "order.status_updated")
    assert outcome == Dead(reason="The mail server said 550: 5.1.1 No such user")


def test_a_mail_that_is_too_long_for_the_server_is_never_tried_again(
    email: Email, store: Store, box: Mailbox
) -> None:
    """552 is about this mail."""
    box.answers.append("552 5.3.4 Too big")
    assert tell(email, store, "order.status_updated") == Dead(
        reason="The mail server said 552: 5.3.4 Too big"
    )


def test_a_refusal_that_is_about_us_is_tried_again(notes: Deliveries, store: Store) -> None:
    """A server that greets with 554 wants none of our mail: our operator mends that, and no mail is lost for it."""
    with _Greeter(b"554 5.7.1 You are on a list\r\n") as greeter:
        outcome = tell(mailer(notes, greeter.port), store)
    assert isinstance(outcome, Retry)
    assert "You are on a list" in outcome.reason


def test_a_server_that_is_down_or_says_nothing_is_tried_again_in_time(
    notes: Deliveries, store: Store
) -> None:
    """No port, and a port that never greets: both end in a retry, the second after the time-out."""
    with socket.create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
    down = tell(mailer(notes, port), store)
    assert isinstance(down, Retry)
    assert "cannot be used now" in down.reason
    with _Greeter(b"") as silent:
        began = time.monotonic()
        mute = tell(mailer(notes, silent.port, timeout_s=0.3), store)
        assert isinstance(mute, Retry)
        assert time.monotonic() - began < 5
    assert {note.state for note in notes.about(42)} == {"waiting"}


def test_a_slow_server_does_not_hold_up_the_loop(email: Email, store: Store, box: Mailbox) -> None:
    """Ten events at a server that thinks 0.3 s about each: together they take about as long as one."""
    box.slow_s = 0.3

    async def ten() -> None:
        events = [
            OrderEvent(
                id=f"e{n}", name="order.status_updated", order_id=n, payload=CREATED, created_at=store.clock()
            )
            for n in range(1, 11)
        ]
        await asyncio.gather(*(email.send(event, AHMED, key=event.id) for event in events))

    began = time.monotonic()
    asyncio.run(ten())
    assert time.monotonic() - began < 2.5
    assert len(box.mails()) == 10


def test_the_mailbox_keeps_the_last_ones_and_a_folder_keeps_all(
    notes: Deliveries, store: Store, tmp_path: Path
) -> None:
    """Memory is bounded; a Maildir can be read by any mail program."""
    box = Mailbox(keep=1, folder=tmp_path / "mail")
    box.start()
    try:
        tell(mailer(notes, box.port), store)
        assert len(box.mails()) == 1
        assert len(mailboxes.Maildir(tmp_path / "mail")) == 2
        assert [mail.id for mail in box.mails()] == [2]
    finally:
        box.stop()


def test_the_mailbox_stops_with_a_client_attached_and_may_be_stopped_twice() -> None:
    """Somebody who only listens is hung up on."""
    box = Mailbox()
    box.start()
    with socket.create_connection((HOST, box.port), timeout=5) as client:
        assert client.recv(100).startswith(b"220 ")
        began = time.monotonic()
        box.stop()
        box.stop()
        assert time.monotonic() - began < 5
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((HOST, box.port), timeout=1)


def test_a_password_is_not_shown() -> None:
    """A server may be printed."""
    assert "hunter2" not in repr(SmtpServer(host="h", port=1, user="u", password="hunter2"))


class _Greeter:
    """A port that says one thing to whoever calls, and then nothing."""

    def __init__(self, greeting: bytes) -> None:
        self._greeting = greeting
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._calls: list[socket.socket] = []
        self._thread = threading.Thread(target=self._answer, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for call in self._calls:
            call.close()
        self._thread.join(5)

    def _answer(self) -> None:
        while True:
            try:
                call, _ = self._listener.accept()
            except OSError:
                return
            self._calls.append(call)
            call.sendall(self._greeting)
