"""Each lane keeps each promise. An alarm would stop the publishers of other tests, so `blocked` has its own node."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labs import paths
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.broker.vhosts import clean_vhost
from tests.contract.aio_lane import AioLane
from tests.contract.memory_lane import MemoryLane
from tests.contract.scenarios import SCENARIOS, blocked
from tests.contract.sync_lane import SyncLane

LANES = (SyncLane, AioLane)


def name(it: object) -> str:
    """What a test is called by."""
    return str(getattr(it, "__name__", it))


@pytest.fixture(scope="module")
def node_to_alarm() -> Iterator[PrivateNode]:
    """A node that nobody else publishes to; it is empty again afterwards."""
    node = PrivateNode(paths.home() / "contract", name="contract")
    node.start()
    yield node
    node.kill()
    node.reset()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=name)
def test_the_memory_lane_keeps_its_promise(scenario):
    """Without a broker, and in milliseconds."""
    lane = MemoryLane()
    scenario(lane)
    lane.close()


@pytest.mark.parametrize("lane_type", LANES, ids=name)
@pytest.mark.parametrize("scenario", [each for each in SCENARIOS if each is not blocked], ids=name)
def test_a_lane_to_a_real_broker_keeps_its_promise(scenario, lane_type, broker, vhost):
    """The same words, the same answers."""
    lane = lane_type(broker, vhost)
    try:
        scenario(lane)
    finally:
        lane.close()


@pytest.mark.slow
@pytest.mark.parametrize("lane_type", LANES, ids=name)
def test_a_publisher_that_the_broker_blocks_hears_of_it(lane_type, node_to_alarm):
    """A real memory alarm, on a node of its own."""
    with Management(node_to_alarm.broker) as management:
        clean_vhost(management, lane_type.name)
    lane = lane_type(node_to_alarm.broker, lane_type.name, node=node_to_alarm)
    try:
        blocked(lane)
    finally:
        lane.close()
