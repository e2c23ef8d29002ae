"""A RabbitMQ of another Debian suite, unpacked into a folder: no container, nothing installed on the machine.

apt, given folders of its own, resolves and downloads as if for an empty system, and checks signatures as always.
dpkg unpacks; no package script runs, so no service starts and no user is made. About 20 s and 130 MB.
The rule: every step has a time-out, and the folder gets its name only when it is whole.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from labs.bootstrap.brokers.mirror import Mirror
from labs.bootstrap.run import say, watch
from labs.bootstrap.stop import Stop

#: RabbitMQ (and with it Erlang), and what its scripts call. No recommended packages.
PACKAGES = (
    *("rabbitmq-server", "base-files", "bash", "dash", "coreutils", "sed", "grep", "mawk", "findutils"),
    *("util-linux", "hostname", "procps"),
)
#: Pages that nobody reads in there; they are a third of the packages.
UNREAD = ("doc", "info", "man", "locale", "i18n")
UPDATE_TIMEOUT_S, DOWNLOAD_TIMEOUT_S, UNPACK_TIMEOUT_S = 120.0, 300.0, 60.0
#: What Erlang asks the system for: where `localhost` is, and who user 0 is.
FILES = {
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/nsswitch.conf": "hosts: files\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
}


def make_root(root: Path, mirror: Mirror) -> None:
    """Fetch and unpack the packages of ``mirror`` into ``root``. Raises `Stop` with apt's or dpkg's last words."""
    say(f"Fetching RabbitMQ of Debian {mirror.suite} into a folder (70 MB, once; nothing is installed).")
    draft, apt = root.with_name(f"{root.name}.new"), root.with_name(f"{root.name}.apt")
    for left in (draft, apt, root):
        shutil.rmtree(left, ignore_errors=True)
    try:
        archives = download(apt, mirror)
        unpack(archives, draft)
        draft.rename(root)
    finally:
        shutil.rmtree(apt, ignore_errors=True)
        shutil.rmtree(draft, ignore_errors=True)


def download(apt: Path, mirror: Mirror) -> list[Path]:
    """The ``.deb`` files of RabbitMQ and of everything it needs, in a folder of apt's own."""
    for folder in ("lists/partial", "archives/partial", "etc/preferences.d", "etc/sources.list.d"):
        (apt / folder).mkdir(parents=True)
    (apt / "status").touch()  # nothing is installed in there yet
    (apt / "etc" / "sources.list").write_text(mirror.line, encoding="utf-8")
    command = ["env", "LC_ALL=C", "apt-get", "--yes", *options(apt)]
    mend = f"Look whether the mirror {mirror.address} can be reached, and run the same command again."
    watch(
        [*command, "update"], what=f"Package lists of {mirror.suite}", count=r"^(?:Get|Hit|Ign):\d+ (\S+)",
        total=4, mend=mend, within_s=UPDATE_TIMEOUT_S,
    )  # fmt: skip
    watch(
        [*command, "--download-only", "install", *PACKAGES], what="RabbitMQ, Erlang and what they need",
        count=r"^Get:\d+ \S+ \S+ \S+ (\S+)", total=110, mend=mend, within_s=DOWNLOAD_TIMEOUT_S,
    )  # fmt: skip
    return sorted((apt / "archives").glob("*.deb"))


def options(apt: Path) -> list[str]:
    """What keeps apt away from this machine's own lists, status and cache."""
    settings = {
        "Dir::State": apt,
        "Dir::State::Lists": apt / "lists",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt,
        "Dir::Cache::archives": apt / "archives",
        "Dir::Etc": apt / "etc",
        "Dir::Etc::sourcelist": apt / "etc" / "sources.list",
        "Dir::Etc::sourceparts": apt / "etc" / "sources.list.d",
        "Dir::Etc::preferencesparts": apt / "etc" / "preferences.d",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Acquire::Retries": 3,
        "Acquire::http::Timeout": 30,
        "Acquire::Languages": "none",
        "Debug::NoLocking": "true",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def unpack(archives: list[Path], root: Path) -> None:
    """Lay the packages over one another. Since Debian 12, /bin and its like are links into /usr: these first."""
    for folder in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "etc", "root", "proc", "dev", "tmp"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    spared = [f"--exclude=./usr/share/{name}/*" for name in UNREAD]
    tar = ["tar", "--extract", "--directory", str(root), "--keep-directory-symlink", *spared]
    for archive in archives:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as files:
            done = subprocess.run(tar, stdin=files.stdout, check=False, timeout=UNPACK_TIMEOUT_S)
        if done.returncode or files.returncode:
            raise Stop(f"{archive.name} could not be unpacked. Look whether the disk is full.")
    # The two links that the packages' scripts would have made.
    for link, target in (("usr/bin/sh", "dash"), ("usr/bin/awk", "mawk")):
        (root / link).unlink(missing_ok=True)
        (root / link).symlink_to(target)
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8")
