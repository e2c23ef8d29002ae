"""Signed webhooks to real receivers: good ones, slow ones, gone ones, forged ones; and URLs that lead inside."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

import httpx
import pytest

from labs.orders.channels.address_guard import AddressGuard, ForbiddenUrl, UnknownHost
from labs.orders.channels.outreach import Outreach
from labs.orders.channels.webhooks import Webhooks, signed
from labs.orders.domain.clock import system_clock
from labs.orders.stand_ins.receiver import Receiver
from labs.orders.stand_ins.server import HttpServer
from labs.orders.store.deliveries import Deliveries
from labs.orders.store.webhooks import Registrations
from labs.outcome import Ack, Dead, Outcome, Retry
from tests.orders.channel_events import event_about, hand, nobodys_port
from tests.orders.conftest import Store

Serve = Callable[[Receiver], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Put a receiver on a port of its own; returns its URL."""
    servers: list[HttpServer] = []

    def serve(receiver: Receiver) -> str:
        servers.append(HttpServer(receiver.app))
        servers[-1].start()
        return servers[-1].url + "/"

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture
def notes(store: Store) -> Deliveries:
    # The real clock: a receiver refuses what is older than five minutes.
    return Deliveries(store.database, clock=system_clock)


@pytest.fixture
def registrations(store: Store) -> Registrations:
    return Registrations(store.database, clock=store.clock, new_id=store.new_id)


@pytest.fixture
def webhooks(notes: Deliveries, registrations: Registrations) -> Webhooks:
    return Webhooks(notes, registrations=registrations, guard=AddressGuard(allow_private=True), timeout_s=2.0)


def tell(channel: Outreach, store: Store, name: str = "order.created", id_: str = "e-1") -> Outcome:
    """One delivery of an event about order 42."""
    return hand(channel, event_about(store, name, id_=id_))


def test_a_receiver_verifies_the_signature_and_reads_our_envelope(
    webhooks: Webhooks, registrations: Registrations, serve: Serve, store: Store
) -> None:
    """The event comes once, although it is delivered twice, and its secret opens it."""
    receiver = Receiver()
    receiver.secret = registrations.add(serve(receiver), ["order.*"]).secret
    assert tell(webhooks, store) == Ack()
    assert tell(webhooks, store) == Ack()
    (event,) = receiver.events
    assert (event["id"], event["type"], event["correlation"]) == ("e-1", "order.created", "order-42")
    assert event["data"]["customerName"] == "Ahmed"
    assert (receiver.refused, receiver.repeated) == (0, 0)


def test_only_who_asked_for_this_kind_of_event_is_told(
    webhooks: Webhooks, registrations: Registrations, serve: Serve, store: Store
) -> None:
    """The patterns are those of a topic exchange."""
    wants = {"order.*": 2, "order.created": 1, "payment.#": 1, "#": 3}
    receivers = {key: Receiver() for key in wants}
    for key, receiver in receivers.items():
        receiver.secret = registrations.add(serve(receiver), [key]).secret
    for number, name in enumerate(("order.created", "order.status_updated", "payment.processed")):
        assert tell(webhooks, store, name, id_=f"e-{number}") == Ack()
    assert {key: len(receiver.events) for key, receiver in receivers.items()} == wants


def test_a_lost_answer_repeats_the_call_and_the_receiver_knows_it_by_its_id(
    webhooks: Webhooks, registrations: Registrations, serve: Serve, store: Store
) -> None:
    """They had it, the line broke: the same id and the same bytes come again, and change nothing there."""
    receiver = Receiver()
    receiver.secret = registrations.add(serve(receiver), ["#"]).secret
    receiver.manners.drop = 1
    assert isinstance(tell(webhooks, store), Retry)
    assert tell(webhooks, store) == Ack()
    assert (len(receiver.events), receiver.repeated) == (1, 1)


