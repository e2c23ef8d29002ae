"""The other doors: Docker Compose, the dev container, Binder. Checked without an engine, as far as that goes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from labs import paths
from labs.broker.docker import TAG_VARIABLE
from labs.broker.node import DEFAULT_PLUGINS
from labs.orders.settings import OrderSettings

ROOT = paths.project_root()
assert ROOT is not None
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]


def test_compose_keeps_to_the_compose_specification(tmp_path: Path) -> None:
    """The official schema accepts it, and the checker notices a misspelt key."""
    assert not schema_faults(ROOT / "docker-compose.yml")
    spoilt = tmp_path / "docker-compose.yml"
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    spoilt.write_text(text.replace("healthcheck:", "heathcheck:", 1), encoding="utf-8")
    assert "heathcheck" in schema_faults(spoilt)


def schema_faults(path: Path) -> str:
    """What check-jsonschema has to say; empty if all is well."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_every_published_port_is_on_loopback_and_can_be_moved() -> None:
    """127.0.0.1, a variable, and the usual number as its default."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    pattern = r"127\.0\.0\.1:\$\{LABS_\w+_PORT:-(\d+)\}:(?:\d+|\$\{LABS_\w+_PORT:-\d+\})"
    defaults = [match.group(1) for port in ports if (match := re.fullmatch(pattern, port))]
    assert len(defaults) == len(ports)
    assert sorted(defaults) == ["15672", "3001", "3002", "5672", "8888"]


def test_every_service_has_a_health_check_and_every_volume_is_declared() -> None:
    """The notebooks wait for a broker that answers, and no data land in a volume without a name."""
    assert all(service["healthcheck"]["test"] for service in SERVICES.values())
    assert SERVICES["jupyter"]["depends_on"]["rabbitmq"]["condition"] == "service_healthy"
    mounts = [
        mount.partition(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())
    ]
    named = {name for name in mounts if not name.startswith((".", "/"))}
    assert named == set(COMPOSE["volumes"])


def test_the_container_has_the_plugins_of_a_private_node() -> None:
    """Those that the image turns on by itself, and those that its command adds; then the image's own start."""
    enable, start = SERVICES["rabbitmq"]["command"][-1].strip().splitlines()
    named = set(enable.removeprefix("rabbitmq-plugins enable --offline ").split())
    assert named | {"rabbitmq_management", "rabbitmq_prometheus"} == set(DEFAULT_PLUGINS)
    assert start == "exec docker-entrypoint.sh rabbitmq-server"


def test_another_image_can_be_chosen() -> None:
    """By the variable that `BROKER=docker:TAG` sets; RabbitMQ 4 without it."""
    assert SERVICES["rabbitmq"]["image"] == f"rabbitmq:${{{TAG_VARIABLE}:-4-management}}"


def test_the_notebooks_container_uses_the_brokers_own_user() -> None:
    """What the broker is told and what the notebooks are told is the same."""
    told = SERVICES["rabbitmq"]["environment"]
    user, password = told["RABBITMQ_DEFAULT_USER"], told["RABBITMQ_DEFAULT_PASS"]
    asked = SERVICES["jupyter"]["environment"]
    assert (user, password) == ("admin", "admin123")
    assert asked["LABS_AMQP_URL"] == f"amqp://{user}:{password}@rabbitmq:5672"
    assert asked["LABS_MANAGEMENT_URL"] == "http://rabbitmq:15672"


def test_the_notebooks_container_is_nobody_special_and_copies_what_exists() -> None:
    """Not root, a RabbitMQ of its own for the spare brokers, and every file it copies is in the checkout."""
    recipe = SERVICES["jupyter"]["build"]["dockerfile_inline"]
    assert "\nUSER learner" in recipe
    assert SERVICES["jupyter"]["user"].startswith("${LABS_UID:-1000}")
    assert "rabbitmq-server" in recipe
    copied = [name for line in re.findall(r"^COPY (.+)$", recipe, re.MULTILINE) for name in line.split()[:-1]]
    assert copied
    assert not [name for name in copied if not (ROOT / name).exists()]


