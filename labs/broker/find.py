"""Find the RabbitMQ installations of this machine, best first.

Every package puts RabbitMQ somewhere else, and the `rabbitmq-server` on PATH is often only a wrapper.
The rule: take the folder of the *real* scripts, known by `rabbitmq-env` beside them and `plugins/` next door.
Debian's wrapper, if you call it, starts a server with the machine's own settings before it refuses you.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labs.errors import BrokerUnavailable

#: Names one installation and excludes all others, for example a RabbitMQ 4 beside the packaged one.
HOME_VARIABLE = "LABS_RABBITMQ_HOME"
#: Below a Python or conda prefix: conda-forge's layout, then a Debian-like one.
IN_PREFIX = ("lib/rabbitmq*/sbin", "lib/rabbitmq/lib/rabbitmq_server-*/sbin")
#: Debian and RPM, Homebrew (Apple silicon, Intel, Linux), the Docker image, tarballs, MacPorts.
ON_MACHINE = (
    "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin",
    "opt/homebrew/opt/rabbitmq/sbin",
    "usr/local/opt/rabbitmq/sbin",
    "home/linuxbrew/.linuxbrew/opt/rabbitmq/sbin",
    "opt/rabbitmq*/sbin",
    "usr/local/rabbitmq_server-*/sbin",
    "opt/local/lib/rabbitmq/lib/rabbitmq_server-*/sbin",
)
IN_USER_HOME = ("rabbitmq_server-*/sbin",)
#: Where `erl` may be when neither PATH nor the installation's own prefix has it.
ERLANG = (
    "usr/lib/erlang/bin",
    "opt/homebrew/bin",
    "usr/local/bin",
    "opt/local/bin",
    "home/linuxbrew/.linuxbrew/bin",
)


#: How to get a RabbitMQ, in one sentence for each kind of machine.
HOW_TO_GET_ONE = (
    "Debian, Ubuntu: sudo apt install rabbitmq-server. macOS: brew install rabbitmq. "
    "conda: conda install -c conda-forge rabbitmq-server. "
    "Windows, or anywhere with Docker: docker compose up."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One RabbitMQ on this machine: its scripts, its version ("" if unknown) and the folder of its `erl`.

    `launcher` is put before every command: a way into a container or a chroot.
    """

    sbin: Path
    version: str
    erlang: Path | None = None
    launcher: tuple[str, ...] = ()

    @property
    def plugins(self) -> frozenset[str]:
        """The plugins that can be enabled here, by name."""
        found = (
            re.match(r"([a-z][a-z0-9_]*)-\d", entry.name)
            for entry in (self.sbin.parent / "plugins").glob("rabbit*")
        )
        return frozenset(match.group(1) for match in found if match)


def find_installations(root: Path = Path("/")) -> list[Installation]:
    """All usable installations, the best first: conda's, PATH's, then the known places, newest first.

    `LABS_RABBITMQ_HOME`, when set, is the only place looked at. `root` stands for `/`, for tests.
    An empty list on Windows: the scripts are POSIX shell scripts, and the course uses Docker there.
    """
    if os.name != "posix":
        return []
    if chosen := os.environ.get(HOME_VARIABLE):
        sbin = Path(chosen).expanduser().absolute() / "sbin"
        return [_installation(sbin, root)] if (sbin / "rabbitmq-server").is_file() else []
    unique = dict.fromkeys(folder.resolve() for folder in _candidates(root))
    return [_installation(folder, root) for folder in unique if _is_real(folder)]


def best_installation() -> Installation:
    """The first one found. Raises BrokerUnavailable, which says how to get one."""
    if not (found := find_installations()):
        raise BrokerUnavailable("No RabbitMQ was found on this machine.", hint=HOW_TO_GET_ONE)
    return found[0]


def _candidates(root: Path) -> Iterator[Path]:
    prefixes = [
        Path(prefix) for prefix in dict.fromkeys((os.environ.get("CONDA_PREFIX"), sys.prefix)) if prefix
    ]
    for prefix in prefixes:
        for pattern in IN_PREFIX:
            yield from _newest_first(prefix, pattern)
    if on_path := shutil.which("rabbitmq-server"):
        yield Path(on_path).resolve().parent
    for pattern in ON_MACHINE:
        yield from _newest_first(root, pattern)
    for pattern in IN_USER_HOME:
        yield from _newest_first(Path.home(), pattern)


def _newest_first(base: Path, pattern: str) -> list[Path]:
    def by_number(sbin: Path) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", _version(sbin))]

    return sorted(base.glob(pattern), key=by_number, reverse=True)


def _is_real(sbin: Path) -> bool:
    scripts = ("rabbitmq-server", "rabbitmq-env", "rabbitmqctl")
    return all((sbin / script).is_file() for script in scripts) and (sbin.parent / "plugins").is_dir()


def _version(sbin: Path) -> str:
    """From the broker's own library (`plugins/rabbit-3.10.8`), else from a folder name on the way there."""
    for entry in sorted((sbin.parent / "plugins").glob("rabbit-[0-9]*")):
        return entry.name.removeprefix("rabbit-").removesuffix(".ez")
    named = re.findall(r"rabbitmq(?:[_-]server)?[-/]v?(\d+(?:\.\d+)+)", str(sbin))
    return str(named[-1]) if named else ""


def _installation(sbin: Path, root: Path) -> Installation:
    own = [above / "bin" for above in sbin.parents[:5]]
    known = [root / place for place in ERLANG]
    on_path = [Path(erl).parent] if (erl := shutil.which("erl")) else []
    folder = next((place for place in (*own, *on_path, *known) if (place / "erl").is_file()), None)
    return Installation(sbin=sbin, version=_version(sbin), erlang=folder)
