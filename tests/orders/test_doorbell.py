"""The doorbell between two processes of one shop, and the queue of its writers."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from labs.orders.process.doorbell import Doorbell
from labs.orders.store.one_writer import OneWriter

#: A process that holds the writers' lock until its input ends.
HOLDER = """
import sys, pathlib
from labs.orders.store.one_writer import OneWriter
with OneWriter(pathlib.Path(sys.argv[1])):
    print("inside", flush=True)
    sys.stdin.read()
"""


def test_a_ring_is_heard_by_whoever_listens_in_this_folder(tmp_path: Path) -> None:
    """Two bells of one folder are one bell; that of another folder is not heard."""
    heard = threading.Event()
    listener, ringer, stranger = Doorbell(tmp_path), Doorbell(tmp_path), Doorbell(tmp_path / "elsewhere")
    listener.answered_by(heard.set)
    stranger.ring()
    assert not heard.wait(0.2)
    ringer.ring()
    assert heard.wait(5)
    for bell in (listener, ringer, stranger):
        bell.close()


def test_a_ring_that_finds_nobody_at_home_harms_nobody(tmp_path: Path) -> None:
    """Before somebody listens, and after they have gone."""
    bell, listener = Doorbell(tmp_path), Doorbell(tmp_path)
    bell.ring()
    listener.answered_by(lambda: None)
    listener.close()
    bell.ring()
    bell.close()
    assert not (tmp_path / "relay.bell").exists()


def test_a_relay_that_was_killed_leaves_a_bell_that_the_next_one_takes(tmp_path: Path) -> None:
    """A socket's file outlives its process."""
    dead, heard = Doorbell(tmp_path), threading.Event()
    dead.answered_by(lambda: None)  # never closed, as after kill -9
    alive, ringer = Doorbell(tmp_path), Doorbell(tmp_path)
    alive.answered_by(heard.set)
    ringer.ring()
    assert heard.wait(5)
    for bell in (alive, ringer, dead):
        bell.close()


def test_a_path_that_is_too_long_for_a_socket_means_no_bell(tmp_path: Path) -> None:
    """Then the relay looks by itself, as it does anyway."""
    home = tmp_path / ("long" * 40)
    home.mkdir()
    bell, heard = Doorbell(home), threading.Event()
    assert bell.answered_by(heard.set) == heard.set
    bell.ring()
    bell.close()
    assert list(home.iterdir()) == []


def test_a_writer_waits_for_a_writer_of_another_process(tmp_path: Path) -> None:
    """It gets in when the other one has left, and not before."""
    path = tmp_path / "shop.sqlite.writer"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "inside\n"
        writer = OneWriter(path)
        inside = threading.Event()

        def write() -> None:
            with writer:
                inside.set()

        thread = threading.Thread(target=write)
        thread.start()
        assert not inside.wait(0.2)
        holder.stdin.close()
        assert inside.wait(5)
        thread.join()
        writer.close()


def test_a_writer_does_not_wait_for_ever(tmp_path: Path) -> None:
    """Who holds the lock may be frozen: then SQLite's own lock decides, with its own words."""
    first, second = OneWriter(tmp_path / "lock"), OneWriter(tmp_path / "lock")
    with first:
        began = time.monotonic()
        with second:
            assert time.monotonic() - began >= 0.9
    with second:
        pass
    first.close()
    second.close()
