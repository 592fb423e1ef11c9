"""`manage.py load_catalogue`: brings the catalogue's data file into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.catalogue.loader import OURS, load


class Command(BaseCommand):
    """Idempotent; reports what it added, changed and refused."""

    help = (
        "Load the model catalogue, or another file of that shape, whose changes the next start leaves alone."
        " A bad row is named by line and field, and nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One optional file."""
        parser.add_argument("file", nargs="?", type=Path, default=OURS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and report."""
        report = load(options["file"])
        for line in report.refused:
            self.stderr.write(f"refused: {line}")
        if report.refused:
            raise CommandError(f"{len(report.refused)} rows refused; nothing was written")
        for line in report.changed:
            self.stdout.write(f"changed: {line}")
        for line in report.kept:
            self.stdout.write(f"kept as corrected here: {line}")
        self.stdout.write(
            f"catalogue: {len(report.added)} added, {len(report.changed)} changed, {report.same} as before"
        )
