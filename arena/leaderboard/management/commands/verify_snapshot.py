"""`manage.py verify_snapshot ID`: recomputes a published snapshot and compares every number."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.leaderboard.models import Snapshot
from arena.leaderboard.verify import verify


class Command(BaseCommand):
    """Exit status 1 and the differences when a snapshot does not hold."""

    help = "Recompute a snapshot from the votes it names and compare every published number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The snapshot's number."""
        parser.add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        snapshot = Snapshot.objects.select_related("board").filter(pk=options["id"]).first()
        if snapshot is None:
            raise CommandError(f"There is no snapshot {options['id']}.")
        verdict = verify(snapshot)
        for problem in verdict.problems[:20]:
            self.stderr.write(problem)
        if verdict.problems:
            raise CommandError(f"snapshot {snapshot.pk} does not hold: {len(verdict.problems)} differences")
        source = "its votes" if verdict.from_votes else "its counts (an imported source keeps no single votes)"
        self.stdout.write(
            f"snapshot {snapshot.pk} holds: {verdict.votes:,} votes, recomputed from {source};"
            f" largest difference {verdict.largest:.1e}"
            + (f"; its intervals can't be, {verdict.forgotten:,} votes have lost their voter" * bool(verdict.forgotten))
        )
