"""Votes from elsewhere: files in the public arenas' schemas, counted into cells of a source of their own.

Each batch of lines is one transaction that moves counts and position together, so a killed import goes on where it
stood and a second run of a finished one changes nothing.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TextIO

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from arena.leaderboard.models import Cell, Import, Writer
from arena.leaderboard.names import UNKNOWN, Names
from arena.leaderboard.rows_in import Line, open_lines
from ratings.counts import Outcome

BATCH = 200_000  # lines of a transaction
PLACE = ("low_id", "high_id", "language")
SAME = {"own_prompt": True, "category": "unlabelled"}  # nothing else is known of votes from elsewhere
Progress = Callable[[Import], None]
Key = tuple[int, int, str]


def position(source: str) -> tuple[int, str]:
    """Return how many lines of a source are counted, and a digest of its files."""
    rows = Import.objects.filter(source=source).order_by("pk")
    lines = rows.aggregate(all=Sum("lines"))["all"] or 0
    digests = "".join(f"{row.digest}:{row.lines};" for row in rows)
    return lines, hashlib.sha256(digests.encode()).hexdigest()


def import_votes(path: Path, source: str, refused: TextIO, progress: Progress = lambda row: None) -> Import:
    """Count a file's votes; lines that can't be read go to `refused` as JSON lines with their reason."""
    row, _ = Import.objects.get_or_create(source=source, digest=_digest(path), defaults={"name": path.name})
    names = Names()
    if row.finished is None:
        lines = islice(open_lines(path), row.lines, None)
        while batch := list(islice(lines, BATCH)):
            _count(row, batch, names, refused)
            progress(row)
        Import.objects.filter(pk=row.pk).update(finished=timezone.now())
        row.refresh_from_db()
    return row


def unmatched(source: str) -> dict[str, int]:
    """Return the models of a source of which nothing is known but the name, with their votes, most votes first."""
    found: Counter[str] = Counter()
    for side in ("low", "high"):
        rows = Cell.objects.filter(source=source, **{f"{side}__model__developer__name": UNKNOWN})
        for row in rows.values(f"{side}__model__name").annotate(votes=sum(Sum(name) for name in Cell.COUNTS)):
            found[row[f"{side}__model__name"]] += row["votes"]
    return dict(found.most_common())


@transaction.atomic
def _count(row: Import, batch: list[Line], names: Names, refused: TextIO) -> None:
    base = position(row.source)[0]
    totals: dict[Key, Counter[str]] = {}
    votes = bad = 0
    for line in batch:
        if line.problem:
            bad += 1
            refused.write(json.dumps({"line": line.number, "reason": line.problem, "row": line.raw}) + "\n")
            continue
        a, b = names.contestant(line.a), names.contestant(line.b)
        cell = totals.setdefault((min(a, b), max(a, b), line.language), Counter())
        for outcome, number in line.outcomes.items():
            cell[_column(outcome, swapped=a > b)] += number
        votes += line.votes
    refused.flush()  # before the lines count as done: a run killed afterwards has left their reasons
    add_to_cells(row.source, totals, base + len(batch))
    Import.objects.filter(pk=row.pk).update(
        lines=F("lines") + len(batch), votes=F("votes") + votes, refused=F("refused") + bad
    )
    row.refresh_from_db()


def add_to_cells(source: str, totals: dict[Key, Counter[str]], seq: int) -> None:
    """Add counts, by pair and language and then by column of Cell, to the cells of a source. Needs a transaction."""
    Writer.take_turn("imports")  # one at a time, as in the ledger
    before = {
        (low, high, language): counts
        for low, high, language, *counts in Cell.objects.filter(source=source).values_list(*PLACE, *Cell.COUNTS)
    }
    cells = []
    for (low, high, language), counts in totals.items():
        now = zip(Cell.COUNTS, before.get((low, high, language), (0, 0, 0, 0)), strict=True)
        columns = {name: number + counts.get(name, 0) for name, number in now}
        place = {"low_id": low, "high_id": high, "language": language}
        cells.append(Cell(source=source, **SAME, **place, **columns, changed_seq=seq))
    Cell.objects.bulk_create(
        cells,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["source", "own_prompt", "language", "category", "low", "high"],
        update_fields=[*Cell.COUNTS, "changed_seq"],
    )


def _column(outcome: Outcome, swapped: bool) -> str:
    if outcome in {Outcome.TIE, Outcome.BOTH_BAD}:
        return "ties" if outcome == Outcome.TIE else "both_bad"
    return "wins_low" if (outcome == Outcome.A) != swapped else "wins_high"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
