"""A contract that nothing can break proves nothing: each planted fault is caught, and by the right promise."""

from __future__ import annotations

import pytest

from labs.errors import LabsError
from tests.contract.faulty import FAULTS
from tests.contract.scenarios import SCENARIOS


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught_by_the_scenarios_that_are_about_it(fault):
    """And by no other: a scenario that fails says what is wrong."""
    make, expected = FAULTS[fault]
    caught = set()
    for scenario in SCENARIOS:
        try:
            scenario(make())
        except (AssertionError, LabsError, pytest.fail.Exception):
            caught.add(scenario.__name__)
    assert caught == expected
