"""Run by the site's own Python: makes a small arena, votes in it as voters do, exports, and prints what it publishes.

.venv/bin/python -m tests.peers.export FOLDER
"""

import json
import os
import random
import sys
from pathlib import Path


def main(folder: Path) -> None:
    """Write votes.csv and votes.parquet into the folder; print the leaderboard's ratings as JSON."""
    os.environ |= {"ARENA_TESTING": "True", "VAR": str(folder), "DJANGO_SETTINGS_MODULE": "arena.settings"}
    import django

    django.setup()
    from django.core.management import call_command

    from arena import queue
    from arena.battles import making, services
    from arena.battles.models import Voter
    from arena.catalogue.models import Host
    from arena.leaderboard import exports
    from arena.leaderboard import services as boards
    from tests.conftest import deploy, finish, make_model

    queue._send = lambda *arguments: None  # no worker is needed: replies are written below
    call_command("migrate", verbosity=0)
    host = Host.objects.create(name="host", url="http://127.0.0.1:1", reachable=True, slots=2)
    for number, country in enumerate(("CN", "US", "CN", "US")):
        deploy(host, make_model(f"Model{number}", country, f"m{number}:1b"), f"m{number}:1b")
    voter = Voter.objects.create(key="c" * 32)
    chance = random.Random(5)
    for _ in range(160):
        battle = finish(making.start(voter, "Why?"))
        services.vote(battle, chance.choice(["a", "a", "b", "tie"]))
    boards.refit_boards()
    snapshot = boards.latest()
    assert snapshot is not None
    for kind in ("csv", "parquet"):
        (folder / f"votes.{kind}").write_bytes(exports.renew()[kind].path.read_bytes())
    print(json.dumps({row["model"]: row["rating"] for row in snapshot.rows}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
