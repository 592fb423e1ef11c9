"""Votes from files: CSV, JSON lines, Parquet (with pyarrow), in the public arenas' column names."""

import csv
import importlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ratings.counts import Counts, Outcome
from ratings.errors import RatingsError

NEEDED = ("model_a", "model_b", "winner")
VOCABULARY = {
    "model_a": Outcome.A,
    "a": Outcome.A,
    "model_b": Outcome.B,
    "b": Outcome.B,
    "tie": Outcome.TIE,
    "both_bad": Outcome.BOTH_BAD,
    "bothbad": Outcome.BOTH_BAD,
    "tie (bothbad)": Outcome.BOTH_BAD,
    "tie (both bad)": Outcome.BOTH_BAD,
}


class BadFile(RatingsError):
    """A file that can't be read as votes. The message names file and line; a CSV's header is line 1."""


@dataclass(frozen=True)
class Votes:
    """N votes. `a`, `b`: (N,) indices into `names`; `outcome`: (N,) of `Outcome`."""

    names: tuple[str, ...]
    a: npt.NDArray[np.int32]
    b: npt.NDArray[np.int32]
    outcome: npt.NDArray[np.int8]

    def counts(self) -> Counts:
        """Return them as counts."""
        return Counts.from_votes(self.a, self.b, self.outcome, len(self.names))


def read_votes(path: Path) -> Votes:
    """Read a file by its suffix: `.csv`, `.jsonl` or `.ndjson`, `.parquet`.

    Raises:
        BadFile: a missing column, an unknown winner, a model against itself, an unreadable line.
    """
    readers = {".csv": _csv, ".jsonl": _json_lines, ".ndjson": _json_lines, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadFile(f"{path}: unknown kind of file; known are {', '.join(readers)}")
    try:
        return _collect(path, reader(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}: can't be read: {error}") from error


def read_groups(path: Path) -> dict[str, str]:
    """Read a CSV with the columns `model,group`."""
    groups: dict[str, str] = {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if not {"model", "group"} <= set(reader.fieldnames or ()):
                raise BadFile(f"{path}, line 1: the columns model and group are needed")
            for row in reader:
                if not row["model"] or not row["group"]:
                    raise BadFile(f"{path}, line {reader.line_num}: model or group is empty")
                groups[row["model"]] = row["group"]
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}: can't be read: {error}") from error
    return groups


def _collect(path: Path, rows: Iterable[tuple[int, Any, Any, Any]]) -> Votes:
    index: dict[str, int] = {}
    a, b, outcome = list[int](), list[int](), list[int]()
    for line, left, right, winner in rows:
        result = VOCABULARY.get(winner) if isinstance(winner, str) else None
        if result is None:
            raise BadFile(f"{path}, line {line}: unknown winner {winner!r}; known are {', '.join(VOCABULARY)}")
        if not isinstance(left, str) or not isinstance(right, str) or not left or not right:
            raise BadFile(f"{path}, line {line}: a model's name is missing")
        if left == right:
            raise BadFile(f"{path}, line {line}: {left!r} against itself")
        a.append(index.setdefault(left, len(index)))
        b.append(index.setdefault(right, len(index)))
        outcome.append(result)
    return Votes(
        tuple(index), np.array(a, dtype=np.int32), np.array(b, dtype=np.int32), np.array(outcome, dtype=np.int8)
    )


def _csv(path: Path) -> Iterator[tuple[int, Any, Any, Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        places = [_place(path, header, name) for name in NEEDED]
        for row in reader:
            if len(row) != len(header):
                raise BadFile(f"{path}, line {reader.line_num}: {len(row)} fields, the header has {len(header)}")
            yield reader.line_num, row[places[0]], row[places[1]], row[places[2]]


def _place(path: Path, header: list[str], name: str) -> int:
    if name not in header:
        raise BadFile(f"{path}, line 1: the column {name} is missing")
    return header.index(name)


def _json_lines(path: Path) -> Iterator[tuple[int, Any, Any, Any]]:
    with path.open(encoding="utf-8") as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
                yield line, row["model_a"], row["model_b"], row["winner"]
            except json.JSONDecodeError as error:
                raise BadFile(f"{path}, line {line}: no JSON: {error.msg}") from error
            except (KeyError, TypeError) as error:
                raise BadFile(f"{path}, line {line}: the field {error} is missing") from error


def _parquet(path: Path) -> Iterator[tuple[int, Any, Any, Any]]:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise BadFile(f"{path}: Parquet needs pyarrow (pip install pyarrow)") from error
    table = parquet.read_table(path)
    for name in NEEDED:
        if name not in table.column_names:
            raise BadFile(f"{path}: the column {name} is missing")
    columns = (table.column(name).to_pylist() for name in NEEDED)
    for row, values in enumerate(zip(*columns, strict=True), 1):
        yield (row, *values)
