"""Votes from files: CSV, JSON lines, Parquet (with pyarrow), in the public arenas' column names."""

import csv
import importlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ratings.counts import Counts, Outcome
from ratings.encoding import encode, encode_together
from ratings.errors import BadCounts, BadModel, BadVote, RatingsError, SelfPair, UnknownOutcome

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
# The three columns, and for each row its line in the file.
Read = tuple[tuple[Iterable[Any], Iterable[Any], Iterable[Any]], Sequence[int]]


class BadFile(RatingsError):
    """A file that can't be read as votes. The message names file and line; a CSV's header is line 1."""


@dataclass(frozen=True)
class Votes:
    """N votes. `a`, `b`: (N,) indices into `names`; `outcome`: (N,) of `Outcome`."""

    names: tuple[str, ...]
    a: npt.NDArray[np.int32]
    b: npt.NDArray[np.int32]
    outcome: npt.NDArray[np.int8]

    @classmethod
    def from_columns(cls, model_a: Iterable[Any], model_b: Iterable[Any], winner: Iterable[Any]) -> "Votes":
        """Read three columns of N strings each: lists, arrays, or columns of a data frame.

        Raises:
            UnknownOutcome, SelfPair, BadModel: the first such row, counted from 0.
            BadCounts: columns of different lengths.
        """
        names, (a, b) = encode_together(model_a, model_b)
        words, said = encode(winner)
        if not len(a) == len(b) == len(said):
            raise BadCounts(f"the columns have different lengths: {len(a)}, {len(b)}, {len(said)}")
        known = np.array([VOCABULARY.get(word, -1) if isinstance(word, str) else -1 for word in words], dtype=np.int8)
        outcome = known[said] if words else said.astype(np.int8)
        if (outcome < 0).any():
            row = int(np.argmax(outcome < 0))
            raise UnknownOutcome(f"unknown winner {words[said[row]]!r}; known are {', '.join(VOCABULARY)}", row)
        nameless = [i for i, name in enumerate(names) if not isinstance(name, str) or not name]
        if nameless:
            missing = np.isin(a, nameless) | np.isin(b, nameless)
            raise BadModel("a model's name is missing or no text", int(np.argmax(missing)))
        if (a == b).any():
            row = int(np.argmax(a == b))
            raise SelfPair(f"{names[a[row]]!r} against itself", row)
        return cls(tuple(names), a, b, outcome)

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
        columns, lines = reader(path)
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}: can't be read: {error}") from error
    try:
        return Votes.from_columns(*columns)
    except BadVote as error:
        unit = "row" if path.suffix.lower() == ".parquet" else "line"
        raise BadFile(f"{path}, {unit} {lines[error.row]}: {error.reason}") from error


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


def _gather(rows: Iterable[tuple[int, Any, Any, Any]]) -> Read:
    """Return the three columns of rows, and the line of each."""
    lines, a, b, winner = list[int](), list[Any](), list[Any](), list[Any]()
    for line, left, right, word in rows:
        lines.append(line)
        a.append(left)
        b.append(right)
        winner.append(word)
    return (a, b, winner), lines


def _csv(path: Path) -> Read:
    return _gather(_csv_rows(path))


def _csv_rows(path: Path) -> Iterator[tuple[int, Any, Any, Any]]:
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


def _json_lines(path: Path) -> Read:
    return _gather(_json_rows(path))


def _json_rows(path: Path) -> Iterator[tuple[int, Any, Any, Any]]:
    with path.open(encoding="utf-8") as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
                left, right, word = (row[name] for name in NEEDED)
            except json.JSONDecodeError as error:
                raise BadFile(f"{path}, line {line}: no JSON: {error.msg}") from error
            except (KeyError, TypeError) as error:
                raise BadFile(f"{path}, line {line}: the field {error} is missing") from error
            if not (isinstance(left, str) and isinstance(right, str) and isinstance(word, str)):
                raise BadFile(f"{path}, line {line}: {', '.join(NEEDED)} must be text")
            yield line, left, right, word


def _parquet(path: Path) -> Read:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise BadFile(f"{path}: Parquet needs pyarrow (pip install pyarrow)") from error
    try:
        names = parquet.read_schema(path).names
        missing = [name for name in NEEDED if name not in names]
        if missing:
            raise BadFile(f"{path}: the column {missing[0]} is missing")
        table = parquet.read_table(path, columns=list(NEEDED))
    except importlib.import_module("pyarrow").ArrowInvalid as error:
        raise BadFile(f"{path}: no Parquet: {error}") from error
    a, b, winner = (table.column(name) for name in NEEDED)
    return (a, b, winner), range(1, table.num_rows + 1)
