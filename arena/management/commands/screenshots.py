"""`manage.py screenshots DIR`: pictures of every page state, for a person to leaf through."""

import importlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Start a site of its own over doubles of the models and take the pictures in both widths, themes and languages."""

    help = "Write pictures of every page state to a folder (needs requirements-dev.txt and Debian's chromium)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Take them."""
        try:
            screens = importlib.import_module("tests.screens")  # the doubles are the tests'
        except ImportError as error:
            raise CommandError(f"{error}: install requirements-dev.txt first (`make test` does)") from error
        self.stdout.write(f"{screens.write(options['folder'])} pictures in {options['folder']}")
