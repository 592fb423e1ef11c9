"""The supervisor: start in order, say each part when ready, watch, stop."""

import signal
import sys
import time
from pathlib import Path
from types import FrameType

from workers.supervisor import place
from workers.supervisor.admin import any_admin
from workers.supervisor.configuration import settings
from workers.supervisor.parts import Part, stop_all
from workers.supervisor.place import CannotStart
from workers.supervisor.site import Site


class Stop(Exception):
    """Somebody pressed Ctrl-C, or the system asks us to end."""


def main() -> int:
    """Run the site until told to stop; return the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    began, started = time.monotonic(), list[Part]()
    try:
        held = place.lock(settings.VAR)
        place.clear_orphans(settings.VAR)
        place.check_port(settings.PORT)
        site = Site(settings.VAR, settings.PORT, settings.WEB_PROCESSES, settings.WORKER_THREADS, settings.HOST_SLOTS)
        _start(site, started)
        _greet(site, time.monotonic() - began)
        _watch(settings.VAR, started)
        held.close()
    except Stop:
        print("\nStopping …", flush=True)
        return 0
    except CannotStart as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop_all(started[::-1])
    return 0


def _start(site: Site, started: list[Part]) -> None:
    broker = site.broker()
    if broker is not None:
        _run(broker, started, site.var)
    _say("broker", "embedded" if broker else "the server at REDIS_URL")
    url, engine = site.models(settings.ARENA_ENGINE, settings.OLLAMA_HOST)
    if engine is not None:
        _run(engine, started, site.var)
    _say("models", f"embedded engine, {site.var / 'models'}" if engine else f"Ollama at {url}")
    site.prepare(url, embedded=engine is not None)
    _say("database", "ready")
    parts = site.working()
    for part in parts:
        _launch(part, started, site.var)
    for part in parts:
        part.wait_ready()
        _say(part.name, "ready")


def _run(part: Part, started: list[Part], var: Path) -> None:
    _launch(part, started, var)
    part.wait_ready()


def _launch(part: Part, started: list[Part], var: Path) -> None:
    part.start()
    started.append(part)
    place.note_children(var, [p.process.pid for p in started if p.process])


def _greet(site: Site, seconds: float) -> None:
    if trouble := site.trouble():
        print(f"\nNo battle can start yet: {trouble}. A good small pair, one Chinese and one American:")
        print("  ollama pull qwen3:1.7b\n  ollama pull llama3.2:1b")
    if not any_admin(site.environment):
        print("\nThere is no administrator yet: `make admin` makes one.")
    print(f"\nReady after {seconds:.1f} s: http://127.0.0.1:{site.port}   (Ctrl-C stops everything)", flush=True)


def _watch(var: Path, parts: list[Part]) -> None:
    """Restart what dies. `/healthz` plays no part in it: a site without models runs all the same."""
    while True:
        time.sleep(0.5)
        for part in parts:
            if not part.alive():
                print(f"  The {part.name} ended; it is started again. Its log: {part.log}", flush=True)
                part.restart()
                place.note_children(var, [p.process.pid for p in parts if p.process])


def _say(name: str, text: str) -> None:
    print(f"  {name:<11} {text}", flush=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


if __name__ == "__main__":
    sys.exit(main())
