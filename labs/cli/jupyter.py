"""A JupyterLab of the course's own: its settings, trust and log, and nothing of the learner's other Jupyter.

All of it lives in one folder. The server listens on loopback with a token, in a session of its own, so that
Ctrl-C reaches only the command that started it, which then ends the server in good order.

Settings: https://jupyterlab.readthedocs.io/en/stable/user/directories.html
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from labs.cli.trust import sign
from labs.errors import LabsError, WaitTimeout

#: The first start of JupyterLab on a busy machine took 15 s.
START_TIMEOUT_S = 90.0
#: Kernels get this long to end before the server is ended without them.
STOP_TIMEOUT_S = 15.0
#: No news, no update checks: a lesson is not the place, and a classroom may have no network.
QUIET = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    }
}
#: Every kernel runs this when it starts: after a restart no cell has run that could have said what to do.
READABLE_ERRORS = """\
from labs.course.kernel import install_readable_errors

install_readable_errors()
del install_readable_errors
"""


class JupyterLab:
    """One server on the project's folder ``root``, opened on ``page`` (a path inside it)."""

    def __init__(self, *, root: Path, home: Path, ip: str, port: int, page: str) -> None:
        self.root, self.home, self.ip, self.port, self.page = root, home, ip, port, page
        self.log = home / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server; `address` waits until it answers."""
        self._write_settings()
        sign(self.root / "notebooks", self.home / "data")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab"],
                cwd=self.root,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def address(self) -> str:
        """Wait for the server's first answer; the address to open, its true port and its token included.

        Raises LabsError with the last lines of the log if the server ends, WaitTimeout if it stays silent.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and (process := self._process) is not None:
            if process.poll() is not None:
                said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
                raise LabsError(
                    "JupyterLab ended while starting:\n" + "\n".join(said), hint=f"Its log: {self.log}"
                )
            if (info := _read(self.home / "runtime" / f"jpserver-{process.pid}.json")) and _answers(info):
                return f"http://127.0.0.1:{info['port']}/lab/tree/{self.page}?token={info['token']}"
            time.sleep(0.1)
        seen = f"nothing for {START_TIMEOUT_S:.0f} s"
        raise WaitTimeout(awaited="JupyterLab's first answer", seen=seen, hint=f"Its log: {self.log}")

    def wait(self) -> None:
        """Until the server ends by itself, as after File → Shut Down."""
        if self._process is not None:
            self._process.wait()

    def close(self) -> None:
        """End the server and its kernels. Safe to call at any time, and twice."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def environment(self) -> dict[str, str]:
        """The server's environment: the person's own, with every Jupyter folder moved into the course's."""
        elsewhere = {"JUPYTER_PATH", "JUPYTER_CONFIG_PATH"}
        env = {name: value for name, value in os.environ.items() if name not in elsewhere}
        folders = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
        moved = {f"JUPYTER_{name}_DIR": str(self.home / folder) for name, folder in folders.items()}
        return {**env, **moved, "IPYTHONDIR": str(self.home / "ipython")}

    def _write_settings(self) -> None:
        server = {
            "ip": self.ip,
            "port": self.port,
            "port_retries": 50,
            "open_browser": False,
            "root_dir": str(self.root),
            "allow_root": True,  # in a container or a practice machine one often is root
        }
        config = self.home / "config"
        (config / "labconfig").mkdir(parents=True, exist_ok=True)
        _write(config / "jupyter_server_config.json", {"ServerApp": server})
        _write(config / "jupyter_lab_config.json", {"LabApp": {"default_url": f"/lab/tree/{self.page}"}})
        _write(config / "labconfig" / "default_setting_overrides.json", QUIET)
        startup = self.home / "ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True, exist_ok=True)
        (startup / "readable_errors.py").write_text(READABLE_ERRORS, encoding="utf-8")


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not written yet, or half written
        return {}
    return content


def _answers(info: dict[str, Any]) -> bool:
    try:
        url = f"http://127.0.0.1:{info['port']}/api/status"
        answer = httpx.get(url, params={"token": info["token"]}, timeout=2.0, trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK
