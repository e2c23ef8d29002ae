"""Bootstrap: what it installs, when it has nothing to do, and what it says when it may not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from labs import paths
from labs.bootstrap import __main__ as bootstrap
from labs.bootstrap import debian, nest, postgres, programs
from labs.bootstrap.environment import SOURCES, Environment
from labs.bootstrap.run import watch
from labs.bootstrap.stop import Stop

ROOT = paths.project_root()
assert ROOT is not None


@pytest.fixture
def checkout(tmp_path: Path) -> Environment:
    """A checkout with the two files that decide, and an environment that claims to be complete."""
    for name in SOURCES:
        (tmp_path / name).write_text(f"# {name}\n", encoding="utf-8")
    environment = Environment(tmp_path)
    environment.folder.mkdir()
    environment.stamp(tests=False).write_text(environment.fingerprint(), encoding="ascii")
    return environment


def test_a_complete_environment_is_ready(checkout: Environment) -> None:
    """The second start finds the stamp and installs nothing."""
    assert checkout.ready(tests=False)


def test_what_is_enough_for_learning_is_not_enough_for_the_tests(checkout: Environment) -> None:
    """The tests' own packages are asked for separately, and include the learner's."""
    assert not checkout.ready(tests=True)
    checkout.stamp(tests=False).unlink()
    checkout.stamp(tests=True).write_text(checkout.fingerprint(), encoding="ascii")
    assert checkout.ready(tests=True)
    assert checkout.ready(tests=False)


@pytest.mark.parametrize("name", SOURCES)
def test_a_changed_version_makes_it_install_again(checkout: Environment, name: str) -> None:
    """After `git pull` the stamp no longer fits."""
    (checkout.root / name).write_text("something new\n", encoding="utf-8")
    assert not checkout.ready(tests=False)


def test_a_moved_checkout_makes_it_install_again(checkout: Environment, tmp_path: Path) -> None:
    """The installed package is a link to the old folder."""
    moved = tmp_path / "elsewhere"
    shutil.copytree(checkout.root, moved, ignore=shutil.ignore_patterns("elsewhere"))
    assert not Environment(moved).ready(tests=False)


def test_an_environment_whose_python_is_gone_does_not_work(checkout: Environment) -> None:
    """A system upgrade may have removed it; then the environment is made anew."""
    assert not checkout.works()


def test_pip_gets_the_constraints_and_no_index(checkout: Environment) -> None:
    """Where packages come from is the reader's own pip configuration."""
    command = checkout.pip_command(tests=True)
    assert command[command.index("--constraint") + 1] == str(checkout.root / "constraints.txt")
    assert command[-1] == f"{checkout.root}[test]"
    assert not [word for word in command if "index" in word or "://" in word]


def test_without_root_it_names_the_command_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence on Debian, where this user may not install: the package and the whole command."""
    monkeypatch.setattr(debian, "privilege", lambda: None)
    monkeypatch.setattr(debian, "family", lambda: frozenset({"debian"}))
    with pytest.raises(Stop, match=r"sudo apt-get install rabbitmq-server") as stop:
        debian.install(["rabbitmq-server"], why="it is needed")
    assert "\n" not in str(stop.value)


@pytest.mark.parametrize(
    ("platform", "system", "words"),
    [
        ("linux", {"debian"}, "sudo apt-get install rabbitmq-server"),
        ("linux", {"ubuntu", "debian"}, "sudo apt-get install rabbitmq-server"),
        ("linux", {"fedora"}, "dnf install rabbitmq-server"),
        ("darwin", set[str](), "brew install rabbitmq"),
        ("linux", {"arch"}, "conda"),
    ],
)
def test_without_a_broker_it_says_how_to_get_one_here(
    monkeypatch: pytest.MonkeyPatch, platform: str, system: set[str], words: str
) -> None:
    """One sentence that fits the machine, and exit code 2."""
    monkeypatch.delenv("LABS_AMQP_URL", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(debian, "family", lambda: frozenset(system))
    monkeypatch.setattr(debian, "privilege", lambda: None)
    monkeypatch.setattr(programs, "_installed", lambda _python: False)
    monkeypatch.setattr(programs, "docker_answers", lambda: False)
    with pytest.raises(Stop, match="No RabbitMQ was found") as stop:
        programs.ensure_rabbitmq(Path(sys.executable))
    assert words in str(stop.value)
    assert stop.value.code == 2
    assert "\n" not in str(stop.value)


def test_a_broker_that_is_named_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """With LABS_AMQP_URL nothing is looked for and nothing is installed."""
    monkeypatch.setenv("LABS_AMQP_URL", "amqp://127.0.0.1")
    monkeypatch.setattr(programs, "_installed", lambda _python: pytest.fail("it looked"))
    programs.ensure_rabbitmq(Path(sys.executable))


def test_debians_versioned_folder_counts_as_an_installation() -> None:
    """The question is put to labs.broker.find, which knows it; an empty place has none."""
    asked = programs._installed(Path(sys.executable))
    from labs.broker.find import find_installations

    assert asked == bool(find_installations())


def test_a_browser_that_does_not_start_is_not_a_browser(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ubuntu's chromium-browser may be a script that says: install the snap."""
    for name, code in {"chromium": 1, "google-chrome": 0}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("LABS_CHROMIUM", raising=False)
    assert programs.find_chromium() == str(tmp_path / "google-chrome")
    monkeypatch.setenv("LABS_CHROMIUM", str(tmp_path / "chromium"))
    assert programs.find_chromium() is None


