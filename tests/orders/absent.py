"""Programs that some of the shop's tests need, and that this machine may lack.

`make test` installs them where it may. Where it may not, the tests that cannot do without are left out, and the
run's last lines say which and why.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from labs.bootstrap import nest, postgres

#: The guide's services, in their own language.
NEST = Path(__file__).parent / "nest"


@cache
def absent() -> dict[str, str]:
    """The fixtures that cannot be made here, each with the sentence that says why."""
    reasons: dict[str, str] = {}
    if postgres.find_postgres() is None:
        reasons["postgres"] = f"The shop was tested on SQLite only: no PostgreSQL here. {postgres.advice()}"
    if why := nest.absent(NEST):
        reasons["nest"] = why
    return reasons
