"""Starts the whole site, as `make run` does, for tests that use it from outside."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.double import Double, double, free_port, show_row, tag_row

ROOT = Path(__file__).resolve().parents[1]
CN, US = "qwen3:0.6b", "llama3.2:1b"
OURS = ("ARENA_TESTING", "TASKS_EAGER", "VAR", "REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")


def clean_environment() -> dict[str, str]:
    """Return the environment without what the tests themselves have set."""
    return {key: value for key, value in os.environ.items() if key not in OURS}


def link_models(models: Path, var: Path) -> None:
    """Give a site the model files of a folder, without copying them."""
    (var / "models").mkdir(parents=True)
    for path in models.iterdir():
        if path.suffix == ".gguf":
            (var / "models" / path.name).symlink_to(path.resolve())
        elif path.suffix == ".json":
            shutil.copy(path, var / "models" / path.name)


@dataclass
class Site:
    """A running site."""

    url: str
    var: Path
    process: "subprocess.Popen[str]"
    ollama: Double | None = None

    def manage(self, *arguments: str) -> None:
        """Run a management command beside the site, as the README does."""
        command = [sys.executable, "manage.py", *arguments]
        environment = {**clean_environment(), "VAR": str(self.var)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)

    def children(self, word: str) -> list[int]:
        """Return the processes of this site whose command line holds `word`."""
        found, mark = [], f"ARENA_CHILD_OF={self.var}".encode()
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                ours = folder.name.isdigit() and mark in (folder / "environ").read_bytes()
                if ours and word in (folder / "cmdline").read_text().replace("\0", " "):
                    found.append(int(folder.name))
        return sorted(found)

    def signal(self, word: str, number: int = signal.SIGKILL) -> list[int]:
        pids = self.children(word)
        assert pids, f"no process with {word!r}"
        for pid in pids:
            os.kill(pid, number)
        return pids

    def says(self, word: str, seconds: float) -> None:
        """Wait for a word on the console."""
        end, console = time.monotonic() + seconds, self.var.parent / f"{self.var.name}.out"
        while word not in console.read_text():
            assert time.monotonic() < end, console.read_text()
            time.sleep(0.1)

    def wait_for_instant(self, seconds: float = 60) -> None:
        """Wait until a finished instant battle is there: looked for in the database, so that nobody presses for one."""
        question = (
            "select count(*) from battles_battle b where b.bank_id != '' and b.claimed is null and b.state = 'open'"
            " and (select count(*) from battles_reply r join battles_turn t on r.turn_id = t.id"
            " where t.battle_id = b.id and r.state = 'whole') = 2"
        )
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.closing(sqlite3.connect(self.var / "arena.sqlite3")) as database:
                if database.execute(question).fetchone()[0]:
                    return
            time.sleep(0.2)
        raise AssertionError("no instant battle was made")

    def healthy(self, seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=2, trust_env=False).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{self.url}/healthz is not ok; logs in {self.var / 'logs'}")


@contextlib.contextmanager
def running(var: Path, battles: bool = True, **environment: str) -> Iterator[Site]:
    """Run the supervisor until the block ends."""
    port = free_port()
    ours = {"VAR": str(var), "PORT": str(port), "BATTLE_RATE": "9999/m", "VOTE_RATE": "9999/m", "INSTANT_BUFFER": "0"}
    env = {**clean_environment(), **ours, **environment}
    log = (var.parent / f"{var.name}.out").open("w+")
    command = [sys.executable, "-m", "workers.supervisor"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, text=True)
    site = Site(f"http://127.0.0.1:{port}", var.resolve(), process)
    try:
        if battles:
            site.healthy(120)
        else:
            site.says("Ready after", 60)
        yield site
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        log.close()


@contextlib.contextmanager
def with_double(var: Path, **environment: str) -> Iterator[Site]:
    """Run the site over a double of Ollama that has one Chinese and one American model."""
    with double(speed=1.0) as server:
        server.json("GET", "/api/version", {"version": "0.24.0"})
        server.json("GET", "/api/tags", {"models": [tag_row(CN), tag_row(US)]})
        server.json("POST", "/api/show", show_row())
        with running(var, OLLAMA_HOST=server.url, ARENA_ENGINE="ollama", **environment) as site:
            site.ollama = server
            yield site
