"""From a stored vote to a snapshot that counts it, at a steady rate of votes: p50, p95, p99 and the longest wait.

    .venv/bin/python -m benchmarks.refit [--models 100] [--per-minute 1000] [--seconds 30]

A site as `make run` starts it, over a double of Ollama, with `models` contestants that have met 100,000 times before.
This process stores votes as a voter's request does: battle, question, both answers, vote, message to the worker. The
times at which snapshots were stored tell afterwards how long each vote waited.
"""

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

from tests.site import Site, with_double
from workers.supervisor import place


def join_site(site: Site) -> None:
    """Make this process one of the site's: its database, broker and secret."""
    os.environ |= {
        "VAR": str(site.var),
        "SECRET_KEY": place.secret(site.var),
        "REDIS_URL": place.broker_url(site.var),
        "DJANGO_SETTINGS_MODULE": "arena.settings",
    }
    import django

    django.setup()


def store_votes(models: int, rate: float, seconds: float) -> dict[int, float]:
    """Store votes evenly over the time; return when each was committed."""
    from django.db import transaction
    from django.utils import timezone

    from arena import queue
    from arena.battles.models import Battle, Reply, Turn, Uncounted, Vote, Voter
    from arena.catalogue.models import Contestant, Deployment, Host

    contestants = list(Contestant.objects.filter(model__external=True).order_by("pk")[:models])
    host = Host.objects.create(name="bench", url="http://127.0.0.1:9", enabled=False)
    deployments = [
        Deployment.objects.create(host=host, tag=str(c.pk), contestant=c, model=c.model) for c in contestants
    ]
    voter = Voter.objects.create(key="0" * 32)
    stored = {}
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        a, b = random.sample(range(models), 2)
        pair = {"contestant_a": contestants[a], "contestant_b": contestants[b], "draw_probability": 0.1}
        with transaction.atomic():
            battle = Battle.objects.create(
                voter=voter,
                state="voted",
                closed=timezone.now(),
                deployment_a=deployments[a],
                deployment_b=deployments[b],
                **pair,
            )
            turn = Turn.objects.create(battle=battle, number=1, prompt="?", system_hash="", sampler={}, seed=1)
            for side, deployment in zip("AB", battle.deployments, strict=True):
                said = {"state": "whole", "text": "some words " * 150, "tokens": 400, "eval_ms": 8000}
                Reply.objects.create(turn=turn, side=side, deployment=deployment, **said)
            vote = Vote.objects.create(
                battle=battle, outcome=random.choice(["a", "b", "tie"]), language="en", category="unlabelled", **pair
            )
            Uncounted.objects.create(vote=vote, sign=1)
            queue.refit()
        stored[vote.pk] = time.time()
    return stored


def published(stored: dict[int, float]) -> list[float]:
    """Return how long each vote waited, from the times at which snapshots were stored."""
    from arena.leaderboard.models import LedgerEntry, Snapshot

    numbers = dict(LedgerEntry.objects.filter(vote__in=stored).values_list("seq", "vote_id"))
    waits: dict[int, float] = {}
    for through, created in (
        Snapshot.objects.filter(board__slug="all").order_by("pk").values_list("through_seq", "created")
    ):
        for seq in [seq for seq in numbers if seq <= through]:
            vote = numbers.pop(seq)
            waits[vote] = created.timestamp() - stored[vote]
    return sorted(waits.values())


def measure(site: Site, models: int, per_minute: int, seconds: float) -> list[float]:
    """Return the wait of each vote in seconds, sorted."""
    site.manage("simulate_arena", "--models", str(models), "--votes", "100000")
    join_site(site)
    from arena.leaderboard.models import Cell, Snapshot

    Cell.objects.filter(source="simulated").update(source="arena")  # votes from before
    stored = store_votes(models, per_minute / 60, seconds)
    end = time.monotonic() + 30
    while len(waits := published(stored)) < len(stored) and time.monotonic() < end:
        time.sleep(0.5)
    snapshots = Snapshot.objects.filter(board__slug="all").count()
    print(f"{snapshots} snapshots of all votes in {seconds:.0f} s")
    assert len(waits) == len(stored), f"{len(stored) - len(waits)} votes were never published"
    return waits


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--per-minute", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="arena-refit-") as folder, with_double(Path(folder) / "var") as site:
        waits = measure(site, options.models, options.per_minute, options.seconds)
    p50, p95, p99 = (1000 * waits[int(share * (len(waits) - 1))] for share in (0.5, 0.95, 0.99))
    print(
        f"{len(waits)} votes: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms, longest {1000 * waits[-1]:.0f} ms"
    )


if __name__ == "__main__":
    main()