def test_docker_compose_up_alone_is_still_the_course_and_nothing_more() -> None:
    """Everything of the shop waits for its profile, and each profile has all that its services depend on."""
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == {
        "rabbitmq",
        "jupyter",
    }
    for profile in ("orders", "cluster"):
        up = {name for name, service in SERVICES.items() if profile in service.get("profiles", [profile])}
        needed = {need for name in up for need in SERVICES[name].get("depends_on", {})}
        assert needed <= up
        parts = [
            SERVICES[name]["command"][-1] for name in up if "--only" in SERVICES[name].get("command", ())
        ]
        assert sorted(parts) == ["relay", "web", "workers"]


def test_the_shops_containers_speak_to_what_is_there_with_settings_that_exist() -> None:
    """Broker and database by the names and passwords of their services; no variable that nobody reads."""
    known = {f"LABS_ORDERS_{name.upper()}" for name in OrderSettings.model_fields}
    database = SERVICES["postgres"]["environment"]
    user, password = database["POSTGRES_USER"], database["POSTGRES_PASSWORD"]
    for name, service in SERVICES.items():
        if "--only" not in service.get("command", ()):
            continue
        told = service["environment"]
        assert {each for each in told if each.startswith("LABS_ORDERS_")} <= known, name
        assert (
            told["LABS_ORDERS_DATABASE"]
            == f"postgresql://{user}:{password}@postgres/{database['POSTGRES_DB']}"
        )
        broker = SERVICES[urlsplit(told["LABS_AMQP_URL"]).hostname or ""]["environment"]
        assert (
            f"//{broker['RABBITMQ_DEFAULT_USER']}:{broker['RABBITMQ_DEFAULT_PASS']}@" in told["LABS_AMQP_URL"]
        )
        assert "\nUSER shop" in service["build"]["dockerfile_inline"]
        OrderSettings(
            **{each.removeprefix("LABS_ORDERS_").lower(): told[each] for each in told if each in known}
        )


def test_the_cluster_has_three_nodes_that_know_each_other_and_queues_with_copies() -> None:
    """Three names, one cookie, and each container's name is the one under which the others look for it."""
    nodes = [name for name in SERVICES if name.startswith("rabbit-")]
    assert nodes == ["rabbit-1", "rabbit-2", "rabbit-3"]
    assert all(SERVICES[name]["hostname"] == name for name in nodes)
    assert len({SERVICES[name]["command"][-1] for name in nodes}) == 1
    assert "rabbit@rabbit-$$number" in SERVICES[nodes[0]]["command"][-1]
    assert not any("ports" in SERVICES[name] for name in nodes)
    for name in ("cluster-web", "cluster-relay", "cluster-workers"):
        assert SERVICES[name]["environment"]["LABS_ORDERS_QUEUE_TYPE"] == "quorum"


def test_the_dev_container_opens_a_real_service_of_the_compose_file() -> None:
    """Service, folder, user and ports are those of docker-compose.yml."""
    path = ROOT / ".devcontainer" / "devcontainer.json"
    lines = path.read_text(encoding="utf-8").splitlines()
    told = json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))
    assert [(path.parent / name).resolve() for name in told["dockerComposeFile"]] == [
        ROOT / "docker-compose.yml"
    ]
    service = SERVICES[told["service"]]
    assert set(told["runServices"]) == {
        name for name, service in SERVICES.items() if "profiles" not in service
    }
    assert f".:{told['workspaceFolder']}" in service["volumes"]
    assert f"useradd --create-home --uid 1000 {told['remoteUser']}" in service["build"]["dockerfile_inline"]
    for port in map(str, told["forwardPorts"]):
        name, _, number = port.rpartition(":")
        assert any(number in published for published in SERVICES[name or told["service"]]["ports"])


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_binders_scripts_can_be_run_and_are_sound_bash(name: str) -> None:
    """Executable, and bash can read them to the end."""
    assert os.access(ROOT / name, os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / name)], check=True)


def test_binder_builds_from_conda_and_runs_both_scripts() -> None:
    """What repo2docker itself makes of the checkout: a conda environment, postBuild, start."""
    ask = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    recipe = done.stdout + done.stderr
    assert done.returncode == 0, recipe[-2000:]
    for part in (
        "environment.yml",
        "Building conda environment for python=3.12",
        "RUN ./postBuild",
        "R2D_ENTRYPOINT",
    ):
        assert part in recipe
