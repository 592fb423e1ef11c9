"""The votes behind a snapshot as files for anybody to fit anew: made by a worker, all three in one walk over the votes.

A set of files is replaced when it is ten minutes old and another snapshot is there, or at once where a voter took a
consent back: until the next set is made, none is given out then. Web servers and workers share the folder VAR.
"""

import csv
import fcntl
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from arena.battles.after import published
from arena.leaderboard.export_rows import BATCH, SCHEMA, rows
from arena.leaderboard.models import Snapshot
from arena.leaderboard.services import keep_linked, latest

KINDS = ("csv", "jsonl", "parquet")
KEEP_SECONDS = 600
REST = 20  # times as long as a set took to make, no other one is begun
CARD, LOCK = "card.json", "lock"


@dataclass(frozen=True)
class Export:
    """A file that is there: which votes, how large, which digest."""

    path: Path
    snapshot: int
    votes: int
    size: int
    digest: str


@dataclass(frozen=True)
class Card:
    """What is known of a set of files."""

    snapshot: int
    votes: int
    made: str
    took: float
    texts: int  # how many voters had agreed to publication
    files: dict[str, dict[str, Any]]


def folder() -> Path:
    """Return where the sets of files lie."""
    path = Path(settings.VAR) / "exports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def current() -> dict[str, Export]:
    """Return the newest files by kind; empty before they are made, and where a consent was taken back since."""
    found = _newest()
    if found is None or _taken_back(found[1]):
        return {}
    place, card = found
    return {
        kind: Export(place / f"votes-{card.snapshot}.{kind}", card.snapshot, card.votes, **card.files[kind])
        for kind in KINDS
    }


def renew() -> dict[str, Export]:
    """Make a new set of files where one is due, unless another worker is at it; return the current ones."""
    snapshot = latest()
    if snapshot is not None:
        with _alone() as alone:
            if alone and _is_due(snapshot):
                _make(snapshot)
    return current()


def _is_due(snapshot: Snapshot) -> bool:
    found = _newest()
    if found is None or _taken_back(found[1]):
        return True
    card, made = found[1], _made(found[1])
    same = card.snapshot == snapshot.pk and not published().filter(changed__gt=made).exists()
    age = (timezone.now() - made).total_seconds()
    return not same and age >= max(KEEP_SECONDS, REST * card.took)


def _taken_back(card: Card) -> bool:
    """Whether fewer voters still agree than did when the files were made."""
    return published().filter(changed__lte=_made(card)).count() < card.texts


def _made(card: Card) -> Any:
    return parse_datetime(card.made)


def _newest() -> tuple[Path, Card] | None:
    for path in sorted(folder().glob(f"set-*/{CARD}"), key=lambda path: path.parent.name, reverse=True):
        with suppress(FileNotFoundError):  # a worker may take an old one away meanwhile
            return path.parent, Card(**json.loads(path.read_text("utf-8")))
    return None


@contextmanager
def _alone() -> Iterator[bool]:
    """Hold the folder's lock, if nobody does; it ends with the process."""
    with (folder() / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _make(snapshot: Snapshot) -> None:
    began, made = time.monotonic(), timezone.now()
    texts = published().filter(changed__lte=made).count()
    old = [path for path in folder().iterdir() if path.name != LOCK]
    place = Path(tempfile.mkdtemp(dir=folder(), prefix="part-"))
    votes = _write(place / f"votes-{snapshot.pk}", rows(snapshot))
    files = {kind: _measured(place / f"votes-{snapshot.pk}.{kind}") for kind in KINDS}
    card = Card(snapshot.pk, votes, made.isoformat(), time.monotonic() - began, texts, files)
    (place / CARD).write_text(json.dumps(asdict(card)), "utf-8")
    keep_linked(snapshot)  # the files name it
    place.chmod(0o755)  # the web server may be another user
    place.replace(folder() / f"set-{made:%Y%m%d%H%M%S%f}")
    for path in old:  # sets of before, and what a worker left that was killed
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _measured(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "digest": hashlib.file_digest(file, "sha256").hexdigest()}


def _write(stem: Path, found: Iterator[dict[str, Any]]) -> int:
    """Write all three files at once, batch by batch; return how many votes they hold."""
    votes = 0
    with ExitStack() as open_files:
        table = open_files.enter_context(stem.with_suffix(".csv").open("w", newline="", encoding="utf-8"))
        lines = open_files.enter_context(stem.with_suffix(".jsonl").open("w", encoding="utf-8"))
        columns = open_files.enter_context(
            pyarrow.parquet.ParquetWriter(stem.with_suffix(".parquet"), SCHEMA, compression="zstd")
        )
        writer = csv.DictWriter(table, SCHEMA.names)
        writer.writeheader()
        while batch := list(islice(found, BATCH)):
            writer.writerows(batch)
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in batch)
            columns.write_table(pyarrow.Table.from_pylist(batch, SCHEMA))
            votes += len(batch)
    return votes
