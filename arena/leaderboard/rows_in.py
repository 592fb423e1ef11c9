"""Lines of the public arenas' files: single votes as CSV, JSON lines or Parquet, or counts per pair as CSV or JSON.

A line that can't be read keeps its reason and is passed on: one bad line stops nothing.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from ratings.counts import Outcome
from ratings.reading import VOCABULARY, BadFile

LANGUAGES = {"en": "en", "english": "en", "zh": "zh", "chinese": "zh", "zh-hans": "zh", "zh-hant": "zh"}
LONGEST_NAME = 100
COUNTS = {"win_a": Outcome.A, "win_b": Outcome.B, "tie": Outcome.TIE, "both_bad": Outcome.BOTH_BAD}


@dataclass
class Line:
    """Votes between two names; `problem` says why it is none. `number` counts from 1, a CSV's header included."""

    number: int
    raw: Any
    a: str = ""
    b: str = ""
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    language: str = "other"
    problem: str = ""

    @property
    def votes(self) -> int:
        """How many votes the line stands for."""
        return sum(self.outcomes.values())


def open_lines(path: Path) -> Iterator[Line]:
    """Read a file by its suffix.

    Raises:
        BadFile: an unknown suffix, a missing column, a file that can't be opened.
    """
    readers = {".csv": _csv, ".jsonl": _json_lines, ".ndjson": _json_lines, ".parquet": _parquet, ".json": _counts_json}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadFile(f"{path}: unknown kind of file; known are {', '.join(readers)}")
    try:
        for number, raw in reader(path):
            yield _line(number, raw)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{path}: can't be read: {error}") from error


def _line(number: int, raw: Any) -> Line:
    if not isinstance(raw, dict):
        return Line(number, raw, problem="is no object")
    a, b = raw.get("model_a"), raw.get("model_b")
    line = Line(number, raw)
    if not isinstance(a, str) or not isinstance(b, str) or not a or not b:
        line.problem = "model_a or model_b is missing"
    elif max(len(a), len(b)) > LONGEST_NAME:
        line.problem = f"a name has more than {LONGEST_NAME} characters"
    elif a == b:
        line.problem = f"{a!r} against itself"
    elif "winner" in raw:
        outcome = VOCABULARY.get(raw["winner"]) if isinstance(raw["winner"], str) else None
        line.outcomes = {} if outcome is None else {outcome: 1}
        line.problem = "" if outcome is not None else f"unknown winner {raw['winner']!r}"
    else:
        _counts(line, raw)
    line.a, line.b = str(a), str(b)
    line.language = LANGUAGES.get(str(raw.get("language") or "").casefold(), "other")
    return line


def _counts(line: Line, raw: dict[str, Any]) -> None:
    for name, outcome in COUNTS.items():
        try:
            number = int(raw.get(name) or 0)
        except (TypeError, ValueError):
            number = -1
        if number < 0:
            line.problem = f"{name} is {raw.get(name)!r}, not a count"
            return
        if number:
            line.outcomes[outcome] = number


def _csv(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        _check_columns(path, list(reader.fieldnames or []))
        for row in reader:
            yield reader.line_num, row


def _json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            if text.strip():
                try:
                    yield number, json.loads(text)
                except json.JSONDecodeError as error:
                    yield number, f"no JSON: {error.msg}: {text[:200]}"


def _parquet(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        file = pyarrow.parquet.ParquetFile(path)
    except pyarrow.ArrowInvalid as error:
        raise BadFile(f"{path}: no Parquet: {error}") from error
    wanted = [name for name in file.schema_arrow.names if name in {"model_a", "model_b", "winner", "language", *COUNTS}]
    _check_columns(path, wanted)
    number = 0
    for batch in file.iter_batches(columns=wanted):
        for row in batch.to_pylist():
            number += 1
            yield number, row


def _counts_json(path: Path) -> Iterator[tuple[int, Any]]:
    """Read counts as the package leaderbot keeps them: models, pairs X of indices, counts Y."""
    try:
        data = json.loads(path.read_text("utf-8"))
        models, pairs, counts = data["models"], data["X"], data["Y"]
        for number, ((i, j), row) in enumerate(zip(pairs, counts, strict=True), 1):
            yield number, {"model_a": models[i], "model_b": models[j], **dict(zip(COUNTS, row, strict=True))}
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadFile(f"{path}: no counts with models, X and Y: {error}") from error


def _check_columns(path: Path, names: list[str]) -> None:
    for name in ("model_a", "model_b"):
        if name not in names:
            raise BadFile(f"{path}, line 1: the column {name} is missing")
    if "winner" not in names and not set(COUNTS) <= set(names):
        raise BadFile(f"{path}, line 1: the column winner is missing, or the counts {', '.join(COUNTS)}")
