"""What the even pace costs a voter in seconds, with the two real small models.

    .venv/bin/python -m benchmarks.pace --models var/models [--battles 12]

Each battle asks a prompt of the bank and follows the event stream as a browser does. Three clocks are compared: when
the first words of both sides are on the page, when both replies are whole in the worker, when the page has all of both
and can be voted on. The last less the second is the cost; without the pace it is one tick.
"""

import argparse
import json
import re
import sqlite3
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from arena.battles.bank import prompts
from tests.site import Site, link_models, running


@dataclass
class Times:
    """Seconds since the question was sent."""

    first_words: float
    written: float
    shown: float


def battle(site: Site, prompt: str) -> Times | None:
    """Ask once and follow the stream; nothing when a side failed."""
    with httpx.Client(base_url=site.url, timeout=120, trust_env=False) as client:
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', client.get("/").text)
        assert token
        began = time.time()
        where = client.post("/", data={"prompt": prompt, "csrfmiddlewaretoken": token[1]}).headers["location"]
        first, state = 0.0, ""
        while state not in {"whole", "failed"}:
            with client.stream("GET", f"{where}events", timeout=300) as events:
                for line in events.iter_lines():
                    if line.startswith("data: "):
                        data = json.loads(line[6:])
                        state = data["state"]
                        if not first and data["a"] and data["b"]:
                            first = time.time() - began
        if state == "failed":
            return None
        return Times(first, _written(site, where.strip("/").split("/")[1]) - began, time.time() - began)


def _written(site: Site, uuid: str) -> float:
    with sqlite3.connect(site.var / "arena.sqlite3") as database:
        rows = database.execute(
            "select max(r.finished) from battles_reply r join battles_turn t on r.turn_id = t.id"
            " join battles_battle b on t.battle_id = b.id where b.uuid = ?",
            [uuid.replace("-", "")],
        ).fetchall()
    return datetime.fromisoformat(rows[0][0]).replace(tzinfo=UTC).timestamp()


def main() -> None:
    """Print a line a battle, then medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="folder with the two small models")
    parser.add_argument("--battles", type=int, default=12)
    options = parser.parse_args()
    chosen = prompts()[:: max(1, len(prompts()) // options.battles)][: options.battles]
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder) / "var"
        link_models(options.models, var)
        with running(var, ARENA_ENGINE="embedded") as site:
            battle(site, "Say hello.")  # both models are loaded after it
            found = [(row.id, battle(site, row.prompt)) for row in chosen]
    for name, times in found:
        if times:
            print(f"{name:22} first words {times.first_words:5.1f} s  written {times.written:5.1f} s", end="")
            print(f"  shown {times.shown:5.1f} s  cost {times.shown - times.written:5.1f} s")
    whole = [times for _, times in found if times]
    costs = sorted(times.shown - times.written for times in whole)
    print(f"\n{len(whole)} battles whole, {len(found) - len(whole)} failed")
    print(f"first words of both: median {statistics.median(t.first_words for t in whole):.1f} s")
    print(f"all shown:           median {statistics.median(t.shown for t in whole):.1f} s")
    print(f"cost of the pace:    median {statistics.median(costs):.1f} s, mean {statistics.mean(costs):.1f} s", end="")
    print(f", nine of ten below {costs[int(0.9 * (len(costs) - 1))]:.1f} s, most {costs[-1]:.1f} s")


if __name__ == "__main__":
    main()
