"""Topologies as values, their drawings, and where a message goes through them."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.errors import InvalidValue
from labs.exchange import Exchange
from labs.queue import Queue
from labs.routing import Binding, topic_matches
from labs.topology import Topology

ORDERS = Exchange(name="orders", alternate_exchange="unrouted")
UNROUTED = Exchange(name="unrouted", type="fanout")
NOTIFICATIONS = Queue(name="order_notifications", type="quorum")
LOST = Queue(name="lost", message_ttl_ms=60_000)
SHOP = Topology(
    exchanges=(ORDERS, UNROUTED),
    queues=(NOTIFICATIONS, LOST),
    bindings=(
        Binding(source="orders", destination="order_notifications", key="order.*"),
        Binding(source="unrouted", destination="lost"),
    ),
)


def test_the_order_of_declarations_does_not_matter() -> None:
    """Nor does saying one twice."""
    for exchanges, queues, bindings in itertools.product(
        itertools.permutations(SHOP.exchanges),
        itertools.permutations(SHOP.queues),
        itertools.permutations(SHOP.bindings),
    ):
        again = Topology(exchanges=exchanges, queues=(*queues, LOST), bindings=bindings + bindings)
        assert again == SHOP
        assert hash(again) == hash(SHOP)
        assert again.text() == SHOP.text()


def test_union_and_difference_are_those_of_sets() -> None:
    """What is joined can be taken away again."""
    audit = Topology(
        queues=(Queue(name="audit"),), bindings=(Binding(source="orders", destination="audit", key="#"),)
    )
    both = SHOP | audit
    assert both == audit | SHOP
    assert both - SHOP == audit
    assert both - audit == SHOP
    assert SHOP | SHOP == SHOP
    assert not SHOP - both


def test_a_difference_keeps_what_is_declared_differently() -> None:
    """That is the list of what would be refused with 406."""
    classic = Topology(queues=(Queue(name="order_notifications"),))
    assert (classic - SHOP).queues == (Queue(name="order_notifications"),)


@pytest.mark.parametrize(
    "other",
    [Topology(queues=(Queue(name="lost"),)), Topology(exchanges=(Exchange(name="orders", type="direct"),))],
)
def test_one_name_declared_in_two_ways_is_refused_and_both_are_named(other: Topology) -> None:
    """The broker's 406, before there is a broker."""
    with pytest.raises(InvalidValue, match="One name, two declarations") as seen:
        SHOP | other
    assert repr((other.queues + other.exchanges)[0]) in str(seen.value)
    assert "message_ttl_ms=60000" in str(seen.value) or "alternate_exchange='unrouted'" in str(seen.value)


def test_the_text_drawing_says_everything_once() -> None:
    """Exchanges with their bindings, then queues."""
    assert SHOP.text() == (
        "exchange orders (topic)\n"
        "  --[order.*]--> order_notifications\n"
        "  --alternate--> exchange unrouted\n"
        "exchange unrouted (fanout)\n"
        "  --[]--> lost\n"
        "queue lost (classic, message_ttl_ms=60000)\n"
        "queue order_notifications (quorum)"
    )


def test_the_text_drawing_names_what_is_unusual() -> None:
    """Transient, exclusive, auto-delete, internal; and a source that is declared elsewhere."""
    odd = Topology(
        exchanges=(Exchange(name="in", internal=True, durable=False, auto_delete=True),),
        queues=(
            Queue(name="mine", exclusive=True, durable=False, auto_delete=True, single_active_consumer=True),
        ),
        bindings=(Binding(source="amq.topic", destination="in", key="#", to_exchange=True),),
    )
    assert odd.text() == (
        "exchange in (topic, transient, auto-delete, internal)\n"
        "exchange amq.topic\n"
        "  --[#]--> exchange in\n"
        "queue mine (classic, transient, exclusive, auto-delete, single_active_consumer=True)"
    )


def test_the_mermaid_drawing_escapes_what_mermaid_would_read() -> None:
    """`#` is a wildcard of ours and an escape sign of Mermaid's."""
    nasty = Topology(
        exchanges=(Exchange(name='a"b<c>'),),
        queues=(Queue(name="q&`"),),
        bindings=(Binding(source='a"b<c>', destination="q&`", key="order.#"),),
    )
    drawn = nasty.mermaid()
    assert drawn.startswith("flowchart LR\n")
    assert '"order.#35;"' in drawn
    for line in drawn.splitlines()[1:]:
        inside = re.sub(r"#\d+;|<br/>", "", "".join(re.findall(r'"([^"]*)"', line)))
        assert not set(inside) & set('#"<>&`')
        assert line.count('"') == 2


