"""`manage.py import_votes FILE --source NAME`: votes from elsewhere, as a board of their own."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.leaderboard import boards
from arena.leaderboard.imports import import_votes, unmatched
from arena.leaderboard.models import Import
from arena.leaderboard.services import publish
from ratings.reading import BadFile


class Command(BaseCommand):
    """Repeatable and resumable: a finished file changes nothing, a killed run goes on where it stood."""

    help = (
        "Count votes from a file into a board of its own, never mixed with ours: .csv, .jsonl, .parquet with model_a,"
        " model_b, winner; .csv with model_a, model_b, win_a, win_b, tie, both_bad; or leaderbot's .json of counts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File, source, where refused lines go."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="letters, digits, - and _; the board's name")
        parser.add_argument("--refused", type=Path, help="refused lines with reasons; FILE.refused.jsonl if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, publish, report."""
        path, source = options["file"], options["source"]
        try:
            boards.check_source(source)
        except ValueError as error:
            raise CommandError(str(error)) from error
        refused = options["refused"] or path.with_name(path.name + ".refused.jsonl")
        try:
            with refused.open("a", encoding="utf-8") as file:
                row = import_votes(path, source, file, self._progress)
        except (BadFile, OSError) as error:
            raise CommandError(str(error)) from error
        if not refused.stat().st_size:
            refused.unlink()
        publish(f"source-{source}")
        self.stdout.write(f"{row.lines:,} lines, {row.votes:,} votes, {row.refused:,} lines refused")
        if row.refused:
            self.stdout.write(f"refused lines and why: {refused}")
        for name, votes in unmatched(source).items():
            self.stdout.write(f"unmatched: {name} ({votes:,} votes)")
        self.stdout.write(f"board: /leaderboard/?board=source-{source}")

    def _progress(self, row: Import) -> None:
        self.stderr.write(f"  {row.lines:,} lines, {row.votes:,} votes", ending="\r")
        self.stderr.flush()
