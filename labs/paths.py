"""Where the course keeps what it makes, and where its notebooks are.

Everything the course writes (the broker's data, your progress, the orders) goes into *one* folder, `home()`.
Deleting that folder resets the course; nothing else on the machine is touched.
The rule: nobody else spells such a path; ask here, so that `LABS_HOME` moves everything at once.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

#: The environment variable that moves the course's folder, for example out of a path with a `$` in its name.
HOME_VARIABLE = "LABS_HOME"


def project_root() -> Path | None:
    """The checkout that holds `labs/` and `notebooks/`, or None when `labs` was installed without them."""
    above = Path(__file__).resolve().parent.parent
    return above if (above / "notebooks").is_dir() else None


def home() -> Path:
    """The course's own folder: `$LABS_HOME`, else `.labs` in the checkout, else `~/.rabbitmq-labs`.

    The folder may not exist yet; whoever writes into it makes it.
    """
    if chosen := os.environ.get(HOME_VARIABLE):
        return Path(chosen).expanduser().absolute()
    root = project_root()
    return root / ".labs" if root is not None else Path.home() / ".rabbitmq-labs"


def home_of_tests() -> Path:
    """The folder of the tests' own broker: `test` below `home()`, and another one for each RabbitMQ that is named.

    A node of one version cannot read the data of another, and no run may find the broker of another run's version.
    """
    named = os.environ.get("LABS_RABBITMQ_HOME") or os.environ.get("LABS_AMQP_URL") or ""
    mark = hashlib.sha256(named.encode()).hexdigest()[:8]
    return home() / (f"test-{mark}" if named else "test")


def notebooks() -> Path | None:
    """The folder of notebooks, or None when there is no checkout."""
    root = project_root()
    return root / "notebooks" if root is not None else None
