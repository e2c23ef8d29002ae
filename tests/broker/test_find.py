"""Where installations are found. Every layout is imitated below a temporary folder; nothing is started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labs.broker import find
from labs.broker.find import best_installation, find_installations
from labs.errors import BrokerUnavailable

SCRIPTS = ("rabbitmq-server", "rabbitmq-env", "rabbitmqctl")


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any RabbitMQ: no prefix, no PATH, no home, no choice by variable."""
    for name in ("CONDA_PREFIX", find.HOME_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "venv"))


def install(home: Path, *, version: str = "", plugins: bool = True) -> Path:
    """Lay out the scripts of one RabbitMQ in `home` and return its `sbin`."""
    sbin = home / "sbin"
    sbin.mkdir(parents=True)
    for script in SCRIPTS:
        (sbin / script).write_text("#!/bin/sh\n")
        (sbin / script).chmod(0o755)
    if plugins:
        (home / "plugins").mkdir()
    if version:
        (home / "plugins" / f"rabbit-{version}").mkdir()
    return sbin


@pytest.mark.parametrize(
    "place",
    [
        "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8",
        "opt/homebrew/opt/rabbitmq",
        "usr/local/opt/rabbitmq",
        "home/linuxbrew/.linuxbrew/opt/rabbitmq",
        "opt/rabbitmq",
        "usr/local/rabbitmq_server-4.1.0",
        "opt/local/lib/rabbitmq/lib/rabbitmq_server-3.13.7",
    ],
)
def test_a_package_is_found_where_its_packager_puts_it(tmp_path: Path, place: str) -> None:
    """Debian, RPM, three Homebrews, the Docker image, a tarball, MacPorts."""
    sbin = install(tmp_path / place)
    assert [found.sbin for found in find_installations(tmp_path)] == [sbin]


def test_the_newest_of_several_versions_comes_first(tmp_path: Path) -> None:
    """Versions are numbers: 3.10 is newer than 3.9."""
    for version in ("3.9.9", "3.10.8", "3.8.2"):
        install(tmp_path / f"usr/lib/rabbitmq/lib/rabbitmq_server-{version}")
    assert [found.version for found in find_installations(tmp_path)] == ["3.10.8", "3.9.9", "3.8.2"]


def test_debians_wrapper_folder_is_passed_over(tmp_path: Path) -> None:
    """It has all three scripts and no plugins beside them; running it starts a server it should not."""
    wrapper = install(tmp_path / "usr/lib/rabbitmq/lib/rabbitmq_server-0", plugins=False)
    assert wrapper.is_dir()
    assert find_installations(tmp_path) == []


def test_condas_own_comes_before_the_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment you activated is the one you meant."""
    conda = install(tmp_path / "env/lib/rabbitmq", version="4.1.4")
    debian = install(tmp_path / "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8")
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "env"))
    found = find_installations(tmp_path)
    assert [(one.sbin, one.version) for one in found] == [(conda, "4.1.4"), (debian, "3.10.8")]


def test_the_prefix_of_this_python_counts_without_activation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel of a conda environment runs its Python without CONDA_PREFIX, and still finds `erl` there."""
    conda = install(tmp_path / "env/lib/rabbitmq", version="4.1.4")
    (tmp_path / "env/bin").mkdir()
    (tmp_path / "env/bin/erl").touch()
    monkeypatch.setattr("sys.prefix", str(tmp_path / "env"))
    (found,) = find_installations(tmp_path)
    assert (found.sbin, found.erlang) == (conda, tmp_path / "env/bin")


def test_a_link_on_the_path_leads_to_the_real_scripts(tmp_path: Path) -> None:
    """Homebrew and tarball users have a link in a `bin` folder."""
    sbin = install(tmp_path / "somewhere/rabbitmq_server-4.0.5")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/rabbitmq-server").symlink_to(sbin / "rabbitmq-server")
    assert [found.sbin for found in find_installations(tmp_path)] == [sbin]


def test_a_tarball_in_the_home_folder_is_found(tmp_path: Path) -> None:
    """The way of people who may not install anything."""
    sbin = install(tmp_path / "me/rabbitmq_server-4.0.5")
    assert [(one.sbin, one.version) for one in find_installations(tmp_path)] == [(sbin, "4.0.5")]


def test_the_variable_names_the_only_place_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LABS_RABBITMQ_HOME excludes all others, so it can also exclude everything."""
    install(tmp_path / "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8")
    chosen = install(tmp_path / "mine", version="4.3.6")
    monkeypatch.setenv(find.HOME_VARIABLE, str(tmp_path / "mine"))
    assert [(one.sbin, one.version) for one in find_installations(tmp_path)] == [(chosen, "4.3.6")]
    monkeypatch.setenv(find.HOME_VARIABLE, str(tmp_path / "nowhere"))
    assert find_installations(tmp_path) == []


def test_nothing_is_found_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The start scripts are POSIX shell scripts; Docker is the way there."""
    install(tmp_path / "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8")
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        found = find_installations(tmp_path)
    assert found == []


def test_none_found_is_one_sentence_and_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint names a command for every kind of machine."""
    monkeypatch.setenv(find.HOME_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(BrokerUnavailable, match="No RabbitMQ was found") as caught:
        best_installation()
    for way in ("apt", "brew", "conda", "docker compose"):
        assert way in caught.value.hint


def test_plugins_are_known_by_name_whatever_their_packing(tmp_path: Path) -> None:
    """A plugin is a folder or an .ez archive, with its version in the name."""
    install(tmp_path / "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8", version="3.10.8")
    plugins = tmp_path / "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8/plugins"
    (plugins / "rabbitmq_stream-3.10.8").mkdir()
    (plugins / "rabbitmq_shovel-3.10.8.ez").touch()
    (found,) = find_installations(tmp_path)
    assert {"rabbitmq_stream", "rabbitmq_shovel"} <= found.plugins
    assert "rabbitmq_tracing" not in found.plugins
