"""How long the files of a large arena's own votes take to make, and the pages beside them.

    .venv/bin/python -m benchmarks.exports [--votes 1000000]

A temporary SQLite site of its own with that many voted battles of one question, counted as the ledger counts them.
The times are of the worker that makes the files and of the web server's own work for a page, without a network.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

CHUNK = 20_000


def main() -> None:
    """Print one line a step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--votes", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/arena.sqlite3"
        os.environ |= {"ARENA_TESTING": "True", "VAR": folder, "DATABASE_URL": database}
        os.environ["DJANGO_SETTINGS_MODULE"] = "arena.settings"
        import django

        django.setup()
        _measure(options.votes)


def _measure(votes: int) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from arena import queue
    from arena.leaderboard import exports, services

    settings.ALLOWED_HOSTS = ["testserver"]
    queue._send = lambda *arguments: None
    call_command("migrate", verbosity=0)
    _timed(f"{votes:,} votes stored and in the ledger", lambda: _fill(votes))
    services.publish("all")
    client = Client()
    _timed("/data/ before the files are there", lambda: client.get("/data/"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files = _timed("all three files made, by a worker", exports.renew)
    print(f"{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:8.0f} MiB more memory for it")
    for kind, file in files.items():
        print(f"{file.size / 1e6:8.1f} MB votes.{kind}, {file.votes:,} votes")
    _timed("/data/ with them", lambda: client.get("/data/"))
    _timed("nothing new: looked at and left", exports.renew)


def _timed(what: str, act: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    result = act()
    print(f"{time.perf_counter() - began:8.3f} s  {what}", flush=True)
    return result


def _fill(votes: int) -> None:
    from arena.battles.models import Battle, Turn, Vote, Voter
    from arena.catalogue.models import Host
    from arena.leaderboard.models import Cell, LedgerEntry
    from tests.conftest import deploy, make_model

    host = Host.objects.create(name="host", url="http://127.0.0.1:1", reachable=True, slots=2)
    a, b = (deploy(host, make_model(name, country, name), name) for name, country in (("One", "CN"), ("Two", "US")))
    voters = Voter.objects.bulk_create(Voter(key=f"{i:032d}") for i in range(1000))
    whose = {"contestant_a": a.contestant, "contestant_b": b.contestant, "draw_probability": 1.0}
    style = {side: {"characters": 900, "headers": 1, "list_items": 4, "bold": 3, "code_blocks": 0} for side in "AB"}
    sides = {"deployment_a": a, "deployment_b": b, "state": "voted", "tallied": True}
    for numbers in _chunks(votes):
        battles = Battle.objects.bulk_create(Battle(voter=voters[i % 1000], **sides, **whose) for i in numbers)
        turn = {"number": 1, "prompt": "?", "system_hash": "", "sampler": {}, "seed": 1}
        Turn.objects.bulk_create(Turn(battle=battle, **turn) for battle in battles)
        labels = {"language": "en", "category": "unlabelled", "covariates": style}
        stored = Vote.objects.bulk_create(
            Vote(battle=battle, outcome=("a", "b", "tie")[battle.pk % 3], **labels, **whose) for battle in battles
        )
        LedgerEntry.objects.bulk_create(
            LedgerEntry(seq=i + 1, vote=vote, sign=1, running_hash="0" * 64)
            for i, vote in zip(numbers, stored, strict=True)
        )
    low, high = sorted((a.contestant, b.contestant), key=lambda contestant: contestant.pk)
    third = {"wins_low": votes // 3, "wins_high": votes // 3, "ties": votes - 2 * (votes // 3)}
    Cell.objects.create(
        source="arena", own_prompt=True, language="en", category="unlabelled", low=low, high=high, **third,
        changed_seq=votes,
    )  # fmt: skip


def _chunks(count: int) -> Iterator[list[int]]:
    numbers = iter(range(count))
    while chunk := list(islice(numbers, CHUNK)):
        yield chunk


if __name__ == "__main__":
    main()
