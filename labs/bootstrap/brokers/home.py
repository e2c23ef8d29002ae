"""A folder that looks like any RabbitMQ installation, whose scripts run inside an unpacked root.

`sbin/` holds one script under every name that RabbitMQ's own folder has, `plugins` leads into the root: so
`labs.broker` needs to know nothing of it, and starts, stops, kills and asks such a node like any other.
The rule: mount in a namespace of one's own (`unshare`); when its last process ends, everything is unmounted.
https://man7.org/linux/man-pages/man1/unshare.1.html
"""

from __future__ import annotations

from pathlib import Path

from labs.bootstrap.stop import Stop

#: Where Debian has RabbitMQ.
SBIN = "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin"
#: The folders of this machine are visible inside under their own names, so that every path means the same there:
#: a node's data, its log, /proc, and /dev, without which Erlang waits for ever. Only the programs are the root's.
#: Everything is `exec`: the process number that starts this script is the node's in the end.
SCRIPT = """\
#!/bin/sh
# Made by labs.bootstrap: this command of the RabbitMQ in ../root, in a mount namespace of its own.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd -P)
exec unshare --mount --propagation private -- /bin/sh -euc '
root=$1 program=$2
shift 2
for place in /*; do
  case $place in /bin | /sbin | /lib* | /usr | /etc | /boot | /lost+found) continue ;; esac
  if [ -d "$place" ] && [ ! -L "$place" ]; then
    mkdir -p "$root$place"
    mount --rbind "$place" "$root$place" || echo "not visible inside: $place" >&2
  fi
done
[ -c "$root/dev/null" ] || { echo "error: no /dev inside" >&2; exit 1; }
unset LD_PRELOAD LD_LIBRARY_PATH
case ${LC_ALL:-} in C) ;; *) export LC_ALL=C.UTF-8 ;; esac
exec chroot "$root" /usr/bin/env --chdir="$PWD" PATH=/usr/bin:/usr/sbin "$program" "$@"
' sh "$home/root" /usr/lib/rabbitmq/lib/SERVER/sbin/"$(basename "$0")" "$@"
"""


def make_home(home: Path) -> str:
    """Write the scripts for ``home/root`` and return the version of the RabbitMQ in there. Safe to repeat.

    Raises `Stop` when the root holds no RabbitMQ.
    """
    found = sorted((home / "root").glob(SBIN))
    if not found:
        raise Stop(f"There is no RabbitMQ in {home / 'root'}; delete that folder and run this again.")
    server = found[-1].parent
    (home / "sbin").mkdir(exist_ok=True)
    for program in found[-1].iterdir():
        script = home / "sbin" / program.name
        script.write_text(SCRIPT.replace("SERVER", server.name), encoding="utf-8")
        script.chmod(0o755)
    plugins = home / "plugins"
    plugins.unlink(missing_ok=True)
    plugins.symlink_to((server / "plugins").relative_to(home))
    return server.name.rpartition("-")[2]
