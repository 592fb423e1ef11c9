"""Brings a model to a host, with progress in the database."""

import time

from django.db.models import F
from django.utils import timezone

from arena.catalogue.models import Pull
from workers import hosts
from workers.errors import Cancelled, OllamaError
from workers.ollama import Ollama
from workers.wire import Progress

WRITE_SECONDS = 0.5
State = Pull.State


def pull(pull_id: int) -> None:
    """Pull until done, failed or cancelled. A pull that was cut goes on where the host stood."""
    claimed = Pull.objects.filter(pk=pull_id, state=State.QUEUED).update(
        state=State.RUNNING, attempt=F("attempt") + 1, beat=timezone.now(), problem=""
    )
    if not claimed:
        return
    row = Pull.objects.select_related("host").get(pk=pull_id)
    mine = Pull.objects.filter(pk=pull_id, state=State.RUNNING, attempt=row.attempt)
    meter = Meter()
    try:
        for progress in Ollama(row.host.url).pull(row.tag, lambda: not mine.exists()):
            if meter.due():
                mine.update(**meter.columns(progress), beat=timezone.now())
    except Cancelled:
        return
    except OllamaError as error:
        mine.update(state=State.FAILED, problem=str(error)[:2000], beat=timezone.now())
        return
    mine.update(**meter.columns(progress) | {"bytes_per_second": 0}, state=State.DONE, beat=timezone.now())
    hosts.probe(row.host)


class Meter:
    """Turns progress lines into columns, at most twice a second, with the speed since the start."""

    def __init__(self) -> None:
        self._began = self._written = 0.0
        self._at_start: int | None = None

    def due(self) -> bool:
        """Whether it is time to write again."""
        now = time.monotonic()
        if now - self._written < WRITE_SECONDS:
            return False
        self._written = now
        return True

    def columns(self, progress: Progress) -> dict[str, int | str]:
        """Return what to write."""
        now = time.monotonic()
        if self._at_start is None and progress.total:
            self._began, self._at_start = now, progress.completed
        seconds = now - self._began if self._at_start is not None else 0
        speed = (progress.completed - (self._at_start or 0)) / seconds if seconds > 0 else 0
        return {
            "status": progress.status[:120],
            "completed_bytes": progress.completed,
            "total_bytes": progress.total,
            "bytes_per_second": max(0, int(speed)),
        }
