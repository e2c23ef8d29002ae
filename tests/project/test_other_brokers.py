"""The switch `BROKER=…`: what each word means, what is made for it, and what it says where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labs import paths
from labs.bootstrap import debian
from labs.bootstrap.brokers import mirror, obtain, root
from labs.bootstrap.brokers.choice import Choice
from labs.bootstrap.brokers.home import make_home
from labs.bootstrap.brokers.mirror import Mirror, pick
from labs.bootstrap.run import watch
from labs.bootstrap.stop import Stop
from labs.broker.find import find_installations
from labs.cli import test as gate
from labs.cli.broker_of_tests import chosen
from labs.cli.outcome import Outcome
from labs.cli.stages import OTHER, STAGES
from labs.errors import BrokerUnavailable


@pytest.mark.parametrize(
    ("word", "kind", "value"),
    [
        ("4", "debian", "trixie"),
        ("3.10", "debian", "bookworm"),
        ("debian:forky", "debian", "forky"),
        ("conda", "conda", ""),
        ("docker:4.2", "docker", "4.2"),
        ("amqp://me:secret@there:5672", "address", "amqp://me:secret@there:5672"),
        ("./mine", "folder", "./mine"),
        ("~/rabbitmq_server-4.1.0", "folder", "~/rabbitmq_server-4.1.0"),
    ],
)
def test_a_word_means_one_broker(word: str, kind: str, value: str) -> None:
    """Version, suite, tool, tag, address, folder; and no password gets into a folder's name."""
    choice = Choice.read(word)
    assert (choice.kind, choice.value) == (kind, value)
    assert "/" not in choice.name
    assert "secret" not in choice.name


@pytest.mark.parametrize("word", ["5", "docker:", "docker:4 2", "debian:../up", "rabbit"])
def test_a_word_that_means_nothing_is_answered_with_the_list(word: str) -> None:
    """One sentence, with everything that it could have been."""
    with pytest.raises(Stop, match=r"names no broker\. It can be 4, 3\.10, .*docker:TAG.*a folder") as stop:
        Choice.read(word)
    assert "\n" not in str(stop.value)


def cannot(word: str, course: Path) -> str:
    """What is said about a broker that cannot be had; the exit code is the one for that."""
    with pytest.raises(Stop) as stop:
        obtain.obtain(Choice.read(word), course)
    assert stop.value.code == 2
    assert "\n" not in str(stop.value)
    return str(stop.value)


