"""A part of the site: one child process, how to tell that it is ready, and its restarts."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workers.supervisor.place import CannotStart

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Part:
    """One child. `ready` is asked until it says yes, at most `patience` seconds."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    ready: Callable[[], bool]
    patience: float = 60.0
    process: "subprocess.Popen[bytes] | None" = None
    restarts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start the child; it dies with us even when we are killed hard (Linux)."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  (the supervisor has one thread)
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        """Wait until the part can be used."""
        until = time.monotonic() + self.patience
        while not self.ready():
            if self.process is not None and self.process.poll() is not None:
                raise CannotStart(
                    f"The {self.name} ended at once. Its last words, from {self.log}:\n{self.last_words()}"
                )
            if time.monotonic() > until:
                raise CannotStart(f"The {self.name} was not ready after {self.patience:.0f} s. See {self.log}")
            time.sleep(0.05)

    def alive(self) -> bool:
        """Whether the child runs."""
        return self.process is not None and self.process.poll() is None

    def restart(self) -> float:
        """Start a dead child again; return how long it was held back: longer each time within a minute."""
        now = time.monotonic()
        self.restarts = [moment for moment in self.restarts if now - moment < 60] + [now]
        pause: float = min(0.2 * 2 ** (len(self.restarts) - 1), 10.0)
        time.sleep(pause)
        self.start()
        return pause

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Send a signal to the child and everything it started."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def last_words(self) -> str:
        """Return the end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def stop_all(parts: list[Part], patience: float = 5.0) -> None:
    """Stop every part, in the order given; what does not go is killed."""
    for part in parts:
        part.stop()
    until = time.monotonic() + patience
    while any(part.alive() for part in parts) and time.monotonic() < until:
        time.sleep(0.05)
    for part in parts:
        part.stop(signal.SIGKILL)


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
