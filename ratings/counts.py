"""Votes as a table of counts: after this one pass nothing depends on the number of votes."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from ratings.errors import BadCounts, BadModel, BadVote, BadWeight, SelfPair, UnknownOutcome

Floats = npt.NDArray[np.float64]
CHUNK = 1 << 18  # votes at a time: memory does not grow with votes, and M² bins are added seldom enough


class Outcome(IntEnum):
    """What a vote says of the ordered pair (a, b)."""

    A = 0
    B = 1
    TIE = 2
    BOTH_BAD = 3


@dataclass(frozen=True)
class Counts:
    """Counts of M models. All arrays have shape (M, M) and hold sums of the votes' weights.

    `wins[i, j]`: i was preferred to j. `ties` and `both_bad` are symmetric, each vote counted in both
    halves; `both_bad` is kept apart and never enters a fit, since it speaks of the question. `squares` are the sums
    of squared weights behind `wins` and `ties`, or None where every vote weighs 1 and they are the same.
    """

    wins: Floats
    ties: Floats
    both_bad: Floats
    squares: tuple[Floats, Floats] | None = None

    def __post_init__(self) -> None:
        named = [("wins", self.wins), ("ties", self.ties), ("both_bad", self.both_bad)]
        named += [("squares", table) for table in self.squares or ()]
        for name, table in named:
            if table.ndim != 2 or table.shape != self.wins.shape or table.shape[0] != table.shape[1]:
                raise BadCounts(f"{name} has shape {table.shape}; all must be square and of one size")
            if not np.isfinite(table).all() or (table < 0).any():
                raise BadCounts(f"{name} holds a negative or non-finite number")
            if np.diagonal(table).any():
                raise BadCounts(f"{name} counts a model against itself")

    @classmethod
    def empty(cls, n_models: int) -> "Counts":
        """Return counts of `n_models` models and no votes."""
        wins, ties, bad = (np.zeros((n_models, n_models)) for _ in range(3))
        return cls(wins, ties, bad)

    @classmethod
    def from_votes(
        cls,
        a: npt.ArrayLike,
        b: npt.ArrayLike,
        outcome: npt.ArrayLike,
        n_models: int,
        weight: npt.ArrayLike | None = None,
        count: npt.ArrayLike | None = None,
    ) -> "Counts":
        """Count N votes in one pass.

        Args:
            a, b: shape (N,), model indices 0…n_models−1.
            outcome: shape (N,), values of `Outcome`.
            weight: shape (N,), finite and ≥ 0; 1 each if left out. How much a vote weighs, for example the inverse of
                its pair's probability: scaling all weights changes no rating and no interval.
            count: shape (N,), finite and ≥ 0; 1 each if left out. How many equal votes a row stands for.

        Raises:
            BadVote: the first row that is no vote, by kind (see `ratings.errors`).
        """
        left, right, result = (_integers(name, x) for name, x in (("a", a), ("b", b), ("outcome", outcome)))
        heavy = None if weight is None else _numbers("weight", weight)
        many = None if count is None else _numbers("count", count)
        lengths = {len(column) for column in (left, right, result, heavy, many) if column is not None}
        if len(lengths) != 1:
            raise BadCounts(f"the columns have different lengths: {sorted(lengths)}")
        cells, squares = _sums((left, right, result), heavy, many, n_models)
        plain = heavy is None and many is None
        if not plain or cells[np.arange(n_models), np.arange(n_models)].any():  # by its count: no pass of its own
            _refuse_any(SelfPair, "a model against itself", left == right)
        wins, ties, bad = _tables(cells)
        return cls(wins, ties, bad, None if heavy is None else _tables(squares)[:2])

    @property
    def n_models(self) -> int:
        """M."""
        return int(self.wins.shape[0])

    @property
    def games(self) -> Floats:
        """Shape (M, M), symmetric: votes on each pair that a fit uses (wins, losses and ties)."""
        return self.wins + self.wins.T + self.ties

    @property
    def votes(self) -> float:
        """All votes that a fit uses."""
        return float(self.wins.sum() + self.ties.sum() / 2)

    @property
    def square_sums(self) -> tuple[Floats, Floats]:
        """Sums of squared weights behind `wins` and `ties`, (M, M) each."""
        return self.squares or (self.wins, self.ties)

    @property
    def effective(self) -> Floats:
        """Shape (M,): how many equal votes each model's weighted votes are worth, (Σw)²/Σw² (Kish, 1965)."""
        wins, ties = self.square_sums
        total, squares = self.games.sum(axis=1), (wins + wins.T + ties).sum(axis=1)
        return np.asarray(np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0))

    def __add__(self, other: "Counts") -> "Counts":
        """Merge shards: exact."""
        return self._combine(other, np.add)

    def __sub__(self, other: "Counts") -> "Counts":
        """Take votes away; BadCounts when they were not there."""
        return self._combine(other, np.subtract)

    def subset(self, keep: npt.ArrayLike) -> "Counts":
        """Return the counts among the models `keep` (indices, in that order)."""
        index = np.asarray(keep, dtype=np.intp)
        grid = np.ix_(index, index)
        squares = None if self.squares is None else (self.squares[0][grid], self.squares[1][grid])
        return Counts(self.wins[grid], self.ties[grid], self.both_bad[grid], squares)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists that JSON can hold; `from_dict` reads them."""
        data = {name: getattr(self, name).tolist() for name in ("wins", "ties", "both_bad")}
        return data if self.squares is None else data | {"squares": [table.tolist() for table in self.squares]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Counts":
        """Read what `to_dict` wrote."""
        tables = [np.asarray(data[name], dtype=np.float64) for name in ("wins", "ties", "both_bad")]
        wins, ties, bad = (table.reshape(len(table), len(table)) for table in tables)
        squares = [np.asarray(table, dtype=np.float64).reshape(wins.shape) for table in data.get("squares", ())]
        return cls(wins, ties, bad, (squares[0], squares[1]) if squares else None)

    def _combine(self, other: "Counts", operation: np.ufunc) -> "Counts":
        if self.n_models != other.n_models:
            raise BadCounts(f"{self.n_models} models here, {other.n_models} there")
        mine, theirs = (self.wins, self.ties, self.both_bad), (other.wins, other.ties, other.both_bad)
        wins, ties, bad = (operation(one, two) for one, two in zip(mine, theirs, strict=True))
        if self.squares is None and other.squares is None:
            return Counts(wins, ties, bad)
        pairs = zip(self.square_sums, other.square_sums, strict=True)
        square_wins, square_ties = (operation(one, two) for one, two in pairs)
        return Counts(wins, ties, bad, (square_wins, square_ties))


def _sums(
    columns: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]],
    weight: Floats | None,
    count: Floats | None,
    n_models: int,
) -> tuple[Floats, Floats]:
    """Return Σ c w and Σ c w², (M, M, 4) each, by ordered pair and outcome, in one pass over checked rows."""
    bins = np.zeros(n_models * n_models * 4)
    squares = bins if weight is None else np.zeros_like(bins)
    buffer = np.empty(min(CHUNK, len(columns[0])), dtype=np.intp)  # kept: a new one each time costs page faults
    for start in range(0, len(columns[0]), CHUNK):
        part = slice(start, start + CHUNK)
        a, b, outcome = (column[part] for column in columns)
        _check_range(a, b, outcome, n_models, start)
        keys = _keys(a, b, outcome, n_models, buffer[: len(a)])
        if weight is None and count is None:
            bins += np.bincount(keys, minlength=len(bins))
            continue
        w, c = (np.ones(len(keys)) if column is None else column[part] for column in (weight, count))
        bins += np.bincount(keys, weights=w * c, minlength=len(bins))
        if weight is not None:
            squares += np.bincount(keys, weights=w * w * c, minlength=len(bins))
    shape = (n_models, n_models, 4)
    return bins.reshape(shape), squares.reshape(shape)


def _tables(cells: Floats) -> tuple[Floats, Floats, Floats]:
    """Return wins, ties, both-bad of (M, M, 4) sums by ordered pair and outcome."""
    ties, bad = cells[:, :, Outcome.TIE], cells[:, :, Outcome.BOTH_BAD]
    return cells[:, :, Outcome.A] + cells[:, :, Outcome.B].T, ties + ties.T, bad + bad.T


def _integers(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise BadCounts(f"{name} must have one dimension, not {array.ndim}")
    if array.size == 0:
        return array.astype(np.intp)
    if not np.issubdtype(array.dtype, np.integer):
        raise BadCounts(f"{name} must hold integers, not {array.dtype}")
    return array


def _keys(
    a: npt.NDArray[Any], b: npt.NDArray[Any], outcome: npt.NDArray[Any], n_models: int, keys: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Write the bin of each vote into `keys`."""
    np.copyto(keys, a, casting="unsafe")
    keys *= n_models
    np.add(keys, b, out=keys, casting="unsafe")
    keys *= 4
    np.add(keys, outcome, out=keys, casting="unsafe")
    return keys


