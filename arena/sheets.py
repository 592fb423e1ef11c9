"""Sheets of facts: CSV files whose bad lines are named, each with its line and field."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

Row = TypeVar("Row")


class BadRow(ValueError):
    """A row that can't be read: the message names the field."""


def read(
    path: Path,
    columns: Sequence[str],
    needed: Sequence[str],
    parse: Callable[[dict[str, str]], Row],
    refused: list[str],
) -> Iterator[Row]:
    """Yield the rows of a sheet as `parse` makes them; what can't be read goes to `refused`, a line each.

    Args:
        path: a CSV file in UTF-8 with a line of names.
        columns: names that must be there; the first one is the key, which no two rows share.
        needed: of these, those that must not be empty.
        parse: makes something of a row, whose fields are stripped, or raises `BadRow`.
        refused: collects sentences with line and field.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in columns if name not in (reader.fieldnames or [])]:
            refused.append(f"line 1: the column {missing[0]} is missing")
            return
        seen: dict[str, int] = {}
        for raw in reader:
            try:
                row = _whole(raw, columns, needed)
                key = row[columns[0]]
                if key in seen:
                    raise BadRow(f"field {columns[0]}: {key!r} stands on line {seen[key]} already")
                seen[key] = reader.line_num
                yield parse(row)
            except BadRow as error:
                refused.append(f"line {reader.line_num}, {error}")


def _whole(raw: dict[str, str | None], columns: Sequence[str], needed: Sequence[str]) -> dict[str, str]:
    row = {name: (raw.get(name) or "").strip() for name in columns}
    if any(raw.get(name) is None for name in columns):
        raise BadRow("the line has too few fields")
    if empty := [name for name in needed if not row[name]]:
        raise BadRow(f"field {empty[0]}: is empty")
    return row
