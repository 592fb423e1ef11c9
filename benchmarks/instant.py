"""How long "Next battle" takes on the server: the claim and the page with both answers, beside many old battles.

    .venv/bin/python -m benchmarks.instant [--battles 200000] [--presses 40]

A database of its own; no workers, since the buffer is what they would have written. The times are Django's own work,
without network and browser.
"""

import argparse
import os
import statistics
import tempfile
import time
import uuid
from datetime import timedelta


def main() -> None:
    """Print medians and the slowest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--battles", type=int, default=200_000)
    parser.add_argument("--presses", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ARENA_TESTING": "True", "VAR": folder, "DJANGO_SETTINGS_MODULE": "arena.settings"}
        os.environ["BATTLE_RATE"] = "999999/m"
        import django

        django.setup()
        _measure(options.battles, options.presses)


def _measure(battles: int, presses: int) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from arena import queue
    from arena.battles import instant, making
    from arena.battles.bank import prompts
    from arena.battles.models import Battle
    from arena.catalogue.models import Host
    from tests.conftest import deploy, finish, make_model

    settings.ALLOWED_HOSTS = ["testserver"]
    queue._send = lambda *arguments: None
    call_command("migrate", verbosity=0)
    host = Host.objects.create(name="host", url="http://127.0.0.1:1", reachable=True, slots=2)
    pair = [
        deploy(host, make_model(name, country, f"{name.lower()}:1b"), f"{name.lower()}:1b")
        for name, country in (("One", "CN"), ("Two", "US"))
    ]
    bank, now = prompts(), timezone.now()
    old = (
        Battle(
            uuid=uuid.uuid4(),
            state="abandoned",
            deployment_a=pair[0],
            deployment_b=pair[1],
            contestant_a=pair[0].contestant,
            contestant_b=pair[1].contestant,
            draw_probability=1.0,
            bank_id=bank[i % len(bank)].id,
            claimed=now,
            created=now - timedelta(days=1),
        )
        for i in range(battles)
    )
    Battle.objects.bulk_create(old, batch_size=5_000)
    words = "Words of an answer, and more of them. " * 60
    for i in range(presses + 5):
        finish(making.start_bank(bank[i]), a=words, b=words)
    client = Client()
    times = {"claim": [], "page": [], "fill": []}
    for _ in range(presses):
        began = time.perf_counter()
        answer = client.post("/instant")
        claimed = time.perf_counter()
        assert answer.status_code == 302, answer.content
        assert b"Words of an answer" in client.get(answer["Location"]).content
        times["claim"].append(claimed - began)
        times["page"].append(time.perf_counter() - claimed)
    for _ in range(3):
        began = time.perf_counter()
        instant.fill()
        times["fill"].append(time.perf_counter() - began)
    print(f"{battles:,} old battles")
    for name, found in times.items():
        print(f"{name:6} median {1000 * statistics.median(found):6.1f} ms   most {1000 * max(found):6.1f} ms")


if __name__ == "__main__":
    main()
