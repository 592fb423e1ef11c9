"""From a stored vote to a snapshot that counts it, at a steady rate of votes: p50, p95 and the longest wait.

    .venv/bin/python -m benchmarks.refit [--models 100] [--per-minute 1000] [--seconds 30]

A temporary SQLite site with `models` contestants that have met before. One thread stores votes at the rate, as a
voter's request does; another counts and refits whenever votes wait, as the worker does. Celery's way between them is
not part of it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def store_votes(models: int, rate: float, seconds: float, stored: dict[int, float]) -> None:
    """Store votes evenly over the time; note when each was committed."""
    import random

    from django.db import connections, transaction

    from arena.battles.models import Battle, Uncounted, Vote, Voter
    from arena.catalogue.models import Contestant, Deployment, Host

    contestants = list(Contestant.objects.order_by("pk")[:models])
    host = Host.objects.create(name="bench", url="http://127.0.0.1:9")
    deployments = [
        Deployment.objects.create(host=host, tag=str(c.pk), contestant=c, model=c.model) for c in contestants
    ]
    voter = Voter.objects.create(key="0" * 32)
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        a, b = random.sample(range(models), 2)
        pair = {"contestant_a": contestants[a], "contestant_b": contestants[b], "draw_probability": 0.1}
        with transaction.atomic():
            battle = Battle.objects.create(
                voter=voter, state="voted", deployment_a=deployments[a], deployment_b=deployments[b], **pair
            )
            vote = Vote.objects.create(
                battle=battle, outcome=random.choice(["a", "b", "tie"]), language="en", category="unlabelled", **pair
            )
            Uncounted.objects.create(vote=vote, sign=1)
        stored[vote.pk] = time.monotonic()
    connections.close_all()


def measure(models: int, per_minute: int, seconds: float) -> list[float]:
    """Return the wait of each vote in seconds."""
    from arena.leaderboard.models import Cell, LedgerEntry, Snapshot
    from arena.leaderboard.services import refit_boards

    Cell.objects.filter(source="simulated").update(source="arena")  # votes from before
    refit_boards()
    stored: dict[int, float] = {}
    seen: dict[int, float] = {}
    writer = threading.Thread(target=store_votes, args=(models, per_minute / 60, seconds, stored))
    writer.start()
    done = 0
    while writer.is_alive() or len(seen) < len(stored):
        refit_boards()
        through = Snapshot.objects.filter(board__slug="all").values_list("through_seq", flat=True).first() or 0
        now = time.monotonic()
        fresh = LedgerEntry.objects.filter(seq__gt=done, seq__lte=through).values_list("vote_id", flat=True)
        seen |= dict.fromkeys(fresh, now)
        done = through
        time.sleep(0.02)
    writer.join()
    return [seen[vote] - at for vote, at in stored.items()]


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--per-minute", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="arena-refit-")
    os.environ |= {"VAR": folder, "SECRET_KEY": "benchmark" * 8, "DJANGO_SETTINGS_MODULE": "arena.settings"}
    manage = [sys.executable, "manage.py"]
    simulate = ["simulate_arena", "--models", str(options.models), "--votes", "100000"]
    for command in (["migrate", "-v0"], simulate):
        subprocess.run([*manage, *command], cwd=ROOT, check=True)
    import django

    django.setup()
    waits = sorted(measure(options.models, options.per_minute, options.seconds))
    p50, p95 = statistics.median(waits), waits[int(0.95 * len(waits))]
    print(f"{len(waits)} votes: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
