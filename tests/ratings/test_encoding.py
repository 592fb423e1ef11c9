"""Columns of strings, from lists, arrays, frames and files."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from ratings import Outcome
from ratings.encoding import encode, encode_together
from ratings.errors import BadCounts, BadModel, SelfPair, UnknownOutcome
from ratings.reading import BadFile, Votes, read_votes

A, B, W = ["x", "y", "x", "z"], ["y", "x", "z", "x"], ["model_a", "tie", "both_bad", "model_b"]
KINDS = {
    "list": list,
    "tuple": tuple,
    "objects": lambda column: np.array(column, dtype=object),
    "strings": np.array,
    "arrow": pyarrow.array,
    "chunked": lambda column: pyarrow.chunked_array([column[:1], column[1:]]),
    "dictionary": lambda column: pyarrow.array(column).dictionary_encode(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_kind_of_column_gives_the_same(kind: str):
    votes = Votes.from_columns(*(KINDS[kind](column) for column in (A, B, W)))
    assert [votes.names[i] for i in votes.a] == A
    assert [votes.names[i] for i in votes.b] == B
    assert votes.outcome.tolist() == [Outcome.A, Outcome.TIE, Outcome.BOTH_BAD, Outcome.B]


@pytest.mark.parametrize("kind", KINDS)
def test_no_votes(kind: str):
    if kind in {"arrow", "dictionary"}:
        empty = pyarrow.array([], pyarrow.string())
    elif kind == "chunked":
        empty = pyarrow.chunked_array([], pyarrow.string())
    else:
        empty = KINDS[kind]([])
    assert Votes.from_columns(empty, empty, empty).counts().n_models == 0


def test_codes_are_shared_between_columns():
    names, (a, b) = encode_together(["p", "q"], pyarrow.array(["q", "r"]))
    assert names == ["p", "q", "r"]
    assert (a.tolist(), b.tolist()) == ([0, 1], [1, 2])
    assert encode(iter("aab"))[1].tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("columns", "kind", "row"),
    [
        ((["x", "x"], ["y", "x"], ["tie", "tie"]), SelfPair, 1),
        ((["x", "x"], ["y", "y"], ["tie", "Tie"]), UnknownOutcome, 1),
        ((["x", "x"], ["y", "y"], ["tie", None]), UnknownOutcome, 1),
        ((["x", ""], ["y", "y"], ["tie", "tie"]), BadModel, 1),
        ((["x", "x"], ["y", None], ["tie", "tie"]), BadModel, 1),
        ((["x", 5], ["y", "x"], ["tie", "tie"]), BadModel, 1),
    ],
)
def test_a_bad_row_is_named(columns: tuple, kind: type, row: int):
    with pytest.raises(kind) as caught:
        Votes.from_columns(*columns)
    assert caught.value.row == row


def test_lengths_must_agree():
    with pytest.raises(BadCounts, match="lengths"):
        Votes.from_columns(["x"], ["y", "z"], ["tie"])


def parquet(path: Path, **columns: object) -> Path:
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def test_parquet_gives_what_csv_gives(tmp_path: Path):
    file = parquet(tmp_path / "v.parquet", model_a=A * 9, model_b=B * 9, winner=W * 9, tstamp=[1.0] * 36)
    text = tmp_path / "v.csv"
    text.write_text("\n".join(["model_a,model_b,winner", *map(",".join, zip(A * 9, B * 9, W * 9, strict=True))]))
    outputs = [
        subprocess.check_output([sys.executable, "-m", "ratings", str(path), "--format", "json"])
        for path in (file, text)
    ]
    assert json.loads(outputs[0]) == json.loads(outputs[1])


def test_bad_parquet_is_said(tmp_path: Path):
    with pytest.raises(BadFile, match="the column winner is missing"):
        read_votes(parquet(tmp_path / "v.parquet", model_a=A, model_b=B))
    with pytest.raises(BadFile, match="row 2: 'x' against itself"):
        read_votes(parquet(tmp_path / "v.parquet", model_a=["x", "x"], model_b=["y", "x"], winner=["tie", "tie"]))
    (tmp_path / "w.parquet").write_text("no")
    with pytest.raises(BadFile, match="no Parquet"):
        read_votes(tmp_path / "w.parquet")


def test_without_pyarrow_parquet_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(BadFile, match="needs pyarrow"):
        read_votes(tmp_path / "v.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert encode(pyarrow.array(["x"])) == ([pyarrow.scalar("x")], [0])
