"""`manage.py prepare`: everything a start needs of database and static files, in one process."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from arena.catalogue.loader import load
from arena.catalogue.models import Host
from arena.catalogue.roles import make_roles
from arena.leaderboard import adoption
from arena.leaderboard.names import Names
from arena.translations import compile_all


class Command(BaseCommand):
    """Migrate (after a copy of an SQLite file), load the catalogue, compile, collect, note the host."""

    help = "Prepare database, catalogue, roles, static files and the model host for a start."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The host that the supervisor found or started."""
        parser.add_argument("--host-url", default="")
        parser.add_argument("--embedded", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it all."""
        _migrate()
        report = load()
        if report.refused:
            raise CommandError("the catalogue has bad rows: " + "; ".join(report.refused))
        Names().learn()
        figures = adoption.load()
        if figures.refused:
            raise CommandError("the figures of adoption have bad rows: " + "; ".join(figures.refused))
        make_roles()
        if options["host_url"]:
            note_host(options["host_url"], options["embedded"])
        compile_all()
        _collect_static()


def note_host(url: str, embedded: bool) -> Host:
    """Make or update the row of the host that this start uses; other hosts stay as they are.

    The embedded engine's is switched off by a start without it and on by the next with it, but not where an
    administrator switched it off.
    """
    if not embedded:
        idle = Host.objects.filter(embedded=True, enabled=True)
        idle.update(enabled=False, reachable=False, problem=Host.NOT_STARTED)
    elif host := Host.objects.filter(embedded=True).first():
        host.url = url
        if host.problem == Host.NOT_STARTED:
            host.enabled, host.problem = True, ""
        host.save()
        return host
    name = "embedded engine" if embedded else url.split("://", 1)[-1]
    defaults = {"name": name, "embedded": embedded, "slots": settings.HOST_SLOTS}
    return Host.objects.get_or_create(url=url, defaults=defaults)[0]


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    file = Path(str(connection.settings_dict["NAME"]))
    if settings.SQLITE and executor.loader.applied_migrations:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy2(file, file.with_name(f"{file.name}.before-{plan[-1][0].name}"))
    call_command("migrate", verbosity=0)


def _collect_static() -> None:
    """Collect when a source is newer than the last collection: a second of work that a quick start skips."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    folders = [settings.BASE_DIR / "arena" / "static", settings.BASE_DIR / "node_modules" / ".arena-stamp"]
    files = [file for folder in folders for file in (folder.rglob("*") if folder.is_dir() else [folder])]
    newest = max((file.stat().st_mtime for file in files if file.exists()), default=0.0)
    if stamp.exists() and stamp.stat().st_mtime > newest:
        return
    # django-countries brings 250 flags that no page shows
    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["flags"])
    stamp.touch()
