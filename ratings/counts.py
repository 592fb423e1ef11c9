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
    """Counts of M models. All arrays have shape (M, M) and hold weighted numbers of votes.

    `wins[i, j]`: i was preferred to j. `ties` and `both_bad` are symmetric, each vote counted in both
    halves; `both_bad` is kept apart and never enters a fit, since it speaks of the question.
    """

    wins: Floats
    ties: Floats
    both_bad: Floats

    def __post_init__(self) -> None:
        for name in ("wins", "ties", "both_bad"):
            table = getattr(self, name)
            if table.ndim != 2 or table.shape != self.wins.shape or table.shape[0] != table.shape[1]:
                raise BadCounts(f"{name} has shape {table.shape}; all three must be square and of one size")
            if not np.isfinite(table).all() or (table < 0).any():
                raise BadCounts(f"{name} holds a negative or non-finite number")
            if np.diagonal(table).any():
                raise BadCounts(f"{name} counts a model against itself")

    @classmethod
    def empty(cls, n_models: int) -> "Counts":
        """Return counts of `n_models` models and no votes."""
        return cls(*(np.zeros((n_models, n_models)) for _ in range(3)))

    @classmethod
    def from_votes(
        cls,
        a: npt.ArrayLike,
        b: npt.ArrayLike,
        outcome: npt.ArrayLike,
        n_models: int,
        weight: npt.ArrayLike | None = None,
    ) -> "Counts":
        """Count N votes in one pass.

        Args:
            a, b: shape (N,), model indices 0…n_models−1.
            outcome: shape (N,), values of `Outcome`.
            weight: shape (N,), finite and ≥ 0; 1 each if left out.

        Raises:
            BadVote: the first row that is no vote, by kind (see `ratings.errors`).
        """
        left, right, result = (_integers(name, x) for name, x in (("a", a), ("b", b), ("outcome", outcome)))
        heavy = None if weight is None else np.asarray(weight, dtype=np.float64)
        lengths = {len(left), len(right), len(result)} | (set() if heavy is None else {len(heavy)})
        if len(lengths) != 1:
            raise BadCounts(f"the columns have different lengths: {sorted(lengths)}")
        bins = np.zeros(n_models * n_models * 4)
        for start in range(0, len(left), CHUNK):
            part = slice(start, start + CHUNK)
            rows = (left[part], right[part], result[part])
            weights = None if heavy is None else heavy[part]
            _check_range(*rows, n_models, start)
            _check_weight(weights, start)
            bins += np.bincount(_keys(*rows, n_models), weights=weights, minlength=len(bins))
        cells = bins.reshape(n_models, n_models, 4)
        if heavy is None and cells[np.arange(n_models), np.arange(n_models)].any():
            _refuse(SelfPair, "a model against itself", left == right, 0)  # found by its count: no pass of its own
        if heavy is not None and (same := left == right).any():
            _refuse(SelfPair, "a model against itself", same, 0)
        return cls._from_bins(cells)

    @classmethod
    def _from_bins(cls, bins: Floats) -> "Counts":
        ties, bad = bins[:, :, Outcome.TIE], bins[:, :, Outcome.BOTH_BAD]
        wins = bins[:, :, Outcome.A] + bins[:, :, Outcome.B].T
        return cls(wins, ties + ties.T, bad + bad.T)

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

    def __add__(self, other: "Counts") -> "Counts":
        """Merge shards: exact."""
        self._same_size(other)
        return Counts(self.wins + other.wins, self.ties + other.ties, self.both_bad + other.both_bad)

    def __sub__(self, other: "Counts") -> "Counts":
        """Take votes away; BadCounts when they were not there."""
        self._same_size(other)
        return Counts(self.wins - other.wins, self.ties - other.ties, self.both_bad - other.both_bad)

    def subset(self, keep: npt.ArrayLike) -> "Counts":
        """Return the counts among the models `keep` (indices, in that order)."""
        index = np.asarray(keep, dtype=np.intp)
        grid = np.ix_(index, index)
        return Counts(self.wins[grid], self.ties[grid], self.both_bad[grid])

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists that JSON can hold; `from_dict` reads them."""
        return {name: getattr(self, name).tolist() for name in ("wins", "ties", "both_bad")}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Counts":
        """Read what `to_dict` wrote."""
        tables = [np.asarray(data[name], dtype=np.float64) for name in ("wins", "ties", "both_bad")]
        return cls(*(table.reshape(len(table), len(table)) for table in tables))

    def _same_size(self, other: "Counts") -> None:
        if self.n_models != other.n_models:
            raise BadCounts(f"{self.n_models} models here, {other.n_models} there")


def _integers(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise BadCounts(f"{name} must have one dimension, not {array.ndim}")
    if array.size == 0:
        return array.astype(np.intp)
    if not np.issubdtype(array.dtype, np.integer):
        raise BadCounts(f"{name} must hold integers, not {array.dtype}")
    return array


def _keys(a: npt.NDArray[Any], b: npt.NDArray[Any], outcome: npt.NDArray[Any], n_models: int) -> npt.NDArray[np.intp]:
    keys: npt.NDArray[np.intp] = np.multiply(a, n_models, dtype=np.intp, casting="unsafe")
    keys += b.astype(np.intp, copy=False)
    keys *= 4
    keys += outcome.astype(np.intp, copy=False)
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


def _check_weight(weight: Floats | None, start: int) -> None:
    if weight is not None:
        bad = ~(np.isfinite(weight) & (weight >= 0))
        if bad.any():
            _refuse(BadWeight, "a negative or non-finite weight", bad, start)


def _refuse(kind: type[BadVote], message: str, bad: npt.NDArray[np.bool_], start: int) -> None:
    raise kind(message, start + int(np.argmax(bad)))
