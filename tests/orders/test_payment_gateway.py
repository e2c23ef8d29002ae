"""The payment service's client against a server of Stripe's shapes, with everything that can go wrong on the line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from labs.orders.channels.payment_answers import GatewayAway, GatewayRefused, Verdict
from labs.orders.channels.payment_gateway import PaymentGateway
from labs.orders.stand_ins.bank import Bank
from labs.orders.stand_ins.payment import Manners, payment_app
from labs.orders.web.server import WebServer

Value = TypeVar("Value")
#: An answer that takes longer than this is late.
PATIENCE_S = 0.5
PRICE = 32_900_000


class Service:
    """A payment service that runs, and a client that is made for each piece of work."""

    def __init__(self) -> None:
        self.bank, self.manners = Bank(), Manners()
        self.server = WebServer(payment_app(self.bank, self.manners), port=0, stop_s=2)

    def ask(self, work: Callable[[PaymentGateway], Awaitable[Value]], *, url: str | None = None) -> Value:
        """What comes of `work` with a client of its own."""

        async def go() -> Value:
            client = PaymentGateway(url or self.server.url, key="sk_test_42", timeout_s=PATIENCE_S)
            try:
                return await work(client)
            finally:
                await client.close()

        return asyncio.run(go())

    def prepared(self, key: str = "event-1") -> str:
        """The name of a payment for order 42 that has not moved any money."""
        verdict = self.ask(lambda client: client.prepare(order_id=42, centimes=PRICE, key=key))
        assert verdict.state == "charging"
        assert verdict.reference is not None
        return verdict.reference

    def form(self, path: str, **form: str) -> httpx.Response:
        """A request as any Stripe client sends it."""
        url, headers = f"{self.server.url}/v1/{path}", {"Authorization": "Bearer sk_test_42"}
        return httpx.post(url, data=form, headers=headers, trust_env=False)


@pytest.fixture
def service() -> Iterator[Service]:
    """A payment service on loopback."""
    service = Service()
    service.server.start()
    yield service
    service.server.stop(2)


# --- what goes well ------------------------------------------------------------------------------------------


def test_preparing_moves_no_money_and_confirming_does(service: Service) -> None:
    """Two steps: a name, then the money."""
    name = service.prepared()
    assert service.bank.ledger() == []
    assert service.ask(lambda client: client.confirm(name)) == Verdict(state="processed")
    assert service.bank.ledger() == [("42", PRICE)]


def test_a_refund_brings_the_money_back_once(service: Service) -> None:
    """Asked three times, twice with the same key and once with another; and the next customer's is another one."""
    for key in ("event-1", "event-2"):
        name = service.prepared(key)
        service.ask(lambda client, name=name: client.confirm(name))  # type: ignore[misc]
        for _ in range(2):
            refunded = service.ask(lambda client, name=name: client.refund(name))  # type: ignore[misc]
            assert refunded == Verdict(state="refunded")
        again = service.form("refunds", payment_intent=name)
        assert (again.status_code, again.json()["error"]["code"]) == (400, "charge_already_refunded")
    assert sorted(amount for _, amount in service.bank.ledger()) == [-PRICE, -PRICE, PRICE, PRICE]


def test_who_comes_first_decides(service: Service) -> None:
    """What was voided cannot be charged, and what was charged cannot be voided: each learns how it stands."""
    voided, charged = service.prepared("event-1"), service.prepared("event-2")
    assert service.ask(lambda client: client.void(voided)) == Verdict(state="cancelled")
    assert service.ask(lambda client: client.confirm(voided)) == Verdict(state="cancelled")
    assert service.ask(lambda client: client.confirm(charged)) == Verdict(state="processed")
    assert service.ask(lambda client: client.void(charged)) == Verdict(state="processed")
    assert service.bank.ledger() == [("42", PRICE)]


