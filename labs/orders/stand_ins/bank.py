"""A bank in a dictionary: payments by the rules of Stripe's API, and a ledger to check.

It keeps an answer for each `Idempotency-Key` and gives it again, whoever asks. It decides races: a payment
that was voided cannot be charged, and one that was charged cannot be voided, only refunded. With a `file` it
remembers across restarts, even a sudden one. One thread writes; any thread may read the ledger.
https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labs.orders.domain.clock import Clock, system_clock
from labs.orders.domain.ids import NewId, random_id
from labs.orders.stand_ins import stripe_objects as say
from labs.orders.stand_ins.stripe_objects import Answer

#: A payment in one of these can still be charged, or voided.
OPEN = ("requires_confirmation", "requires_payment_method")
#: An answer that is kept for its key. A request that was refused did not begin, and may be asked again.
KEPT = (200, 402)


class Bank:
    """Knows every payment. `decline_over`: larger amounts, in centimes, are declined; may be changed later."""

    def __init__(
        self,
        file: Path | None = None,
        *,
        decline_over: int | None = None,
        clock: Clock = system_clock,
        new_id: NewId = random_id,
    ) -> None:
        self.decline_over = decline_over
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, dict[str, Any]] = {}
        self._books = {"intents": self.intents, "refunds": self.refunds, "answers": self._answers}
        self._file, self._clock, self._new_id = file, clock, new_id
        if file is not None and file.exists():
            self._remember(file)

    def ledger(self) -> list[tuple[str, int]]:
        """Every movement of money: the order's number, and centimes that came (more than 0) or went back."""
        intents, refunds = dict(self.intents), dict(self.refunds)
        came = [(each, each["amount_received"]) for each in intents.values() if each["amount_received"]]
        went = [(intents[each["payment_intent"]], -each["amount"]) for each in refunds.values()]
        return [(intent["metadata"].get("order_id", ""), amount) for intent, amount in came + went]

    def ask(self, path: str, form: Mapping[str, str], key: str | None = None) -> Answer:
        """Answer one POST to `/v1/{path}`: the status and the body. The same key gives the same answer."""
        asked = json.dumps([path, sorted(form.items())])
        if key is not None and (before := self._answers.get(key)):
            if before["asked"] != asked:
                return say.refusal(400, "This key was used for another request.", type_="idempotency_error")
            return before["status"], before["body"]
        status, body = self._answer(path.split("/"), form)
        if key is not None and status in KEPT:
            self._keep("answers", key, {"asked": asked, "status": status, "body": body})
        return status, body

    def _answer(self, path: list[str], form: Mapping[str, str]) -> Answer:
        match path:
            case ["payment_intents"]:
                return say.wrong_parameter(form) or self._create(form)
            case ["payment_intents", name, "confirm" | "cancel"] if name not in self.intents:
                return say.missing(name)
            case ["payment_intents", name, "confirm"]:
                return self._confirm(self.intents[name])
            case ["payment_intents", name, "cancel"]:
                return self._cancel(self.intents[name])
            case ["refunds"]:
                return self._refund(form.get("payment_intent", ""))
        return say.refusal(404, f"Unrecognized request URL (POST: /v1/{'/'.join(path)}).")

    def _create(self, form: Mapping[str, str]) -> Answer:
        intent = say.payment_intent(self._name("pi"), form, created=self._now())
        self._keep("intents", intent["id"], intent)
        return self._confirm(intent) if form.get("confirm") == "true" else (200, intent)

    def _confirm(self, intent: dict[str, Any]) -> Answer:
        if intent["status"] not in OPEN:
            return say.unexpected_state(intent, "confirm")
        if self.decline_over is not None and intent["amount"] > self.decline_over:
            return say.declined(self._change(intent, status="requires_payment_method"))
        return 200, self._change(intent, status="succeeded", amount_received=intent["amount"])

    def _cancel(self, intent: dict[str, Any]) -> Answer:
        if intent["status"] not in OPEN:
            return say.unexpected_state(intent, "cancel")
        return 200, self._change(intent, status="canceled")

    def _refund(self, name: str) -> Answer:
        intent = self.intents.get(name)
        if intent is None:
            return say.missing(name)
        if any(each["payment_intent"] == name for each in self.refunds.values()):
            return say.refusal(400, "This payment has been refunded.", code="charge_already_refunded")
        if not intent["amount_received"]:
            return say.refusal(400, "This PaymentIntent does not have a successful charge to refund.")
        refund = say.refund(self._name("re"), intent, created=self._now())
        return 200, self._keep("refunds", refund["id"], refund)

    def _name(self, prefix: str) -> str:
        return f"{prefix}_{self._new_id().replace('-', '')}"

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def _change(self, intent: dict[str, Any], **changes: object) -> dict[str, Any]:
        return self._keep("intents", intent["id"], intent | changes)

    def _keep(self, book: str, key: str, value: dict[str, Any]) -> dict[str, Any]:
        self._books[book][key] = value
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps([book, key, value]) + "\n")
        return value

    def _remember(self, file: Path) -> None:
        # A last line without its end was cut by a crash, so it was never answered; the next one begins afresh.
        whole, _, cut = file.read_text(encoding="utf-8").rpartition("\n")
        for line in whole.splitlines():
            book, key, value = json.loads(line)
            self._books[book][key] = value
        if cut:
            file.write_text(f"{whole}\n", encoding="utf-8")