def test_one_broken_receiver_keeps_nobody_else_from_the_news(
    webhooks: Webhooks, registrations: Registrations, serve: Serve, store: Store, notes: Deliveries
) -> None:
    """The good one is told at once and only once; the slow, the broken and the absent one are tried again."""
    good, slow, broken = Receiver(), Receiver(), Receiver()
    for receiver in (good, slow, broken):
        receiver.secret = registrations.add(serve(receiver), ["#"]).secret
    registrations.add(f"http://127.0.0.1:{nobodys_port()}/", ["#"])
    slow.manners.late_s, broken.says = 30, 500
    began = time.monotonic()
    outcome = tell(webhooks, store)
    assert time.monotonic() - began < 15  # one time-out, not one after the other
    assert isinstance(outcome, Retry)
    for sentence in ("did not answer within 2 s", "said 500", "cannot be reached"):
        assert sentence in outcome.reason
    slow.manners.late_s, broken.says = 0, None
    again = tell(webhooks, store)
    assert isinstance(again, Retry)
    assert again.reason == "The receiver cannot be reached: All connection attempts failed"
    assert [len(receiver.events) for receiver in (good, slow, broken)] == [1, 1, 1]
    assert good.repeated == 0
    assert sorted(note.state for note in notes.about(42)) == ["sent", "sent", "sent", "waiting"]


def test_who_says_410_gone_is_told_nothing_more(
    webhooks: Webhooks, registrations: Registrations, serve: Serve, store: Store
) -> None:
    """They ended it; nothing is parked for that, and the registration shows it."""
    receiver = Receiver()
    receiver.says = 410
    added = registrations.add(serve(receiver), ["#"])
    assert tell(webhooks, store) == Ack()
    found = registrations.find(added.id)
    assert found is not None
    assert not found.active
    receiver.says, receiver.secret = None, added.secret
    assert tell(webhooks, store) == Ack()
    assert tell(webhooks, store, id_="e-2") == Ack()
    assert receiver.events == []


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 429, 503])
def test_every_other_answer_means_again(
    status: int, webhooks: Webhooks, registrations: Registrations, serve: Serve, store: Store
) -> None:
    """A receiver that is misconfigured today may be mended tomorrow; nobody but it can know."""
    receiver = Receiver()
    receiver.says = status
    registrations.add(serve(receiver), ["#"])
    assert isinstance(tell(webhooks, store), Retry)


def test_a_redirect_is_not_followed(webhooks: Webhooks, registrations: Registrations, store: Store) -> None:
    """A checked URL that answers "over there, please" would lead where nobody has checked."""
    inside = Receiver()

    async def app(scope, receive, send) -> None:
        headers = [(b"location", inner.url.encode())]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    inner, outer = HttpServer(inside.app), HttpServer(app)
    inner.start()
    outer.start()
    try:
        registrations.add(outer.url, ["#"])
        assert tell(webhooks, store) == Retry(reason="The receiver said 307.")
        assert (inside.events, inside.refused) == ([], 0)
    finally:
        outer.stop()
        inner.stop()


def test_an_endless_answer_is_neither_waited_for_nor_kept(
    webhooks: Webhooks, registrations: Registrations, store: Store
) -> None:
    """A receiver that answers 200 and then sends for ever costs 64 KB; one that drips costs the time-out."""
    pause = {"s": 0.0}

    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(100_000):
            await send({"type": "http.response.body", "body": b"x" * 10_000, "more_body": True})
            await asyncio.sleep(pause["s"])

    server = HttpServer(app)
    server.start()
    try:
        registrations.add(server.url, ["#"])
        assert tell(webhooks, store) == Ack()
        pause["s"] = 1.9
        began = time.monotonic()
        assert tell(webhooks, store, id_="e-2") == Retry(reason="The receiver did not answer within 2 s.")
        assert time.monotonic() - began < 10
    finally:
        server.stop()


