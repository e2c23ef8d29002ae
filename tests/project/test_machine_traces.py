"""No tracked file says on which machine, by whom or when it was made, and the search for such traces works."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from labs import paths
from tests.project import traces as search

ROOT = paths.project_root()
assert ROOT is not None


def test_no_tracked_file_carries_a_trace_of_a_machine() -> None:
    """Folders, people, hosts, registries and times stay where they are."""
    files = search.tracked(ROOT)
    assert len(files) > 50
    assert not search.traces(ROOT, files)


def notebook(metadata: dict[str, object], text: str) -> str:
    """A notebook of one cell that printed ``text``."""
    output = {"output_type": "stream", "name": "stdout", "text": [text]}
    cell = {"cell_type": "code", "id": "a", "metadata": metadata, "source": [], "outputs": [output]}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


#: Each is one file with one trace in it. Written in two pieces, so that this file carries none.
PLANTED = {
    "home.py": "DATA = '/ro" + "ot/course/data'\n",
    "person.md": "Open /ho" + "me/yasmine/course in a terminal.\n",
    "mac.toml": "folder = '/Us" + "ers/yasmine/course'\n",
    "pip.txt": "--index-" + "url https://packages.example/simple\npika==1.4.4\n",
    "wheel.txt": "pika @ file:" + "///wheels/pika.whl\n",
    "lock.json": '{"resolved"' + ': "http://packages.example/a.tgz"}\n',
    "time.ipynb": notebook({"execution": {"iopub.execute_input": "2026-01-02T" + "03:04:05Z"}}, "fine"),
    "mill.ipynb": notebook({"papermill": {}}, "fine"),
    "temporary.ipynb": notebook({}, "written to /tm" + "p/ipykernel_1/x"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_trace_is_found(name: str, tmp_path: Path) -> None:
    """In a repository of its own, each kind of trace is seen, and so is a file that git does not track yet."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / name).write_text(PLANTED[name], encoding="utf-8")
    found = search.traces(tmp_path, search.tracked(tmp_path))
    assert found
    assert all(trace.startswith(f"{name}: ") for trace in found)


def test_this_machines_own_words_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person, the host, the checkout's folder and the package index, whatever they are called here."""
    monkeypatch.setattr(search.getpass, "getuser", lambda: "yasmine")
    monkeypatch.setattr(search.socket, "gethostname", lambda: "laptop-7.example")
    monkeypatch.setattr(search, "package_hosts", lambda: {"pypi.org", "mirror.example"})
    for word in ("yasmine", "laptop-7", f"{tmp_path}/notebooks", "mirror.example"):
        (tmp_path / "a.txt").write_text(f"made by {word}.\n", encoding="utf-8")
        assert search.traces(tmp_path, ["a.txt"]), word


def test_ordinary_words_are_no_traces(tmp_path: Path) -> None:
    """Examples, public registries, container users and generic names may stand in a file."""
    text = "See https://pypi.org/simple, ~/rabbitmq-labs, /home/learner, /usr/lib/rabbitmq, user root on localhost.\n"
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    (tmp_path / "b.ipynb").write_text(
        notebook({"tags": ["check"]}, "order 42 of 2026-01-02"), encoding="utf-8"
    )
    assert not search.traces(tmp_path, ["a.md", "b.ipynb"])
