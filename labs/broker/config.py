"""The files and the environment that make a node private: its own everything, and nothing of the machine's.

A node reads settings from rabbitmq.conf, advanced.config, enabled_plugins and environment variables.
The rule: set all four and clear the rest; one leftover `RABBITMQ_NODENAME` makes two nodes fight for a name.
See https://www.rabbitmq.com/docs/configure and https://www.rabbitmq.com/docs/cli#environment-variables.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from labs.broker.find import Installation
from labs.broker.ports import LOOPBACK
from labs.broker.state import State

#: Names without `RABBITMQ_` that the start script reads as well; conda-build, for one, sets CONFIG_FILE.
UNPREFIXED = frozenset(
    """
    CONFIG_FILE CONFIG_FILES ADVANCED_CONFIG_FILE CONF_ENV_FILE NODENAME NODE_PORT NODE_IP_ADDRESS
    LOG_BASE LOGS MNESIA_BASE MNESIA_DIR PLUGINS_DIR PLUGINS_EXPAND_DIR ENABLED_PLUGINS_FILE
    ENABLED_PLUGINS PID_FILE USE_LONGNAME SERVER_ERL_ARGS SERVER_ADDITIONAL_ERL_ARGS SERVER_START_ARGS
    SERVER_CODE_PATH CTL_ERL_ARGS IGNORE_SIGINT SCHEDULER_BIND_TYPE DISTRIBUTION_BUFFER_SIZE
    MAX_NUMBER_OF_PROCESSES MAX_NUMBER_OF_ATOMS BOOT_MODULE SYS_PREFIX NOTIFY_SOCKET CTL_DIST_PORT_MIN
    CTL_DIST_PORT_MAX
    """.split()  # noqa: SIM905 (forty quoted words are no better to read)
)

#: What rabbitmq.conf cannot say. By default the management API shows a new connection or message after 5 s;
#: with these samples and ticks, after one. The tracing plugin would log in as `guest`, whom we do not have.
_ADVANCED = """\
[{{rabbit, [{{quorum_tick_interval, 500}}, {{stream_tick_interval, 500}}]}},
 {{rabbitmq_management, [{{sample_retention_policies, [
   {{global, [{{605, 1}}, {{3660, 60}}]}},
   {{basic, [{{605, 1}}, {{3600, 60}}]}},
   {{detailed, [{{10, 1}}]}}]}}]}},
 {{rabbitmq_tracing, [
   {{directory, "{tracing}"}},
   {{username, <<"{user}">>}},
   {{password, <<"{password}">>}}]}}].
"""


def write_files(home: Path, state: State, plugins: tuple[str, ...]) -> None:
    """Write the node's configuration, its plugin list and (once) its cookie into `home`."""
    for folder in ("data", "log", "home", "tracing"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    # In the C locale Erlang cannot say such a path; from the node's own folder it need not.
    tracing = (
        "tracing" if _needs_c_locale(home, state.version) else str(home / "tracing").replace("\\", r"\\")
    )
    advanced = _ADVANCED.format(tracing=tracing, user=state.user, password=state.password)
    _write(home / "rabbitmq.conf", "".join(f"{line}\n" for line in _settings(state, plugins)), mode=0o600)
    _write(home / "advanced.config", advanced, mode=0o600)
    _write(home / "enabled_plugins", f"[{','.join(plugins)}].\n", mode=0o644)
    # The cookie is the secret between a node and its tools; Erlang refuses one that others may read.
    cookie = home / "home" / ".erlang.cookie"
    if not cookie.exists():
        _write(cookie, secrets.token_hex(16).upper(), mode=0o400)


def _settings(state: State, plugins: tuple[str, ...]) -> Iterator[str]:
    ports = state.ports
    yield f"listeners.tcp.default = {LOOPBACK}:{ports.amqp}"
    yield f"default_user = {state.user}"
    yield f"default_pass = {state.password}"
    yield "collect_statistics_interval = 500"
    yield "disk_free_limit.absolute = 50MB"
    yield "log.file = broker.log"
    yield "log.file.rotation.size = 10485760"
    if "rabbitmq_management" in plugins:
        yield f"management.tcp.ip = {LOOPBACK}"
        yield f"management.tcp.port = {ports.management}"
    if "rabbitmq_prometheus" in plugins:
        yield f"prometheus.tcp.ip = {LOOPBACK}"
        yield f"prometheus.tcp.port = {ports.prometheus}"
    if "rabbitmq_stream" in plugins:
        yield f"stream.listeners.tcp.default = {LOOPBACK}:{ports.stream}"
        # A stream client is told where to connect; without these two lines, by the machine's public name.
        yield "stream.advertised_host = localhost"
        yield f"stream.advertised_port = {ports.stream}"


def _needs_c_locale(home: Path, version: str) -> bool:
    """3.10's management plugin dies of a path outside ASCII in a UTF-8 locale; 4.0 does not."""
    return version.startswith("3.") and not str(home).isascii()


def _write(path: Path, text: str, *, mode: int) -> None:
    """Write the file with its mode from its first moment on: nobody reads a password in between."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)


def environment(home: Path, state: State, installation: Installation) -> dict[str, str]:
    """The environment of the node and of its tools (`rabbitmqctl`)."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RABBITMQ_", "ERL_")) and name not in UNPREFIXED
    }
    if installation.erlang is not None:
        kept["PATH"] = f"{installation.erlang}{os.pathsep}{kept.get('PATH', '/usr/bin:/bin')}"
    if _needs_c_locale(home, installation.version):
        kept["LC_ALL"] = "C"
    return kept | {
        "HOME": str(home / "home"),
        "RABBITMQ_NODENAME": state.node,
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "no-such-file"),  # else Homebrew's and Debian's take part
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_DIST_PORT": str(state.ports.dist),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "ERL_EPMD_PORT": str(state.ports.epmd),
        "ERL_CRASH_DUMP": str(home / "log" / "erl_crash.dump"),
        # The script then *becomes* Erlang, so the process number that we know is the node's.
        "RUNNING_UNDER_SYSTEMD": "true",
    }
