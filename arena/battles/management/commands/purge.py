"""`manage.py purge`: deletes the text of old battles, as the privacy page promises."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from arena.battles import forget


class Command(BaseCommand):
    """Questions, answers and comments older than so many days go; votes stay, and lead to nobody."""

    help = "Delete questions, answers and comments of battles that ended long ago. Texts their voters published stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How old."""
        parser.add_argument("--days", type=int, default=settings.KEEP_TEXT_DAYS, help="default: KEEP_TEXT_DAYS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete and say how much."""
        if options["days"] < 0:
            raise CommandError("--days: a number of days, 0 or more")
        battles, voters = forget.older_than(options["days"])
        self.stdout.write(f"{battles} battles lost their text, {voters} voters without battles were deleted.")
