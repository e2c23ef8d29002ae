"""A vhost that does not come up at once is made again; a refusal that is meant stays one."""

from __future__ import annotations

from typing import cast

import pytest

from labs.broker import vhosts
from labs.broker.management import Management
from labs.broker.vhosts import TRIES, clean_vhost
from labs.errors import AccessRefused, BrokerRefused


class Broker:
    """Answers PUT with what it is told to, in order, and then well."""

    def __init__(self, *refusals: BrokerRefused) -> None:
        self.refusals, self.asked = list(refusals), list[str]()

    def delete_vhost(self, _: str) -> None:
        """It is gone."""
        self.asked.append("delete")

    def put_vhost(self, _: str) -> None:
        """Refuse as told, else make it."""
        self.asked.append("put")
        if self.refusals:
            raise self.refusals.pop(0)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vhosts, "PAUSE_S", 0)


def clean(broker: Broker) -> None:
    clean_vhost(cast("Management", broker), "learn.x")


def test_a_vhost_that_did_not_come_up_is_deleted_and_made_again() -> None:
    """The broker was still deleting the files of the old one."""
    broker = Broker(BrokerRefused("enoent", reply_code=500))
    clean(broker)
    assert broker.asked == ["delete", "put", "delete", "put"]


def test_one_that_never_comes_up_is_told_in_the_brokers_words() -> None:
    """After a few times it is no accident."""
    broker = Broker(*(BrokerRefused("enoent", reply_code=500) for _ in range(TRIES)))
    with pytest.raises(BrokerRefused, match="enoent"):
        clean(broker)
    assert broker.asked.count("put") == TRIES


def test_a_refusal_is_not_asked_again() -> None:
    """403 is an answer."""
    broker = Broker(AccessRefused("no", reply_code=403))
    with pytest.raises(AccessRefused):
        clean(broker)
    assert broker.asked == ["delete", "put"]