def test_the_mermaid_drawing_has_a_node_for_everything_and_an_arrow_for_each_binding() -> None:
    """Exchanges are hexagons, queues cylinders, an alternate is a dotted arrow."""
    drawn = SHOP.mermaid()
    assert len(re.findall(r"^  x\d+\{\{", drawn, re.MULTILINE)) == 2
    assert len(re.findall(r"^  q\d+\[\(", drawn, re.MULTILINE)) == 2
    assert len(re.findall(r"-->", drawn)) == 2
    assert len(re.findall(r'-\. "alternate" \.->', drawn)) == 1


def test_an_empty_topology_is_false_and_draws_nothing() -> None:
    """`if wanted - actual:` reads as it should."""
    assert not Topology()
    assert SHOP
    assert Topology().text() == ""
    assert repr(SHOP) == "Topology(2 exchanges, 2 queues, 2 bindings)"


# --- explain ----------------------------------------------------------------------------------------------


def test_an_explanation_tells_which_word_took_which() -> None:
    """The line that a learner reads in notebook 05."""
    told = SHOP.explain("orders", "order.created")
    assert told.queues == ("order_notifications",)
    assert str(told) == 'orders --[order.*]--> order_notifications: order = order, * took "created"'


@pytest.mark.parametrize(
    ("pattern", "key", "says"),
    [
        ("order.#", "order.created.eu", 'order = order, # took "created.eu"'),
        ("order.#", "order", "order = order, # took no word"),
        ("#.created", "order.created", '# took "order", created = created'),
        ("a.*.b", "a..b", 'a = a, * took "", b = b'),
        ("", "", "no words on either side"),
        ("order.*", "order.created.eu", 'nothing in the pattern takes "eu"'),
        ("order.*", "order", "no word is left for *"),
        ("order.created", "order.paid", '"paid" is not created'),
        ("payment.#", "order.created", '"order" is not payment'),
        ("*", "", "no word is left for *"),
        ("#.x", "a.b", "no x comes after what # may take"),
        ("#.*", "", "no word is left for *"),
    ],
)
def test_a_topic_binding_says_why(pattern: str, key: str, says: str) -> None:
    """Fitting or not, in words."""
    topology = Topology(
        exchanges=(Exchange(name="t"),),
        queues=(LOST,),
        bindings=(Binding(source="t", destination="lost", key=pattern),),
    )
    told = topology.explain("t", key)
    arrow = ">" if topic_matches(pattern, key) else "x"
    assert told.lines[0] == f"t --[{pattern}]--{arrow} lost: {says}"


words = st.lists(st.sampled_from(["", "a", "b"]), min_size=1, max_size=4).map(".".join)
patterns = st.lists(st.sampled_from(["", "a", "b", "*", "#"]), min_size=1, max_size=4).map(".".join)


@given(patterns, words)
def test_the_words_that_were_taken_make_up_the_key(pattern: str, key: str) -> None:
    """Whatever the reason says was taken, put together, is the routing key again."""
    topology = Topology(
        exchanges=(Exchange(name="t"),),
        queues=(LOST,),
        bindings=(Binding(source="t", destination="lost", key=pattern),),
    )
    told = topology.explain("t", key)
    assert bool(told.queues) == topic_matches(pattern, key)
    if told.queues and pattern:
        reason = told.lines[0].split(": ", 1)[1]
        taken = re.findall(r'(?:^|, )(?:[*#] took (?:"([^"]*)"|(no word))|([ab]?) = [ab]?)', reason)
        words_taken = [
            quoted if not none and (quoted or not plain) else plain
            for quoted, none, plain in taken
            if not none
        ]
        assert ".".join(words_taken) == key


def test_one_copy_reaches_a_queue_through_a_diamond() -> None:
    """Two ways to one queue, one message."""
    diamond = Topology(
        exchanges=tuple(Exchange(name=name, type="fanout") for name in ("top", "left", "right")),
        queues=(Queue(name="bottom"),),
        bindings=(
            Binding(source="top", destination="left", to_exchange=True),
            Binding(source="top", destination="right", to_exchange=True),
            Binding(source="left", destination="bottom"),
            Binding(source="right", destination="bottom"),
        ),
    )
    told = diamond.explain("top", "")
    assert told.queues == ("bottom",)
    assert told.lines[-1].endswith("(it has its one copy already)")


def test_a_circle_of_exchanges_ends() -> None:
    """Each exchange is asked once."""
    circle = Topology(
        exchanges=(Exchange(name="a", type="fanout"), Exchange(name="b", type="fanout")),
        bindings=(
            Binding(source="a", destination="b", to_exchange=True),
            Binding(source="b", destination="a", to_exchange=True),
        ),
    )
    assert circle.explain("a", "").lines == (
        "a --[everything]--> exchange b: fanout, so everything fits",
        "b --[everything]--> exchange a: fanout, so everything fits (asked already)",
    )


