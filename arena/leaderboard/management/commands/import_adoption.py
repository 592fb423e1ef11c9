"""`manage.py import_adoption FILE`: more figures about the use of models, or corrected ones."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.leaderboard.adoption import COLUMNS, DATA, load


class Command(BaseCommand):
    """Rows are known by their id: a known one is brought up to date, a new one added."""

    help = f"Load figures from a CSV with the columns {', '.join(COLUMNS)}. A bad row is named, and nothing is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One optional file."""
        parser.add_argument("file", nargs="?", type=Path, default=DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and report."""
        try:
            report = load(options["file"])
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} can't be read: {error}") from error
        for line in report.refused:
            self.stderr.write(f"refused: {line}")
        if report.refused:
            raise CommandError(f"{len(report.refused)} rows refused; nothing was written")
        self.stdout.write(f"figures: {report.added} added, {report.changed} changed, {report.same} as before")
