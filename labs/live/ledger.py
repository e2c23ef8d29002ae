"""The ledger: what the trace does not tell, worked out from exact counts.

Dead-lettering, expiry and requeueing are not traced. But a queue that holds more than came in has got dead
letters, or messages back from a consumer; one that holds fewer has lost some. And a delivery's `x-death` proves
where it came from. The rule: never a guess drawn as a fact. What stays ambiguous (a queue that gets both dead
letters and messages back, or dead letters from one of several) is left alone until a delivery tells. https://www.rabbitmq.com/docs/dlx
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labs.live.about import identity
from labs.live.account import Account
from labs.live.deaths import WHILE_WAITING, deaths
from labs.live.events import Dead, Gone
from labs.live.moves import Moves
from labs.live.routes import Routes
from labs.live.trace import Traced

#: So many further looks a difference waits for its explanation.
PATIENCE = 3
#: A look's moment is rounded to this, in ms; an event before it must be before it.
JUST_BEFORE_MS = 0.001


class Ledger:
    """Booked by `published` and `delivered`; `settle` compares with a look."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._moves = Moves()
        self._began = False

    @property
    def settled(self) -> bool:
        """Whether nothing waits for an explanation."""
        return not any(one.rise or one.fall for one in self._accounts.values())

    def account(self, queue: str) -> Account:
        """The queue's account, opened if need be: at nothing, except for queues that were there before us."""
        if (account := self._accounts.get(queue)) is None:
            account = self._accounts[queue] = Account(0 if self._began else None)
        return account

    def published(self, queue: str) -> None:
        """A copy came into the queue."""
        self.account(queue).book(1)

    def delivered(self, traced: Traced, routes: Routes) -> list[Dead]:
        """A message was given out; the answer is what its `x-death` proves and nobody has drawn yet."""
        account = self.account(traced.queue or "")
        untold = not traced.again and account.expected is not None and not account.old
        proved = list(self._proved(traced, routes)) if untold else []
        account.delivered(again=traced.again)
        return proved[::-1]

    def _proved(self, traced: Traced, routes: Routes) -> Iterator[Dead]:
        """The last move, and those before it back to the last queue that had delivered the message."""
        target = traced.queue or ""
        for death in deaths(traced.headers):
            if (lanes := routes.dead_ways(death.queue).get(target)) is None:
                return
            waited = death.reason in WHILE_WAITING
            drawn = self._moves.proves_drawn((death.queue, target), waited=waited)
            if waited and not drawn:
                self.account(death.queue).book(-1)
            if drawn is None:
                self._arrived(self.account(target))
                yield Dead(traced.at, 1, death.queue, target, lanes, death.reason, identity(traced))
            if not waited:
                return
            target = death.queue

    @staticmethod
    def _arrived(account: Account) -> None:
        if account.unclear:
            account.unclear -= 1  # its arrival was seen; now we know what it was
        else:
            account.book(1)

    def asked(self) -> None:
        """A look is on its way."""
        for account in self._accounts.values():
            account.asked()

    def settle(self, counts: Mapping[str, tuple[int, int]], routes: Routes, at: float) -> list[Dead | Gone]:
        """Compare with a look answered at `at`; tell what must have happened, as far as it is certain.

        It is told as of just before the look that showed it first: those counts have it in them already.
        """
        queues = [name for name in counts if name in routes.queues and routes.queues[name].type != "stream"]
        for name in queues:
            self.account(name).compare(*counts[name], at)
        self._began = True
        for name in self._accounts.keys() - counts.keys():
            del self._accounts[name]
        found: list[Dead | Gone] = []
        for name in queues:
            if self.account(name).sure_rise:
                found += self._came(name, routes)
        for name in queues:
            account, number = self.account(name), self.account(name).sure_fall
            if number and (not routes.dead_ways(name) or account.waited > PATIENCE):
                account.correct(-number)
                account.keep_within()
                self._moves.keep_within(name, account.expected or 0)
                found.append(Gone(account.since - JUST_BEFORE_MS, number, name))
        return found

    def _came(self, target: str, routes: Routes) -> Iterator[Dead]:
        """More than came in by publishing: dead letters, or messages that a consumer gave back."""
        account, sources = self.account(target), routes.dead_sources(target)
        at = account.since - JUST_BEFORE_MS
        for source, lanes in sources.items():
            lost = 0 if source == target else self.account(source).fall
            if number := min(account.sure_rise, lost):
                self._moves.drawn((source, target), number, waited=True)
                self.account(source).correct(-number)
                account.correct(number)
                yield Dead(at, number, source, target, lanes, _waiting_reason(source, routes))
        # What can have been given back by the target's own consumers is no proof of anything.
        certain = max(account.sure_rise - account.returned, 0)
        had = {source: self.account(source).returned for source in sources}
        had = {source: number for source, number in had.items() if number}
        if certain and not had and len(sources) == 1 and account.waited > PATIENCE:
            had = dict.fromkeys(sources, certain)  # a quorum queue's unacked count comes late; no other way in
        # Acked or rejected, the counts look alike: of several sources each has its share only if all were rejected.
        ambiguous = len(had) > 1 and sum(had.values()) > certain
        for source, returned in () if ambiguous else had.items():
            if number := min(certain, certain if len(sources) == 1 else returned):
                self._moves.drawn((source, target), number, waited=False)
                self.account(source).explain(number)
                account.correct(number)
                certain -= number
                reason = "rejected" if routes.queues[source].type == "classic" else None
                yield Dead(at, number, source, target, sources[source], reason)
        if not certain or ambiguous or not sources or account.waited > PATIENCE:
            rest = account.sure_rise
            if sources:
                account.unclear += rest
            else:
                account.requeued += rest
            account.correct(rest)


def _waiting_reason(source: str, routes: Routes) -> str | None:
    """Without a limit it can only have expired."""
    queue = routes.queues[source]
    return "expired" if queue.max_length is None and queue.max_length_bytes is None else None