def test_a_small_debian_gets_the_library_that_the_browsers_driver_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A Debian without recommended packages lacks libatomic; any other fault is shown as it is."""
    python = tmp_path / "python"
    installed: list[str] = []
    monkeypatch.setattr(debian, "family", lambda: frozenset({"debian"}))
    monkeypatch.setattr(debian, "install", lambda packages, why: installed.extend(packages))
    for said in ("libatomic.so.1: cannot open shared object file", "something else"):
        python.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 127\n", encoding="utf-8")
        python.chmod(0o755)
        if "libatomic" in said:
            programs._ensure_driver(python)
        else:
            with pytest.raises(Stop, match="something else"):
                programs._ensure_driver(python)
    assert installed == ["libatomic1"]


def test_debians_postgresql_makes_no_server_of_the_systems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """While apt runs, a rule says that the package makes no cluster; afterwards the rule is gone."""
    rules = tmp_path / "createcluster.d"
    told: list[str] = []

    def install(packages: list[str], why: str) -> None:
        told.extend([*packages, *(file.read_text(encoding="utf-8") for file in rules.iterdir())])

    monkeypatch.setattr(postgres, "CLUSTER_RULES", rules)
    monkeypatch.setattr(postgres, "find_postgres", lambda: None if not told else tmp_path)
    monkeypatch.setattr(debian, "can_install", lambda: True)
    monkeypatch.setattr(debian, "privilege", list)
    monkeypatch.setattr(debian, "install", install)
    monkeypatch.setattr(debian, "leave_disabled", told.append)
    postgres.ensure_postgres()
    assert told == ["postgresql", "create_main_cluster = false\n", "postgresql"]
    assert list(rules.iterdir()) == []


def test_without_postgresql_the_tests_go_on_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite needs nothing; but nobody may believe that both were tested."""
    monkeypatch.setattr(postgres, "find_postgres", lambda: None)
    monkeypatch.setattr(debian, "can_install", lambda: False)
    monkeypatch.setattr(debian, "family", lambda: frozenset({"debian"}))
    postgres.ensure_postgres()
    said = capsys.readouterr().out
    assert "tested on SQLite only. To test both: sudo apt-get install postgresql." in said
    assert said.count("\n") == 1


def test_the_newest_postgresql_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Debian keeps several side by side, and none of them on the PATH."""
    for version in ("9.6", "15", "13"):
        for name in ("postgres", "initdb"):
            program = tmp_path / version / "bin" / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.touch(mode=0o755)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres, "PLACES", (f"{tmp_path}/*/bin",))
    assert postgres.find_postgres() == tmp_path / "15" / "bin"
    monkeypatch.setattr(postgres, "PLACES", ("/nowhere/*/bin",))
    assert postgres.find_postgres() is None


@pytest.mark.parametrize(("version", "enough"), [("v18.20.4", False), ("v20.20.2", True), ("nonsense", False)])
def test_an_old_node_is_no_node_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    version: str,
    *,
    enough: bool,
) -> None:
    """NestJS needs Node 20; with it, npm is asked for exactly what the lock file says, once."""
    for name, script in {"node": f"echo {version}", "npm": 'echo "$@" >> "$0.told"'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "package-lock.json").write_text("{}", encoding="utf-8")
    (tmp_path / "node_modules").mkdir()  # npm would make it
    monkeypatch.setenv("PATH", str(tmp_path))
    nest.ensure_nest(tmp_path)
    nest.ensure_nest(tmp_path)
    told = tmp_path / "npm.told"
    assert told.is_file() is enough
    if enough:
        assert told.read_text(encoding="utf-8").count("ci --ignore-scripts") == 1
        assert nest.absent(tmp_path) == ""
        (tmp_path / "package-lock.json").write_text("{ }", encoding="utf-8")
        assert "not installed" in nest.absent(tmp_path)
    else:
        assert "not tested with NestJS: there is no Node 20" in capsys.readouterr().out


def test_os_release_is_read_with_its_parents(tmp_path: Path) -> None:
    """A child of Ubuntu knows that it is a grandchild of Debian."""
    text = 'NAME="Some OS"\nID=someos\nID_LIKE="ubuntu debian"\nVERSION_ID="3"\n'
    (tmp_path / "os-release").write_text(text, encoding="utf-8")
    assert debian.family(tmp_path / "os-release") == {"someos", "ubuntu", "debian"}
    assert debian.family(tmp_path / "none") == frozenset()


def test_a_failing_command_shows_its_last_words(capsys: pytest.CaptureFixture[str]) -> None:
    """And then what the person can do."""
    program = "print('Collecting a'); print('the reason'); raise SystemExit(3)"
    with pytest.raises(Stop, match=r"the reason\nThis failed\. Do that\."):
        watch(
            [sys.executable, "-c", program], what="This", count=r"^Collecting (\S+)", total=1, mend="Do that."
        )
    assert "This: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "rest", "broker", "browser"),
    [
        ("learn", ["--no-browser"], True, False),
        ("test", [], True, True),
        ("test", ["live"], True, True),
        ("test", ["ruff", "mypy", "layers"], False, False),
        ("test", ["--list"], False, False),
        ("test", ["--broker", "4"], False, True),
        ("test", ["--broker", "4", "unit"], False, False),
        ("soak", [], True, False),
        ("author", ["outputs"], True, False),
        ("bench", ["view_fps"], True, True),
        ("doctor", [], False, False),
    ],
)
def test_each_command_gets_what_it_needs_and_no_more(
    command: str, rest: list[str], *, broker: bool, browser: bool
) -> None:
    """Checking the style must not install a broker."""
    assert bootstrap.needs_broker(command, rest) is broker
    assert bootstrap.needs_browser(command, rest) is browser


def test_bootstrap_runs_with_the_standard_library_alone() -> None:
    """Before anything is installed: an isolated Python without site-packages can import it."""
    import_it = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import labs.bootstrap.__main__"
    subprocess.run([sys.executable, "-I", "-S", "-c", import_it], check=True)
