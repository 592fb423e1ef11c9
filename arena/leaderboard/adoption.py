"""Published figures about the use of models: loaded from a file of sourced rows, all of them or none."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from arena.leaderboard.models import AdoptionFigure

DATA = Path(__file__).parent / "data" / "adoption.csv"
COLUMNS = (
    "id", "measure", "definition", "period_start", "period_end", "unit", "group_kind", "group", "value",
    "source_title", "publisher", "published", "address", "read_how", "note",
)  # fmt: skip
NEEDED = ("id", "measure", "definition", "unit", "group", "value", "source_title", "address")
MOMENT = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
NOT_ADOPTION = ("votes_", "benchmark_", "capability_")


@dataclass
class Report:
    """What a load did; with anything refused, nothing was written."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refused: list[str] = field(default_factory=list)


def load(path: Path = DATA) -> Report:
    """Read a file of figures and write them in one transaction."""
    report = Report()
    rows = list(_read(path, report))
    if not report.refused:
        with transaction.atomic():
            for row in rows:
                _write(row, report)
    return report


def _read(path: Path, report: Report) -> Iterator[AdoptionFigure]:
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
        if missing:
            report.refused.append(f"line 1: the column {missing[0]} is missing")
            return
        seen: dict[str, int] = {}
        for raw in reader:
            line = reader.line_num
            problem = _problem(raw)
            if not problem and raw["id"] in seen:
                problem = f"field id: {raw['id']!r} stands on line {seen[raw['id']]} already"
            if problem:
                report.refused.append(f"line {line}, {problem}")
                continue
            seen[raw["id"]] = line
            figure = AdoptionFigure(key=raw["id"], **{name: raw[name].strip() for name in COLUMNS[1:]})
            try:
                figure.clean_fields()
            except ValidationError as error:
                name, messages = next(iter(error.message_dict.items()))
                report.refused.append(f"line {line}, field {name}: {messages[0]}")
            yield figure


def _problem(raw: dict[str, Any]) -> str:
    if any(raw.get(name) is None for name in COLUMNS):
        return "the line has too few fields"
    for name in NEEDED:
        if not raw[name].strip():
            return f"field {name}: is empty"
    if raw["measure"].startswith(NOT_ADOPTION):
        return f"field measure: {raw['measure']!r} is no adoption; {', '.join(NOT_ADOPTION)} belong elsewhere"
    for name in ("period_start", "period_end", "published"):
        if raw[name] and not MOMENT.fullmatch(raw[name]):
            return f"field {name}: {raw[name]!r} is no YYYY, YYYY-MM or YYYY-MM-DD"
    if raw["unit"] == "date":
        return "" if MOMENT.fullmatch(raw["value"]) else f"field value: {raw['value']!r} is no month"
    try:
        float(raw["value"])
    except ValueError:
        return f"field value: {raw['value']!r} is no number"
    return ""


def _write(figure: AdoptionFigure, report: Report) -> None:
    there = AdoptionFigure.objects.filter(key=figure.key).first()
    names = [name for name in COLUMNS if name != "id"]
    if there is None:
        figure.save()
        report.added += 1
    elif any(getattr(there, name) != getattr(figure, name) for name in names):
        figure.pk = there.pk
        figure.save()
        report.changed += 1
    else:
        report.same += 1
