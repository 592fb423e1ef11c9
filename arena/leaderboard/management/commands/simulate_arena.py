"""`manage.py simulate_arena --models N --votes N`: a made-up arena, as a board of its own."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.leaderboard import boards
from arena.leaderboard.models import Import
from arena.leaderboard.services import publish
from arena.leaderboard.simulate import simulate


class Command(BaseCommand):
    """Never touches our own votes; every page that shows the board says that it is simulated."""

    help = "Make models and votes by chance, to try pages and timings. They are marked as simulated on every page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many of what."""
        parser.add_argument("--models", type=int, default=200)
        parser.add_argument("--votes", type=int, default=1_000_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--source", default="simulated")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and publish."""
        source = options["source"]
        try:
            boards.check_source(source)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not 2 <= options["models"] <= 999 or not 1 <= options["votes"] <= 10**9:
            raise CommandError("--models must lie between 2 and 999, --votes between 1 and 1,000,000,000")
        if Import.objects.filter(source=source).exists():
            raise CommandError(f"There are votes of {source!r} already; give another --source")
        row = simulate(source, options["models"], options["votes"], options["seed"])
        publish(f"source-{source}")
        self.stdout.write(f"{row.votes:,} simulated votes; board: /leaderboard/?board=source-{source}")
