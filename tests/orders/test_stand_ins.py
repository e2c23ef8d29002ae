"""The stand-ins themselves: real servers on loopback that start, answer in the real shapes, and stop."""

from __future__ import annotations

import smtplib
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from labs.errors import WaitTimeout
from labs.orders.stand_ins.carrier import CarrierService
from labs.orders.stand_ins.mailbox import Mailbox
from labs.orders.stand_ins.payment import payment_app
from labs.orders.stand_ins.receiver import Receiver
from labs.orders.stand_ins.server import HttpServer
from labs.orders.stand_ins.sms import SmsService

SID, TOKEN = "AC42", "secret"
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"


@pytest.fixture
def service() -> SmsService:
    return SmsService(sid=SID, token=TOKEN)


@pytest.fixture
def client(service: SmsService) -> Iterator[httpx.Client]:
    """Somebody with the account's password."""
    with (
        HttpServer(service.app) as server,
        httpx.Client(base_url=server.url, auth=(SID, TOKEN), trust_env=False) as client,
    ):
        yield client


def test_all_of_them_share_one_port(service: SmsService) -> None:
    """Each under a path of its own, so that one server starts and stops them all."""
    carrier, receiver = CarrierService(token=TOKEN), Receiver()
    routes = [
        Mount("/sms", app=service.app),
        Mount("/carrier", app=carrier.app),
        Mount("/payment", app=payment_app()),
        Mount("/receiver", app=receiver.app),
    ]
    with (
        HttpServer(Starlette(routes=routes)) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        form = {"To": "+213550000042", "From": "+15005550006", "Body": "Hello"}
        parcel = {"reference": "order-42", "recipient": {"name": "Ahmed"}}
        answers = [
            client.post(f"/sms{MESSAGES}", data=form, auth=(SID, TOKEN)),
            client.post("/carrier/v1/shipments", json=parcel, headers=bearer),
            client.post(
                "/payment/v1/payment_intents", data={"amount": "1", "currency": "dzd"}, headers=bearer
            ),
            client.post("/receiver/", json={}),
        ]
        assert [answer.status_code for answer in answers] == [201, 201, 200, 401]
        assert (len(service.sent), len(carrier.parcels), receiver.refused) == (1, 1, 1)


def test_an_sms_is_answered_with_twilios_fields(client: httpx.Client, service: SmsService) -> None:
    """A client library that was written for Twilio finds what it looks for, with the types that it expects."""
    form = {"To": "+213550000042", "From": "+15005550006", "Body": "é" * 161}
    answer = client.post(MESSAGES, data=form)
    assert answer.status_code == 201
    said = answer.json()
    assert said["sid"].startswith("SM")
    assert len(said["sid"]) == 34
    assert (said["to"], said["from"], said["body"]) == (form["To"], form["From"], form["Body"])
    assert (said["status"], said["num_segments"], said["error_code"], said["price"]) == (
        "queued",
        "2",
        None,
        None,
    )
    assert said["uri"] == f"/2010-04-01/Accounts/{SID}/Messages/{said['sid']}.json"
    assert client.get(MESSAGES).json()["messages"] == [said] == service.sent


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"To": ""}, 400, 21604),
        ({"From": ""}, 400, 21603),
        ({"Body": ""}, 400, 21602),
        ({"Body": "x" * 1601}, 400, 21617),
        ({"Body": "x" * 100_000}, 400, 21604),  # more than is read: as if nothing had come
        ({"To": "0550 00 00 42"}, 400, 21211),
        ({"To": "Ahmed"}, 400, 21211),
        ({"To": "+15005550001"}, 400, 21211),
        ({"To": "+15005550002"}, 400, 21612),
        ({"To": "+15005550004"}, 400, 21610),
        ({"To": "+15005550009"}, 400, 21614),
    ],
)
def test_an_error_is_twilios_error_object(
    change: dict[str, str], status: int, code: int, client: httpx.Client, service: SmsService
) -> None:
    """`code`, `message`, `more_info`, `status`, and its test credentials' magic numbers."""
    form = {"To": "+213550000042", "From": "+15005550006", "Body": "Hello"} | change
    answer = client.post(MESSAGES, data=form)
    said = answer.json()
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code)
    assert said["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert said["message"]
    assert service.sent == []


def test_a_stranger_sends_nothing(client: httpx.Client, service: SmsService) -> None:
    """A wrong password is 20003; another account is 20404."""
    wrong = client.post(MESSAGES, data={}, auth=(SID, "x"))
    other = client.post(MESSAGES.replace(SID, "AC43"), data={})
    assert [(answer.status_code, answer.json()["code"]) for answer in (wrong, other)] == [
        (401, 20003),
        (404, 20404),
    ]


def test_a_spoilt_request_is_spoilt_once(client: httpx.Client, service: SmsService) -> None:
    """Two failures, one "slow down", one cut line (its SMS is sent), and then all is well."""
    service.manners.fail, service.manners.busy, service.manners.drop = 2, 1, 1
    form = {"To": "+213550000042", "From": "+15005550006", "Body": "Hello"}
    statuses: list[int | str] = []
    for _ in range(5):
        try:
            statuses.append(client.post(MESSAGES, data=form).status_code)
        except httpx.TransportError:
            statuses.append("cut")
    assert statuses == [503, 503, 429, "cut", 201]
    assert len(service.sent) == 2


def test_a_server_stops_while_an_answer_is_awaited(service: SmsService) -> None:
    """A slow stand-in does not hold up the end of the shop; then nobody answers there."""
    service.manners.late_s = 60
    server = HttpServer(service.app)
    server.start()
    form = {"To": "+213550000042", "From": "+15005550006", "Body": "Hello"}

    def wait() -> None:
        with pytest.raises(httpx.HTTPError):
            httpx.post(
                server.url + MESSAGES, data=form, auth=(SID, TOKEN), timeout=30, trust_env=False
            ).raise_for_status()

    waiting = threading.Thread(target=wait)
    waiting.start()
    deadline = time.monotonic() + 10
    while not service.sent:
        assert time.monotonic() < deadline, "the request did not arrive within 10 s"
        time.sleep(0.01)
    assert server.stop(within_s=10)
    assert server.stop()
    waiting.join(10)
    assert not waiting.is_alive()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)


def test_what_was_never_started_may_be_stopped(service: SmsService) -> None:
    """A shop that fails while it opens closes what it has."""
    Mailbox().stop()
    assert HttpServer(service.app).stop()


def test_the_mailbox_speaks_with_every_mail_program() -> None:
    """Here with Python's own; a mail without a text or with a broken header is kept all the same."""
    with Mailbox() as box, smtplib.SMTP("127.0.0.1", box.port, timeout=10) as program:
        program.sendmail("a@b.dz", ["c@d.dz", "e@f.dz"], "Subject: Hi\r\n\r\nHello\r\n")
        program.sendmail("a@b.dz", ["c@d.dz"], b"\xff\xfe no header at all")
        program.sendmail("", ["c@d.dz"], "Content-Type: application/octet-stream\r\n\r\nAA==")
        first, second, third = box.wait_for(3)
    assert (first.recipients, first.subject, first.text) == (("c@d.dz", "e@f.dz"), "Hi", "Hello\n")
    assert (second.subject, third.text) == ("", "")
    with pytest.raises(WaitTimeout, match=r"4 mails for 0\.1 s; saw 3"):
        box.wait_for(4, within_s=0.1)
