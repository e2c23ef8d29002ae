"""Each lane keeps each promise."""

from __future__ import annotations

import pytest

from tests.contract.memory_lane import MemoryLane
from tests.contract.scenarios import SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_the_memory_lane_keeps_its_promise(scenario):
    scenario(MemoryLane())