def test_a_declined_card_is_an_answer(service: Service) -> None:
    """402 card_declined, with the bank's sentence; and asking again does not change its mind."""
    service.bank.decline_over = 100
    name = service.prepared()
    declined = Verdict(state="failed", reason="Your card has insufficient funds.")
    assert service.ask(lambda client: client.confirm(name)) == declined
    service.bank.decline_over = None
    assert service.ask(lambda client: client.confirm(name)) == declined
    assert service.bank.ledger() == []


# --- what goes wrong on the line -----------------------------------------------------------------------------


def test_a_late_answer_does_not_charge_twice(service: Service) -> None:
    """The money moved, the answer came too late: the second attempt hears the first answer."""
    name = service.prepared()
    service.manners.late_s = 3 * PATIENCE_S
    with pytest.raises(GatewayAway, match=r"did not answer: (TimeoutError|ReadTimeout)"):
        service.ask(lambda client: client.confirm(name))
    assert service.bank.ledger() == [("42", PRICE)]
    service.manners.late_s = 0
    assert service.ask(lambda client: client.confirm(name)) == Verdict(state="processed")
    assert service.bank.ledger() == [("42", PRICE)]


@pytest.mark.parametrize("step", ["prepare", "confirm", "void", "refund"])
def test_a_cut_line_after_the_work_is_asked_again(service: Service, step: str) -> None:
    """Done, and the connection dropped: the same request again has the same effect as one."""
    name = service.prepared()
    if step == "refund":
        service.ask(lambda client: client.confirm(name))

    def work(client: PaymentGateway) -> Awaitable[Verdict]:
        if step == "prepare":
            return client.prepare(order_id=42, centimes=PRICE, key="event-2")
        ask: Callable[[str], Awaitable[Verdict]] = getattr(client, step)
        return ask(name)

    service.manners.drop = 1
    with pytest.raises(GatewayAway, match="did not answer: RemoteProtocolError"):
        service.ask(work)
    done = len(service.bank.intents), service.bank.ledger()
    service.ask(work)
    assert (len(service.bank.intents), service.bank.ledger()) == done
    assert len(done[1]) == {"prepare": 0, "confirm": 1, "void": 0, "refund": 2}[step]


@pytest.mark.parametrize(("manners", "status", "after_ms"), [("fail", 503, 0), ("busy", 429, 1000)])
def test_a_service_that_is_not_well_is_asked_again_later(
    service: Service, manners: str, status: int, after_ms: int
) -> None:
    """5xx and 429 say nothing about the payment; `Retry-After` is obeyed."""
    name = service.prepared()
    setattr(service.manners, manners, 1)
    with pytest.raises(GatewayAway, match=str(status)) as away:
        service.ask(lambda client: client.confirm(name))
    assert away.value.after_ms == after_ms
    assert service.ask(lambda client: client.confirm(name)) == Verdict(state="processed")


def test_nobody_at_home_is_asked_again_later(service: Service) -> None:
    """Connection refused."""
    with pytest.raises(GatewayAway, match="did not answer: ConnectError"):
        service.ask(lambda client: client.void("pi_1"), url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (
            lambda client: client.prepare(order_id=42, centimes=0, key="k"),
            r"\(400\): Invalid positive integer: 0",
        ),
        (lambda client: client.confirm("pi_of/nobody?"), r"\(404\): Unrecognized request"),
        (lambda client: client.refund("pi_of_nobody"), r"\(404\): No such payment_intent"),
    ],
)
def test_our_own_mistake_is_never_asked_again(
    service: Service, work: Callable[[PaymentGateway], Awaitable[Verdict]], said: str
) -> None:
    """Another 4xx is about our request: it carries the service's reason."""
    with pytest.raises(GatewayRefused, match=said):
        service.ask(work)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, "<html>", GatewayRefused),
        (200, "[]", GatewayRefused),
        (200, '{"id": "' + "x" * 65 + '", "status": "succeeded"}', GatewayRefused),
        (200, '{"id": "pi_1", "status": "processing"}', GatewayAway),
        (301, "", GatewayRefused),
        (403, '{"error": "no"}', GatewayRefused),
        (409, '{"error": {"code": "idempotency_key_in_use"}}', GatewayAway),
        (500, "<html>", GatewayAway),
    ],
)
def test_strange_answers_decide_nothing(status: int, body: str, error: type[Exception]) -> None:
    """A proxy's page, a wrong address, a half-finished payment: neither paid nor failed."""

    async def go() -> None:
        answer = httpx.MockTransport(
            lambda _: httpx.Response(status, text=body, headers={"Retry-After": "soon"})
        )
        client = PaymentGateway("http://bank", key="sk_test_1", transport=answer)
        with pytest.raises(error):
            await client.confirm("pi_1")
        await client.close()

    asyncio.run(go())


