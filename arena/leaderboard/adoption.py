"""Published figures about the use of models: loaded from a file of sourced rows, all of them or none."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from arena import sheets
from arena.leaderboard.models import AdoptionFigure
from arena.sheets import BadRow

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
    kept: int = 0  # known from an imported file, which this start's own doesn't overrule
    refused: list[str] = field(default_factory=list)


def load(path: Path = DATA) -> Report:
    """Read a file of figures and write them in one transaction; what came from another file, ours leaves alone."""
    imported = path.resolve() != DATA.resolve()
    report = Report()
    rows = list(sheets.read(path, COLUMNS, NEEDED, _parse, report.refused))
    if not report.refused:
        with transaction.atomic():
            for row in rows:
                _write(row, report, imported)
    return report


def _parse(row: dict[str, str]) -> AdoptionFigure:
    if problem := _problem(row):
        raise BadRow(problem)
    figure = AdoptionFigure(key=row["id"], **{name: row[name] for name in COLUMNS[1:]})
    try:
        figure.clean_fields()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise BadRow(f"field {name}: {messages[0]}") from error
    return figure


def _problem(raw: dict[str, str]) -> str:
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


def _write(figure: AdoptionFigure, report: Report, imported: bool) -> None:
    figure.imported = imported
    there = AdoptionFigure.objects.filter(key=figure.key).first()
    names = [name for name in COLUMNS if name != "id"]
    if there is None:
        figure.save()
        report.added += 1
    elif there.imported and not imported:
        report.kept += 1
    elif there.imported != imported or any(getattr(there, name) != getattr(figure, name) for name in names):
        figure.pk = there.pk
        figure.save()
        report.changed += 1
    else:
        report.same += 1
