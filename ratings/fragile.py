"""How much an answer hangs on single votes and single models.

Votes are ordered by their influence on the contrast and dropped until its sign turns, with a refit after each
round: the approximation of Broderick, Giordano & Meager, as used for arenas in arXiv 2508.11847.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ratings.algebra import laplacian
from ratings.counts import Counts, Floats
from ratings.errors import RatingsError
from ratings.fitting import Table, fit
from ratings.groups import contrast_weights
from ratings.scale import ELO

ROUNDS = 60
NEAR = 8.0  # Elo: nearer than this the influences are as good as exact, so the rest goes in one round


@dataclass(frozen=True)
class Turn:
    """Votes that turn the sign of a contrast when dropped: how many, and their share of all votes used."""

    votes: int
    share: float


def votes_to_turn(counts: Counts, weights: Floats) -> Turn | None:
    """Return how few votes turn the sign of weights @ rating; None when the search found no such set.

    Args:
        counts: of M models in one component (take `Counts.subset` first).
        weights: (M,), the contrast; must sum to zero.
    """
    start = _contrast(fit(counts), weights)
    sign = 1.0 if start >= 0 else -1.0
    left, dropped = counts, 0.0
    for _ in range(ROUNDS):
        table = fit(left)
        value = sign * _contrast(table, weights)
        if not np.isfinite(value):
            return None
        if value <= 0:
            return Turn(round(dropped), dropped / counts.votes)
        left, taken = _drop(left, table, sign * weights, value if value < NEAR else value / 2)
        if not taken:
            return None
        dropped += taken
    return None


def without_each(table: Table, groups: list[str], first: str, second: str) -> list[tuple[int, float]]:
    """Return (model, estimate) of the contrast with each model of either group left out, the most moving first.

    The model leaves its group's mean; its votes stay in the fit.
    """
    whole = mean_difference(table, groups, first, second)
    members = [i for i, group in enumerate(groups) if group in {first, second} and table.component[i] == 0]
    rows = []
    for model in members:
        rest = [group if i != model else "" for i, group in enumerate(groups)]
        value = mean_difference(table, rest, first, second)
        if np.isfinite(value):
            rows.append((model, value))
    return sorted(rows, key=lambda row: -abs(row[1] - whole))


def models_to_turn(table: Table, groups: list[str], first: str, second: str) -> list[int] | None:
    """Return how few models, left out one after the other, turn the sign: each time the one that moves it most.

    A greedy search, so an upper bound; None when a group would be emptied before.
    """
    labels, left_out = list(groups), list[int]()
    start = mean_difference(table, labels, first, second)
    while np.isfinite(start):
        rows = [(value * np.sign(start), model) for model, value in without_each(table, labels, first, second)]
        if not rows:
            return None
        value, model = min(rows)
        left_out.append(model)
        labels[model] = ""
        if value <= 0:
            return left_out
    return None


def mean_difference(table: Table, groups: list[str], first: str, second: str) -> float:
    """Return mean rating of the first group minus the second's, over the largest component; NaN if one is empty."""
    weights = contrast_weights(table, groups, first, second)
    return _contrast(table, weights) if weights.any() else float("nan")


def _contrast(table: Table, weights: Floats) -> float:
    used = weights != 0
    return float(weights[used] @ table.rating[used])


def _drop(counts: Counts, table: Table, weights: Floats, value: float) -> tuple[Counts, float]:
    """Drop the most telling votes whose influences add up to `value`; return the rest and how many went."""
    p = expit(table.theta[:, None] - table.theta[None, :])
    pull = np.linalg.pinv(laplacian(counts.games * p * (1 - p))) @ weights * ELO
    slope = pull[:, None] - pull[None, :]
    wins, ties = counts.wins.copy(), counts.ties.copy()
    cells = [
        (float(influence), kind, int(i), int(j))
        for kind, table_of, influences in (("win", wins, (1 - p) * slope), ("tie", np.triu(ties), (0.5 - p) * slope))
        for i, j in zip(*np.nonzero(table_of), strict=True)
        if (influence := influences[i, j]) > 0
    ]
    taken = 0.0
    for influence, kind, i, j in sorted(cells, reverse=True):
        there = wins[i, j] if kind == "win" else ties[i, j]
        number = min(there, np.ceil(value / influence))
        if kind == "win":
            wins[i, j] -= number
        else:
            ties[i, j] -= number
            ties[j, i] -= number
        taken += number
        value -= number * influence
        if value <= 0:
            break
    if not taken and value > 0:
        return counts, 0.0
    try:
        return Counts(wins, ties, counts.both_bad), float(taken)
    except RatingsError:  # fractional weights may round below zero: then nothing can be dropped
        return counts, 0.0