def test_a_price_that_no_card_can_carry_is_the_customers_answer() -> None:
    """`amount_too_large` is about the order, not about our program: the order is cancelled, with that reason."""
    error = {"error": {"code": "amount_too_large", "message": "Amount must be no more than 999,999.99"}}

    async def go() -> Verdict:
        answer = httpx.MockTransport(lambda _: httpx.Response(400, json=error))
        client = PaymentGateway("http://bank", key="sk_test_1", transport=answer)
        return await client.prepare(order_id=1, centimes=10**11, key="k")

    assert asyncio.run(go()) == Verdict(state="failed", reason="Amount must be no more than 999,999.99")


# --- the stand-in itself -------------------------------------------------------------------------------------


def test_the_stand_in_has_stripes_shapes(service: Service) -> None:
    """Forms in, objects out; one request can create and charge, as Stripe's own can."""
    answer = service.form(
        "payment_intents", amount="1999", currency="dzd", confirm="true", **{"metadata[order_id]": "7"}
    )
    payment = answer.json()
    assert (answer.status_code, payment["object"], payment["status"]) == (200, "payment_intent", "succeeded")
    assert (payment["amount"], payment["amount_received"], payment["metadata"]) == (
        1999,
        1999,
        {"order_id": "7"},
    )
    assert payment["id"].startswith("pi_")
    refund = service.form("refunds", payment_intent=payment["id"]).json()
    assert (refund["object"], refund["status"], refund["amount"]) == ("refund", "succeeded", 1999)
    wrong = service.form("payment_intents", amount="much", currency="dzd")
    assert (wrong.status_code, wrong.json()["error"]["type"]) == (400, "invalid_request_error")
    assert service.form("nonsense").status_code == 404
    assert httpx.post(f"{service.server.url}/v1/refunds", trust_env=False).status_code == 401


def test_a_key_belongs_to_one_request() -> None:
    """The same key with another amount is refused, as Stripe refuses it."""
    bank = Bank()
    form = {"amount": "100", "currency": "dzd"}
    first = bank.ask("payment_intents", form, "k")
    assert bank.ask("payment_intents", form, "k") == first
    status, body = bank.ask("payment_intents", form | {"amount": "101"}, "k")
    assert (status, body["error"]["type"]) == (400, "idempotency_error")
    assert len(bank.intents) == 1


def test_the_bank_remembers_after_a_crash(tmp_path: Path) -> None:
    """Payments, answers and ledger come back from its file; half a line at the end never happened."""
    file = tmp_path / "bank.jsonl"
    form = {"amount": "100", "currency": "dzd", "confirm": "true", "metadata[order_id]": "42"}
    paid = Bank(file).ask("payment_intents", form, "k")
    with file.open("a") as journal:
        journal.write('["intents", "pi_9", {"amo')
    bank = Bank(file)
    assert bank.ask("payment_intents", form, "k") == paid
    assert bank.ledger() == [("42", 100)]
    bank.ask("refunds", {"payment_intent": paid[1]["id"]})
    assert Bank(file).ledger() == [("42", 100), ("42", -100)]