def _check_range(
    a: npt.NDArray[Any], b: npt.NDArray[Any], outcome: npt.NDArray[Any], n_models: int, start: int
) -> None:
    for column in (a, b):
        if _beyond(column, n_models):
            _refuse(BadModel, f"a model outside 0…{n_models - 1}", (column < 0) | (column >= n_models), start)
    if _beyond(outcome, len(Outcome)):
        _refuse(UnknownOutcome, "an outcome outside 0…3", (outcome < 0) | (outcome >= len(Outcome)), start)


def _beyond(column: npt.NDArray[Any], limit: int) -> bool:
    """Whether a value lies outside 0…limit−1, in one pass: read as unsigned, a negative one is huge."""
    unsigned = column.view(np.dtype(f"u{column.dtype.itemsize}"))
    return int(unsigned.max()) >= limit


def _numbers(name: str, values: npt.ArrayLike) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise BadCounts(f"{name} must have one dimension, not {column.ndim}")
    _refuse_any(BadWeight, f"a negative or non-finite {name}", ~(np.isfinite(column) & (column >= 0)))
    return column


def _refuse_any(kind: type[BadVote], message: str, bad: npt.NDArray[np.bool_]) -> None:
    if bad.any():
        _refuse(kind, message, bad, 0)


def _refuse(kind: type[BadVote], message: str, bad: npt.NDArray[np.bool_], start: int) -> None:
    raise kind(message, start + int(np.argmax(bad)))
