"""The folder `VAR`: secret, ports, lock, and what an earlier supervisor may have left running."""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import time
import urllib.parse
from pathlib import Path
from typing import IO

from workers import notes

CHILDREN, PORTS = "children.json", "ports.json"


class CannotStart(Exception):
    """The message is a sentence that says what to do."""


def lock(var: Path) -> IO[str]:
    """Take the folder for this supervisor, as long as the returned file stays open."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        file = (var / "supervisor.lock").open("a+")
    except OSError as error:
        raise CannotStart(
            f"{var} can't be written: {error.strerror}. Choose another folder: make run VAR=/some/folder"
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise CannotStart(
            f"The site of {var} is running already. Stop it, or start a second one beside it:"
            " make run PORT=9000 VAR=/other/folder"
        ) from None
    if shutil.disk_usage(var).free < 200_000_000:
        file.close()
        raise CannotStart(
            f"Less than 200 MB are free in {var}. Make room, or choose another folder: make run VAR=/some/folder"
        )
    return file


def secret(var: Path, name: str = "secret") -> str:
    """Return a random secret of this folder, made at the first start and readable by its owner only."""
    path, part = var / name, var / f"{name}.{os.getpid()}"
    if path.exists() and not path.stat().st_size:  # the machine went down while it was made
        path.unlink()
    if not path.exists():
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            pass  # another process was faster, and there is one secret
        except OSError:  # this file system has no hard links
            part.replace(path)
        part.unlink(missing_ok=True)
    return path.read_text()


def check_port(port: int) -> None:
    """Raise when something else listens on the site's port."""
    if not _free(port):
        raise CannotStart(
            f"Port {port} is in use. Stop what listens there, or choose another: make run PORT={port + 1000}"
        )


def port(var: Path, name: str) -> int:
    """Return the port kept for `name`, or a new free one where it is taken: two sites run side by side."""
    ports = notes.read(var / PORTS, {})
    if not _free(ports.get(name, 0)):
        ports[name] = _any_free()
        notes.write(var / PORTS, ports)
    return int(ports[name])


def broker_url(var: Path) -> str:
    """Return the address of the folder's own broker, once it has a port."""
    number, word = notes.read(var / PORTS, {})["broker"], secret(var, "broker-secret")
    return f"redis://:{urllib.parse.quote(word)}@127.0.0.1:{number}/0"


def clear_orphans(var: Path) -> None:
    """End what an earlier supervisor of this folder left when it was killed hard."""
    for pid in notes.read(var / CHILDREN, []):
        if _ours(pid, var):
            os.killpg(pid, signal.SIGKILL) if os.getpgid(pid) == pid else os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)


def note_children(var: Path, pids: list[int]) -> None:
    """Remember the children for the next start."""
    notes.write(var / CHILDREN, pids)


def _ours(pid: int, var: Path) -> bool:
    """Whether a process was started by a supervisor of this folder: a number alone may be somebody else's by now."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"ARENA_CHILD_OF={var}".encode() in environment


def _free(number: int) -> bool:
    if not number:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