def test_a_pause_that_the_receiver_asks_for_is_kept(
    webhooks: Webhooks, registrations: Registrations, serve: Serve, store: Store
) -> None:
    """429 with Retry-After: 20."""
    receiver = Receiver()
    receiver.says, receiver.manners.pause_s = 429, 20
    registrations.add(serve(receiver), ["#"])
    assert tell(webhooks, store) == Retry(reason="The receiver said 429.", after_ms=20_000)


def test_forged_changed_and_old_calls_are_refused_by_the_receiver(serve: Serve) -> None:
    """Another secret, another body, another id, an hour ago, no signature, nonsense: 401, and nothing is kept."""
    receiver = Receiver("whsec_" + "QUJD" * 8)
    url = serve(receiver)
    body = b'{"id": "e-1"}'

    def an_hour_ago() -> datetime:
        return datetime.fromtimestamp(time.time() - 3600, UTC)

    def headers(
        secret: str = "whsec_" + "QUJD" * 8, clock: Callable[[], datetime] = system_clock
    ) -> dict[str, str]:
        return signed(body, message_id="e-1", secret=secret, clock=clock)

    good = headers()
    forged = [
        (body, headers(secret="whsec_" + "QUJE" * 8)),
        (b'{"id": "e-2"}', good),
        (body, good | {"webhook-id": "e-2"}),
        (body, good | {"webhook-timestamp": str(int(time.time()) + 60)}),
        (body, headers(clock=an_hour_ago)),
        (body, {}),
        (body, good | {"webhook-signature": "nonsense"}),
        (body, good | {"webhook-signature": "v1,§§§".encode("latin-1").decode("latin-1")}),
        (b"\xff\xfe", good),
    ]
    with httpx.Client(trust_env=False) as client:
        for content, said in forged:
            answer = client.post(
                url, content=content, headers={k: v.encode("latin-1") for k, v in said.items()}
            )
            assert answer.status_code == 401, said
        assert (receiver.events, receiver.refused) == ([], len(forged))
        assert client.post(url, content=body, headers=good).status_code == 204
    assert receiver.events == [json.loads(body)]


def guard(addresses: dict[str, list[str]], *, allow_private: bool = False) -> AddressGuard:
    """A guard whose resolver knows these names only."""

    async def resolve(name: str, port: int) -> list[str]:
        if name not in addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return addresses[name]

    return AddressGuard(allow_private=allow_private, resolve=resolve)


