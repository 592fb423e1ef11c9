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

    from arena import queue

    settings.ALLOWED_HOSTS = ["testserver"]
    queue._send = lambda *arguments: None
    call_command("migrate", verbosity=0)
    _old_battles(battles)
    _buffer(presses + 5)
    print(f"{battles:,} old battles")
    for name, found in (_press(presses) | {"fill": _fill(3)}).items():
        print(f"{name:6} median {1000 * statistics.median(found):6.1f} ms   most {1000 * max(found):6.1f} ms")


def _old_battles(count: int) -> None:
    from django.utils import timezone

    from arena.battles.bank import prompts
    from arena.battles.models import Battle
    from arena.catalogue.models import Host
    from tests.conftest import deploy, make_model

    host = Host.objects.create(name="host", url="http://127.0.0.1:1", reachable=True, slots=2)
    a, b = (deploy(host, make_model(name, country, name), name) for name, country in (("One", "CN"), ("Two", "US")))
    sides = {"deployment_a": a, "deployment_b": b, "contestant_a": a.contestant, "contestant_b": b.contestant}
    bank, now = prompts(), timezone.now()
    times = {"claimed": now, "created": now - timedelta(days=1)}
    rows = (
        Battle(state="abandoned", draw_probability=1.0, bank_id=bank[i % len(bank)].id, **sides, **times)
        for i in range(count)
    )
    Battle.objects.bulk_create(rows, batch_size=5_000)


def _buffer(count: int) -> None:
    from arena.battles import making
    from arena.battles.bank import prompts
    from tests.conftest import finish

    words = "Words of an answer, and more of them. " * 60
    for prompt in prompts()[:count]:
        finish(making.start_bank(prompt), a=words, b=words)


def _press(presses: int) -> dict[str, list[float]]:
    from django.test import Client

    client = Client()
    times: dict[str, list[float]] = {"claim": [], "page": []}
    for _ in range(presses):
        began = time.perf_counter()
        answer = client.post("/instant")
        claimed = time.perf_counter()
        assert answer.status_code == 302, answer.content
        assert b"Words of an answer" in client.get(answer["Location"]).content
        times["claim"].append(claimed - began)
        times["page"].append(time.perf_counter() - claimed)
    return times


def _fill(times: int) -> list[float]:
    from arena.battles import instant

    found = []
    for _ in range(times):
        began = time.perf_counter()
        instant.fill()
        found.append(time.perf_counter() - began)
    return found


if __name__ == "__main__":
    main()
