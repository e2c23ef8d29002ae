"""One private broker for the whole test run, and a vhost of its own for every test that wants one.

The node lives below the course's folder, in `test/` (or is the one that `LABS_AMQP_URL` names).
It is started by the first test that needs it, shared by all xdist workers, and stopped at the end of the run.
No broker obtainable means that the tests fail: a skipped test proves nothing.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from xdist.scheduler import LoadFileScheduling

from labs import paths
from labs.broker.address import Broker
from labs.broker.ensure import ensure_broker, main_node
from labs.broker.lock import try_lock
from labs.broker.management import Management
from labs.broker.vhosts import clean_vhost, drop_vhost
from tests.orders.absent import absent

#: Tells the workers, the kernels and the programs under test where the run's own folder is.
HOME_OF_TESTS = "LABS_HOME_OF_TESTS"
_in_use = pytest.StashKey[ExitStack]()

# The gate tries the same examples every time; a slow machine is no fault; a failure is shown as it was found.
# To look for new ones, made as small as can be: pytest --hypothesis-profile explore --hypothesis-seed 42
settings.register_profile(
    "gate", derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate]
)
settings.register_profile("explore", deadline=None, database=None, max_examples=1000, print_blob=True)
settings.load_profile("gate")


def pytest_configure(config: pytest.Config) -> None:
    """Move `LABS_HOME` to the run's own folder, before xdist starts its workers: they inherit it."""
    if hasattr(config, "workerinput") or HOME_OF_TESTS in os.environ:
        return
    home = paths.home_of_tests()
    home.mkdir(parents=True, exist_ok=True)
    os.environ["LABS_HOME"] = os.environ[HOME_OF_TESTS] = str(home)
    config.stash[_in_use] = ExitStack()
    # A shared lock says "a run uses this node"; a run that dies gives it back without a word.
    config.stash[_in_use].enter_context(try_lock(home / "in-use", shared=True))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's node, unless another run still uses it."""
    if (in_use := config.stash.get(_in_use, None)) is None:
        return
    in_use.close()
    home = Path(os.environ.pop(HOME_OF_TESTS))
    with try_lock(home / "in-use") as nobody_else:
        if nobody_else:
            main_node(home).stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the shop could not be tested with here, in any run that tested the shop."""
    reports = (report for kind in terminalreporter.stats.values() for report in kind)
    if any(getattr(report, "nodeid", "").startswith("tests/orders/") for report in reports):
        for reason in absent().values():
            terminalreporter.write_line(reason, yellow=True)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a failure when it happens: a long run may be stopped before pytest prints its own list."""
    if "PYTEST_XDIST_WORKER" in os.environ or report.outcome not in {"failed", "rerun"}:
        return
    said = "tried again" if report.outcome == "rerun" else "FAILED"
    crash = getattr(report.longrepr, "reprcrash", None)
    reason = (crash.message if crash else str(report.longrepr)).strip().splitlines()
    line = f"{said}: {report.nodeid} ({report.when}): {reason[0] if reason else ''}"
    print(f"\n{line[:400]}", flush=True)  # noqa: T201 - for whoever reads along


#: Three files have tests for every notebook, `[03_queues]`, `[3.2]` or `[nb03_ex2__why]`; these may be parted.
BY_NOTEBOOK = re.compile(r"/test_(?:papermill|exercises_both_ways|interrupted)\.py::(?:.*\[(?:nb)?0*(\d+)[._])?")


class ByFile(LoadFileScheduling):
    """A file's tests stay together on one worker; where there are tests for every notebook, each notebook's do."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        match = BY_NOTEBOOK.search(nodeid)
        return f"{file} {match[1]}" if match else file


@pytest.hookimpl(optionalhook=True)  # there may be no xdist in this run
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """What `--dist loadfile` means here."""
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def broker() -> Broker:
    """The run's broker, started if need be; xdist workers that ask at once get the same one."""
    return ensure_broker()


@pytest.fixture(scope="session")
def management(broker: Broker) -> Iterator[Management]:
    """A client of its management API."""
    with Management(broker) as client:
        yield client


@pytest.fixture
def vhost(management: Management) -> Iterator[str]:
    """The name of a fresh vhost that nobody else uses; deleted after the test with all that is in it."""
    name = f"test.{uuid.uuid4().hex[:12]}"
    clean_vhost(management, name)
    yield name
    drop_vhost(management, name)