EVERY = str(ip_address(0))  # 0.0.0.0: "this host", which most systems take for loopback
INSIDE = [
    EVERY,
    "127.0.0.1", "127.8.8.8", "::1", "::", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "fe80::1", "fd00::1", "100.64.0.1", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "::127.0.0.1", "fe80::1%eth0", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    """Whatever the address is dressed up as; and one such address among good ones is enough."""
    with pytest.raises(ForbiddenUrl, match="private network"):
        asyncio.run(guard({"hook.example": [address]}).check("https://hook.example/"))
    with pytest.raises(ForbiddenUrl, match="private network"):
        asyncio.run(guard({"hook.example": ["93.184.216.34", address]}).check("https://hook.example/"))


@pytest.mark.parametrize(
    "spelt", ["127.0.0.1", "[::1]", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:7f00:1]"]
)
def test_loopback_is_refused_however_it_is_spelt(spelt: str) -> None:
    """Asked of the system's own resolver: it knows more spellings than we do."""
    with pytest.raises(ForbiddenUrl, match="private network"):
        asyncio.run(AddressGuard().check(f"http://{spelt}:8080/"))


@pytest.mark.parametrize("address", ["169.254.169.254", EVERY, "fe80::1", "224.0.0.1"])
def test_a_clouds_metadata_is_refused_even_where_private_networks_are_allowed(address: str) -> None:
    """Development opens loopback and the office's network, and no more."""
    lenient = guard({"hook.example": [address], "office": ["10.0.0.7"], "self": ["::1"]}, allow_private=True)
    with pytest.raises(ForbiddenUrl):
        asyncio.run(lenient.check("http://hook.example/"))
    assert asyncio.run(lenient.check("http://office/")).url.host == "10.0.0.7"
    assert asyncio.run(lenient.check("http://self:81/")).url == httpx.URL("http://[::1]:81/")


@pytest.mark.parametrize(
    "url",
    ["", "hook.example", "ftp://hook.example/", "file:/etc/passwd", "gopher://hook.example", "//hook.example/",
     "http://", "https:///x", "http://user:pw@hook.example/", "http://hook.example\r\nX: y/", "http://hook.example/\x00",
     "http://[::1", "http://hook.example:99999/", "https://" + "x" * 3000],
)  # fmt: skip
def test_what_is_no_web_address_is_refused_with_a_sentence(url: str) -> None:
    """One sentence for the person who typed it."""
    with pytest.raises(ForbiddenUrl, match=r"[A-Z].*\."):
        asyncio.run(guard({"hook.example": ["93.184.216.34"]}).check(url))


def test_a_name_without_an_address_may_have_one_later(
    notes: Deliveries, registrations: Registrations, store: Store
) -> None:
    """Unlike a forbidden one, which will never be called: that ends at once."""
    strict = guard({"inside.example": ["10.0.0.1"]})
    with pytest.raises(UnknownHost):
        asyncio.run(strict.check("https://hook.example/"))
    channel = Webhooks(notes, registrations=registrations, guard=strict)
    registrations.add("https://hook.example/", ["order.created"])
    registrations.add("https://inside.example/", ["payment.*"])
    assert tell(channel, store) == Retry(reason="The name hook.example cannot be found.")
    assert isinstance(tell(channel, store, "payment.processed", id_="e-2"), Dead)


def test_a_name_server_that_is_silent_costs_the_look_ups_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts as a name without an address: it may have one later."""
    monkeypatch.setattr("labs.orders.channels.address_guard.LOOK_UP_S", 0.1)

    async def silent(name: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(UnknownHost, match="Nobody said within"):
        asyncio.run(AddressGuard(resolve=silent).check("https://hook.example/"))


def test_the_call_goes_to_the_address_that_was_checked(
    notes: Deliveries, registrations: Registrations, serve: Serve, store: Store
) -> None:
    """No second look-up: this name exists in our resolver only, and the receiver still gets it as Host."""
    receiver, hosts = Receiver(), []

    async def noting(scope, receive, send) -> None:
        hosts.append(dict(scope["headers"])[b"host"].decode())
        await receiver.app(scope, receive, send)

    server = HttpServer(noting)
    server.start()
    try:
        local = guard({"hook.example": ["127.0.0.1"]}, allow_private=True)
        channel = Webhooks(notes, registrations=registrations, guard=local)
        receiver.secret = registrations.add(f"http://hook.example:{server.port}/", ["#"]).secret
        assert tell(channel, store) == Ack()
        assert (len(receiver.events), hosts) == (1, [f"hook.example:{server.port}"])
    finally:
        server.stop()


def test_over_tls_the_certificate_must_still_be_the_names(
    notes: Deliveries, registrations: Registrations, store: Store
) -> None:
    """The greeting of TLS names the host that was registered, not the address that is called."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            call, _ = listener.accept()
            with call:
                heard.append(call.recv(4096))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        local = guard({"hook.example": ["127.0.0.1"]}, allow_private=True)
        channel = Webhooks(notes, registrations=registrations, guard=local)
        registrations.add(f"https://hook.example:{listener.getsockname()[1]}/", ["#"])
        assert isinstance(tell(channel, store), Retry)
        thread.join(10)
    assert b"hook.example" in heard[0]


def test_a_secret_is_long_random_and_not_shown(registrations: Registrations) -> None:
    """Two registrations of one URL have two secrets; neither is in what is printed or listed."""
    one, two = (registrations.add("https://hook.example/", ["#"]) for _ in range(2))
    assert one.secret.startswith("whsec_")
    assert len(one.secret) > 40
    assert one.secret != two.secret
    assert one.secret not in repr(one) + str(one.as_json())
