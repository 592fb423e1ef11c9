"""`manage.py check_leaks FILE`: tries the detector of self-identification on anybody's own cases."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.battles.leaks import detector


class Command(BaseCommand):
    """Prints the input's lines with `leak` and the `words` that gave it away."""

    help = 'Read JSON lines {"text", "lang"} and print them with "leak": true or false and "words".'

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, - for standard input."""
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the lines."""
        name = options["file"]
        try:
            lines = sys.stdin.readlines() if name == "-" else Path(name).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{name} can't be read: {error}") from error
        found = detector()
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                words = found.words(row["text"])
            except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
                raise CommandError(f"{name}, line {number}: no JSON object with a text: {error}") from error
            self.stdout.write(json.dumps({**row, "leak": bool(words), "words": words}, ensure_ascii=False))
