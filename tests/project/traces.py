"""Find what a file tells about the machine it was written on: its folders, its people, its registries, its clock."""

from __future__ import annotations

import getpass
import json
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

#: Folders that belong to somebody. Containers, package managers and the Ahmed of our story are nobody.
SOMEBODYS = re.compile(
    r"(?<![\w.])/(?:root/|home/(?!learner\b|linuxbrew\b|jovyan\b|ahmed\b)\w|Users/(?!Shared\b)\w|opt/pypi)"
    r"|file:///\w|C:\\Users\\\w"
)
#: What package managers write when they are told where to look.
INDEX = re.compile(r"--?(?:extra-)?index-url[= ]\S|\"resolved\": *\"http|--find-links[= ]\S")
#: A moment of one run, as in an execution's metadata.
MOMENT = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d")
#: Where this machine puts what is temporary; in a stored output it is a trace, in prose an example.
TEMPORARY = re.compile(r"(?<![\w.])/(?:private/)?(?:tmp|var/folders)/\w")
#: Names that say nothing about anybody.
GENERIC = {"admin", "build", "ci", "debian", "docker", "learner", "localhost", "nobody", "root", "runner", "test"} | {
    "ubuntu", "user", "vagrant", "vm", "worker", "labs", "host", "server", "guest", "rabbitmq", "jovyan",
}  # fmt: skip
#: Everybody's registries.
PUBLIC = {"pypi.org", "files.pythonhosted.org", "conda.anaconda.org", "registry.npmjs.org"}


def traces(root: Path, files: list[str]) -> list[str]:
    """Every trace in the text files ``files`` below ``root``, as ``file: what``."""
    words = machine_words(root)
    found: list[str] = []
    for name in files:
        try:
            text = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        patterns = [SOMEBODYS, INDEX, *words]
        found += [f"{name}: {m.group()!r}" for pattern in patterns for m in pattern.finditer(text)]
        if name.endswith(".ipynb"):
            found += [f"{name}: {trace}" for trace in notebook_traces(json.loads(text))]
    return found


def notebook_traces(notebook: dict[str, object]) -> Iterator[str]:
    """What runners leave in a notebook: times in the metadata, temporary folders in the outputs."""
    cells: list[dict[str, object]] = notebook["cells"]  # type: ignore[assignment]
    for metadata in [notebook.get("metadata", {}), *(cell.get("metadata", {}) for cell in cells)]:
        written = json.dumps(metadata)
        yield from (f"metadata {m.group()!r}" for m in MOMENT.finditer(written))
        yield from (f"metadata {key!r}" for key in ("papermill", "execution", "widgets") if key in metadata)  # type: ignore[operator]
    for cell in cells:
        written = json.dumps(cell.get("outputs", []))
        yield from (f"output {m.group()!r}" for m in TEMPORARY.finditer(written))


def machine_words(root: Path) -> list[re.Pattern[str]]:
    """This machine's own words: the checkout's folder, the home, the user, the host, its package indexes."""
    folders = {str(root), str(Path.cwd()), str(Path.home()), sys.prefix, tempfile.gettempdir() + "/pytest"}
    folders = {folder for folder in folders if folder.count("/") > 1}
    names = {getpass.getuser(), socket.gethostname().partition(".")[0]}
    names = {name for name in names if len(name) > 2 and name.lower() not in GENERIC}
    hosts = package_hosts() - PUBLIC
    exact = [re.compile(rf"(?<![\w/]){re.escape(folder)}(?![\w-])") for folder in folders]
    return exact + [re.compile(rf"\b{re.escape(word)}\b") for word in names | hosts]


@cache
def package_hosts() -> set[str]:
    """The hosts that pip is configured to ask on this machine."""
    pip = [sys.executable, "-m", "pip", "config", "list"]
    said = subprocess.run(pip, capture_output=True, text=True, check=False).stdout
    urls = re.findall(r"https?://[^\s'\"\\,]+", said)
    return {host for url in urls if (host := urlsplit(url).hostname)}


def tracked(root: Path) -> list[str]:
    """What is in the repository or would be added to it."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and (root / name).is_file()]
