"""Three files name versions: pyproject.toml decides, environment.yml and constraints.txt agree."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import yaml
from packaging.requirements import Requirement

from labs import paths

ROOT = paths.project_root()
assert ROOT is not None
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = (ROOT / "environment.yml").read_text(encoding="utf-8")
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
#: conda-forge splits matplotlib (its base package is what PyPI calls matplotlib), and writes one name with _.
CONDA_NAMES = {"matplotlib": "matplotlib-base", "prometheus-client": "prometheus_client"}
#: What conda brings beside our dependencies: the language, the broker, and the tools that link the checkout.
CONDA_ONLY = {"python", "pip", "setuptools", "rabbitmq-server"}


def pins(requirements: list[str]) -> dict[str, str]:
    """Name and version of requirements that are pinned exactly."""
    parsed = [Requirement(line) for line in requirements]
    unpinned = [r.name for r in parsed if [s.operator for s in r.specifier] != ["=="]]
    assert not unpinned, f"not pinned with ==: {unpinned}"
    return {r.name: next(iter(r.specifier)).version for r in parsed}


def conda_specs() -> dict[str, str]:
    """Name and version of environment.yml's lines."""
    lines: list[str] = []
    for entry in yaml.safe_load(CONDA)["dependencies"]:
        lines += [entry] if isinstance(entry, str) else [pip.replace("==", "=") for pip in entry["pip"]]
    return dict(re.match(r"([\w-]+)(.*)", line).groups() for line in lines)  # type: ignore[union-attr,misc]


def test_conda_gets_exactly_the_dependencies_of_pyproject() -> None:
    """Neither file has a package or a version that the other has not."""
    wanted = {CONDA_NAMES.get(n, n): f"={v}" for n, v in pins(PROJECT["dependencies"]).items()}
    found = {name: spec for name, spec in conda_specs().items() if name not in CONDA_ONLY}
    assert found == wanted


def test_conda_brings_rabbitmq_4_and_a_python_that_pyproject_allows() -> None:
    """The broker is in the environment, so that Binder needs nothing else."""
    specs = conda_specs()
    assert specs["rabbitmq-server"].startswith("=4")
    needed = Requirement(f"python{PROJECT['requires-python']}").specifier
    assert needed.contains(specs["python"].removeprefix("=") + ".0")


def test_every_line_of_environment_yml_says_why_it_is_there() -> None:
    """A reader who wonders about a package finds the reason beside it."""
    entries = [line for line in CONDA.splitlines() if line.strip().startswith("- ")]
    assert len(entries) > len(CONDA_ONLY)
    silent = [line.strip() for line in entries if len(line.partition("  # ")[2].split()) < 2]
    assert not silent


def test_constraints_cover_every_dependency_with_the_same_version() -> None:
    """What pip installs is what was tested: constraints.txt is compiled from pyproject.toml."""
    constrained: dict[str, set[str]] = {}
    for line in CONSTRAINTS.splitlines():
        requirement = Requirement(line)
        constrained.setdefault(requirement.name, set()).update(s.version for s in requirement.specifier)
    everything = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    for name, version in pins(everything).items():
        assert constrained.get(name) == {version}, name


def test_constraints_name_versions_and_no_place() -> None:
    """Which index a package comes from is the reader's affair."""
    assert not re.findall(r"://|^-|\bfile:", CONSTRAINTS, flags=re.MULTILINE)
    assert len(CONSTRAINTS.splitlines()) > 100