def test_without_root_or_debian_or_a_program_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first thing that is missing, and nothing is made."""
    monkeypatch.setattr(debian, "release", lambda: {"ID": "ubuntu", "ID_LIKE": "debian"})
    assert "this is not a Debian" in cannot("debian:other", tmp_path)
    monkeypatch.setattr(debian, "release", lambda: {"ID": "debian", "VERSION_CODENAME": "this"})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "only root may enter" in cannot("debian:other", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs apt-get" in cannot("debian:other", tmp_path)
    assert not list(tmp_path.iterdir())


def test_without_docker_or_conda_or_a_rabbitmq_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each in its own words, with the command that would mend it where there is one."""
    monkeypatch.setattr(obtain, "docker_answers", lambda: False)
    assert "no Docker engine answers" in cannot("docker:4.2", tmp_path)
    for variable in ("CONDA_PREFIX", "CONDA_EXE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "conda env create -f environment.yml" in cannot("conda", tmp_path)
    assert "has no sbin/rabbitmq-server" in cannot(str(tmp_path), tmp_path)


def test_a_folder_an_environment_a_tag_and_an_address_become_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those that `labs.broker` and docker-compose.yml read."""
    for place in (tmp_path / "mine", tmp_path / "env" / "lib" / "rabbitmq"):
        (place / "sbin").mkdir(parents=True)
        (place / "sbin" / "rabbitmq-server").touch()
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "env"))
    monkeypatch.setattr(obtain, "docker_answers", lambda: True)
    monkeypatch.setenv("LABS_MANAGEMENT_URL", "http://there:1")

    def found(word: str) -> dict[str, str]:
        return obtain.obtain(Choice.read(word), tmp_path)

    assert found(str(tmp_path / "mine")) == {"LABS_RABBITMQ_HOME": str(tmp_path / "mine")}
    assert found("conda") == {"LABS_RABBITMQ_HOME": str(tmp_path / "env" / "lib" / "rabbitmq")}
    tag = {"LABS_RABBITMQ_TAG": "4.2-management", "COMPOSE_PROJECT_NAME": "rabbitmq-labs-4-2"}
    assert found("docker:4.2") == tag
    address = {"LABS_AMQP_URL": "amqp://there", "LABS_MANAGEMENT_URL": "http://there:1"}
    assert found("amqp://there") == address


def test_the_chosen_broker_has_no_rival(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An address in the environment would win over a folder; inside it is gone, afterwards it is back."""
    (tmp_path / "sbin").mkdir()
    (tmp_path / "sbin" / "rabbitmq-server").touch()
    monkeypatch.setenv("LABS_AMQP_URL", "amqp://there")
    with chosen(str(tmp_path)):
        assert "LABS_AMQP_URL" not in os.environ
        assert os.environ["LABS_RABBITMQ_HOME"] == str(tmp_path)
    assert os.environ["LABS_AMQP_URL"] == "amqp://there"


def test_each_broker_has_a_folder_of_its_own_for_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node of one version never meets the data or the node of another."""
    for name in ("LABS_RABBITMQ_HOME", "LABS_AMQP_URL"):
        monkeypatch.delenv(name, raising=False)
    homes = [paths.home_of_tests()]
    for chosen_home in ("/one", "/two"):
        monkeypatch.setenv("LABS_RABBITMQ_HOME", chosen_home)
        homes.append(paths.home_of_tests())
    assert len(set(homes)) == len(homes)
    assert homes[0] == paths.home() / "test"
    assert {home.parent for home in homes} == {paths.home()}


SOURCES = """
http://security.example/debian-security/ here-security main
http://other.example/tools/ here main
http://mirror.example/debian/ here-updates main
http://mirror.example/debian/ here contrib
http://mirror.example/debian/ here main
"""


def test_the_mirror_is_the_one_in_apts_own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the security archive, not somebody else's packages; and without one it says so."""
    assert pick(SOURCES.splitlines(), "here") == "http://mirror.example/debian/"
    assert pick(SOURCES.splitlines(), "there") is None
    line = Mirror(address="http://mirror.example/debian/", suite="there").line
    assert line.startswith("deb [signed-by=/usr/share/keyrings/")
    assert line.endswith("http://mirror.example/debian/ there main\n")
    monkeypatch.setattr(mirror, "ASK", ("true",))
    with pytest.raises(Stop, match="name no Debian archive"):
        Mirror.of_machine("there")


def test_a_broken_download_leaves_no_root_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The folder has its name only when it is whole, so the next run tries again."""
    damaged = tmp_path / "rabbitmq.deb"
    damaged.write_text("half a package")
    monkeypatch.setattr(root, "download", lambda _apt, _mirror: [damaged])
    with pytest.raises(Stop, match=r"rabbitmq\.deb could not be unpacked"):
        root.make_root(tmp_path / "root", Mirror(address="http://mirror.example/debian/", suite="there"))
    assert list(tmp_path.iterdir()) == [damaged]


def test_a_step_that_takes_too_long_is_ended() -> None:
    """No wait without an end: the mirror may hang."""
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(Stop, match=r"Packages failed\. Try again\."):
        watch(sleeper, what="Packages", count="x(x)", total=1, mend="Try again.", within_s=0.3)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An unpacked root with a RabbitMQ of three scripts, and helpers that only write down what they are asked."""
    made = tmp_path / "it's here"
    server = made / "root" / "usr/lib/rabbitmq/lib/rabbitmq_server-4.0.5"
    for name in ("rabbitmq-server", "rabbitmq-env", "rabbitmqctl"):
        (server / "sbin").mkdir(parents=True, exist_ok=True)
        (server / "sbin" / name).touch()
    (server / "plugins" / "rabbit-4.0.5").mkdir(parents=True)
    (made / "root" / "dev").mkdir()
    (made / "root" / "dev" / "null").symlink_to("/dev/null")
    assert make_home(made) == "4.0.5"
    helpers = {
        "unshare": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
        "mount": 'echo "mount $*" >> "$SAID"',
        "chroot": 'echo "chroot $*" >> "$SAID"; echo "pid $$" >> "$SAID"',
        "mkdir": ":",
    }
    for name, body in helpers.items():
        script = tmp_path / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("SAID", str(tmp_path / "said"))
    return made


def test_the_folder_is_an_installation_like_any_other(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts, plugins and version are where `labs.broker.find` looks for them; made twice, it is the same."""
    make_home(home)
    monkeypatch.setenv("LABS_RABBITMQ_HOME", str(home))
    (found,) = find_installations()
    assert (found.sbin, found.version) == (home / "sbin", "4.0.5")
    assert {"rabbitmq-server", "rabbitmq-env", "rabbitmqctl"} == {
        path.name for path in home.joinpath("sbin").iterdir()
    }


def test_a_script_sees_the_machines_folders_and_the_roots_programs(home: Path, tmp_path: Path) -> None:
    """Data, /proc and /dev come from outside, /usr and /etc from inside; arguments and process number are kept."""
    command = [str(home / "sbin" / "rabbitmqctl"), "eval", "a 'quoted' word"]
    with subprocess.Popen(command, cwd=tmp_path) as child:
        assert child.wait(timeout=10) == 0
    said = (tmp_path / "said").read_text()
    mounted = {line.split()[2] for line in said.splitlines() if line.startswith("mount --rbind")}
    assert {"/dev", "/proc", f"/{tmp_path.parts[1]}"} <= mounted
    assert not {"/usr", "/etc", "/bin", "/lib"} & mounted
    inside = "/usr/lib/rabbitmq/lib/rabbitmq_server-4.0.5/sbin/rabbitmqctl eval a 'quoted' word"
    assert f"chroot {home}/root /usr/bin/env --chdir={tmp_path} PATH=/usr/bin:/usr/sbin {inside}" in said
    assert f"pid {child.pid}" in said


def test_without_dev_it_ends_at_once(home: Path) -> None:
    """Erlang would wait for it for ever, at full speed."""
    (home / "root" / "dev" / "null").unlink()
    done = subprocess.run(
        [home / "sbin" / "rabbitmqctl"], capture_output=True, text=True, check=False, timeout=10
    )
    assert (done.returncode, done.stderr) == (1, "error: no /dev inside\n")


def test_a_root_without_rabbitmq_is_no_home(tmp_path: Path) -> None:
    """It says which folder to delete."""
    with pytest.raises(Stop, match="no RabbitMQ in"):
        make_home(tmp_path)


def test_the_stages_on_the_other_broker_say_why_they_did_not_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not silently: a sentence where the stage would stand, another in the summary, and a count."""
    monkeypatch.setattr(gate, "find_installations", list)
    monkeypatch.setattr(
        "labs.cli.broker_of_tests.obtain",
        lambda *_: raise_stop("apt says this\nand that\nonly root may enter"),
    )
    stages = [stage for stage in STAGES if stage.on == OTHER]
    outcomes = list(gate.run_on(OTHER, stages, must=False))
    assert outcomes == [Outcome(skipped=1, note="not run: only root may enter")] * len(stages)
    assert gate.report(stages, outcomes)
    said = capsys.readouterr().out
    assert said.count("apt says this\nand that") == len(stages)
    assert said.count("not run: only root may enter") == len(stages)
    assert said.endswith(f"0 passed, 0 failed, {len(stages)} skipped\n")
    with pytest.raises(BrokerUnavailable, match="only root may enter"):
        list(gate.run_on(OTHER, stages, must=True))


def raise_stop(sentence: str) -> dict[str, str]:
    """As bootstrap does when there is no such broker."""
    raise Stop(sentence, code=2)