def test_the_alternate_exchange_is_asked_when_no_binding_fits() -> None:
    """And only then."""
    told = SHOP.explain("orders", "payment.received")
    assert told.queues == ("lost",)
    assert "orders --alternate--> exchange unrouted: no binding fits" in told.lines
    assert SHOP.explain("orders", "order.created").queues == ("order_notifications",)


def test_a_binding_that_fits_and_leads_nowhere_keeps_the_alternate_out() -> None:
    """The message is lost: the broker looks at bindings, not at what becomes of them."""
    dead_end = SHOP | Topology(
        exchanges=(Exchange(name="empty", type="fanout"),),
        bindings=(Binding(source="orders", destination="empty", key="payment.#", to_exchange=True),),
    )
    told = dead_end.explain("orders", "payment.received")
    assert told.queues == ()
    assert told.lines[-1] == "empty: no binding fits, and there is no alternate exchange"


def test_the_default_exchange_takes_the_key_for_a_name() -> None:
    """Every queue is bound to it by its own name."""
    assert SHOP.explain("", "lost").queues == ("lost",)
    assert SHOP.explain("", "order.created").queues == ()
    assert str(SHOP.explain("", "nobody")) == 'default exchange: "nobody" is no queue here'


def test_dead_ends_are_told_with_the_answer_of_the_broker() -> None:
    """An unknown exchange is 404, an internal one 403."""
    internal = Topology(exchanges=(Exchange(name="in", internal=True),))
    assert "404 NOT_FOUND" in str(SHOP.explain("nope", "x"))
    assert "403" in str(internal.explain("in", "x"))
    assert SHOP.explain("nope", "x").queues == internal.explain("in", "x").queues == ()


def test_what_a_binding_names_but_nobody_declared_gets_nothing() -> None:
    """The line says so: on a broker the binding could not have been made."""
    loose = Topology(
        exchanges=(Exchange(name="t"),), bindings=(Binding(source="t", destination="ghost", key="#"),)
    )
    told = loose.explain("t", "x")
    assert told.queues == ()
    assert told.lines[0].endswith("(but nothing of that name is declared here)")


def test_predeclared_exchanges_are_known() -> None:
    """amq.topic needs no declaration."""
    topology = Topology(
        queues=(LOST,), bindings=(Binding(source="amq.topic", destination="lost", key="a.*"),)
    )
    assert topology.explain("amq.topic", "a.b").queues == ("lost",)


def test_direct_fanout_and_headers_say_why_too() -> None:
    """Each in the terms of its own rule."""
    topology = Topology(
        exchanges=(Exchange(name="d", type="direct"), Exchange(name="h", type="headers")),
        queues=(LOST,),
        bindings=(
            Binding(source="d", destination="lost", key="order.created"),
            Binding(source="h", destination="lost", arguments={"region": "EU", "urgent": None}),
        ),
    )
    assert topology.explain("d", "order.created").lines == ("d --[order.created]--> lost: the very key",)
    assert '"order.paid" is another key' in topology.explain("d", "order.paid").lines[0]
    fits = topology.explain("h", "", {"region": "EU", "urgent": False}).lines[0]
    assert fits == "h --[region='EU', urgent=None]--> lost: all of: region is 'EU', urgent is there"
    fails = topology.explain("h", "", {"region": "US"}).lines[0]
    assert fails.endswith("--x lost: all of: region is 'US', not 'EU', urgent is missing")


@pytest.mark.parametrize(("mode", "says"), [("all", "so everything fits"), ("any", "so nothing fits")])
def test_a_headers_binding_with_nothing_to_look_for_says_so(mode: str, says: str) -> None:
    """The `x-` trap, in words."""
    topology = Topology(
        exchanges=(Exchange(name="h", type="headers"),),
        queues=(LOST,),
        bindings=(Binding(source="h", destination="lost", arguments={"x-match": mode, "x-priority": 1}),),
    )
    assert topology.explain("h", "").lines[0].endswith(f"nothing to look for, {says}")


def test_an_exchange_of_a_plugin_is_not_guessed_at() -> None:
    """No answer is better than a wrong one."""
    topology = Topology(
        exchanges=(Exchange(name="c", type="x-consistent-hash"),),
        queues=(LOST,),
        bindings=(Binding(source="c", destination="lost", key="10"),),
    )
    with pytest.raises(InvalidValue, match="x-consistent-hash"):
        topology.explain("c", "x")
