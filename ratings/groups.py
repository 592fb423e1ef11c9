"""Groups of models against each other: here, the models as they are ("these models").

The contrast w'θ with w = mean over the first group minus mean over the second, and its full covariance:
±z √(w'Vw). It speaks of exactly these models, not of their makers in general (see `docs/methods.md`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from ratings.counts import Counts
from ratings.fitting import Table
from ratings.scale import win_probability


@dataclass(frozen=True)
class Contrast:
    """First group minus second, in Elo. NaN bounds where nothing can be said; `sentence` says what may be."""

    estimate: float
    lower: float
    upper: float
    votes: int
    models: tuple[int, int]
    missing: int
    sentence: str


def fixed(
    counts: Counts,
    table: Table,
    groups: Sequence[str],
    first: str,
    second: str,
    names: tuple[str, str],
    enough: int = 30,
) -> Contrast:
    """Compare the mean strength of two groups of these very models.

    Args:
        counts, table: of the same M models; `table` from `fit(counts)`.
        groups: length M, the label of each model.
        first, second: the two labels compared.
        names: how the sentence calls them, e.g. ("Chinese", "American").
        enough: votes between the two groups below which no verdict is given.

    Only models of the largest component take part: nothing is compared across components.
    """
    labels = np.array(groups, dtype=object)
    rated = table.component == 0
    left, right = np.flatnonzero((labels == first) & rated), np.flatnonzero((labels == second) & rated)
    left_all, right_all = np.flatnonzero(labels == first), np.flatnonzero(labels == second)
    votes = round(float(counts.games[np.ix_(left_all, right_all)].sum()))
    sizes = (len(left), len(right))
    if not len(left) or not len(right) or votes < enough:
        missing = max(enough - votes, 1)
        return Contrast(math.nan, math.nan, math.nan, votes, sizes, missing, _too_few(votes, missing, names))
    weights = np.zeros(len(labels))
    weights[left], weights[right] = 1 / len(left), -1 / len(right)
    index = np.flatnonzero(rated)
    w = weights[index]
    estimate = float(w @ table.rating[index])
    error = float(np.sqrt(w @ table.covariance[np.ix_(index, index)] @ w))
    half = float(norm.ppf((1 + table.level) / 2)) * error
    lower, upper = estimate - half, estimate + half
    missing = 0 if lower > 0 or upper < 0 else _more_votes(votes, half)
    sentence = _sentence(estimate, lower, upper, votes, missing, names)
    return Contrast(estimate, lower, upper, votes, sizes, missing, sentence)


DIFFERENCE = 30.0  # Elo: the difference that "can't tell yet" speaks of


def _more_votes(votes: int, half_width: float) -> int:
    """Votes still needed until a difference of 30 Elo would show: widths shrink with √votes."""
    return max(0, math.ceil(votes * (half_width / DIFFERENCE) ** 2) - votes)


def _too_few(votes: int, missing: int, names: tuple[str, str]) -> str:
    have = "No votes" if not votes else f"Only {votes} vote{'s' if votes > 1 else ''}"
    need = "more votes with wins on both sides are needed" if missing == 1 else f"{missing} more are needed"
    return f"Not enough votes yet: {have.lower()} between {names[0]} and {names[1]} models, and {need}."


def _sentence(estimate: float, lower: float, upper: float, votes: int, missing: int, names: tuple[str, str]) -> str:
    share, low, high = (round(100 * win_probability(x)) for x in (estimate, lower, upper))
    if lower > 0 or upper < 0:
        winner, loser = names if estimate > 0 else names[::-1]
        if estimate < 0:
            share, low, high = 100 - share, 100 - high, 100 - low
        return (
            f"People prefer {winner} models to {loser} ones {share} % of the time [{low}–{high}]: "
            f"{abs(estimate):.0f} Elo on {votes:,} votes."
        )
    hint = f" About {missing:,} more votes would show a difference of {DIFFERENCE:.0f} Elo." if missing else ""
    return (
        f"Can't tell yet: {names[0]} models are preferred to {names[1]} ones {share} % of the time, "
        f"and chance alone could explain it [{low}–{high}] on {votes:,} votes.{hint}"
    )
