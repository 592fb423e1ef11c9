"""Groups of models against each other: the models as they are, their makers, like for like, the best.

`fixed` ("these models") is the contrast w'θ with w = mean over the first group minus mean over the
second, and its full covariance: ±z √(w'Vw). It speaks of exactly these models, not of
their makers in general (see `docs/methods.md`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from ratings.counts import Counts, Floats
from ratings.fitting import Table
from ratings.makers import TooFewModels, hierarchical
from ratings.scale import win_probability
from ratings.simultaneous import normal_draws

DIFFERENCE = 30.0  # Elo: the difference that "can't tell yet" speaks of
BEST_DRAWS = 4000


@dataclass(frozen=True)
class Contrast:
    """First group minus second, in Elo. NaN bounds where nothing can be said; `sentence` says what may be.

    `missing` counts votes that are needed still: 0 where there are enough, or where no votes would help.
    """

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
    members = (list(groups).count(first), list(groups).count(second))
    if absent := [f"no {name}" for name, size in zip(names, members, strict=True) if not size]:
        return _refused(0, members, names, f"{' and '.join(absent)} models take part", missing=0)
    votes = between(counts, groups, first, second)
    return contrast(table, contrast_weights(table, groups, first, second), votes, names, enough)


def contrast(table: Table, weights: Floats, votes: int, names: tuple[str, str], enough: int = 30) -> Contrast:
    """Return weights @ rating with its interval.

    Args:
        weights: (M,), zero outside the largest component; all zero where nothing can be compared.
        votes: between the two sides; below `enough` no verdict is given.
    """
    sizes = (int((weights > 0).sum()), int((weights < 0).sum()))
    if not weights.any() or votes < enough:
        missing = max(enough - votes, 1)
        return Contrast(math.nan, math.nan, math.nan, votes, sizes, missing, _too_few(votes, missing, names))
    index = np.flatnonzero(table.component == 0)
    w = weights[index]
    estimate = float(w @ table.rating[index])
    error = float(np.sqrt(w @ table.covariance[np.ix_(index, index)] @ w))
    half = float(norm.ppf((1 + table.level) / 2)) * error
    lower, upper = estimate - half, estimate + half
    missing = 0 if lower > 0 or upper < 0 else _more_votes(votes, half)
    sentence = _sentence(estimate, lower, upper, votes, missing, names)
    return Contrast(estimate, lower, upper, votes, sizes, missing, sentence)


def contrast_weights(table: Table, groups: Sequence[str], first: str, second: str) -> Floats:
    """Return w, (M,): 1/n over the first group, −1/m over the second, in the largest component; zeros if one lacks."""
    labels = np.array(groups, dtype=object)
    sides = [np.flatnonzero((labels == name) & (table.component == 0)) for name in (first, second)]
    weights = np.zeros(len(labels))
    if all(len(side) for side in sides):
        weights[sides[0]], weights[sides[1]] = 1 / len(sides[0]), -1 / len(sides[1])
    return weights


def _more_votes(votes: int, half_width: float) -> int:
    """Votes still needed until a difference of 30 Elo would show: widths shrink with √votes."""
    return max(0, math.ceil(votes * (half_width / DIFFERENCE) ** 2) - votes)


def _too_few(votes: int, missing: int, names: tuple[str, str]) -> str:
    have = "No votes" if not votes else f"Only {votes} vote{'s' if votes > 1 else ''}"
    need = "more votes with wins on both sides are needed" if missing == 1 else f"{missing} more are needed"
    return f"Not enough votes yet: {have.lower()} between {names[0]} and {names[1]} models, and {need}."


def percents(estimate: float, lower: float, upper: float) -> tuple[str, str, str]:
    """Return how often one side is preferred, in per cent, with its interval, from differences in Elo.

    With a digit after the point where whole numbers would hide the difference: "preferred 50 % of the time" is no news.
    """
    shares = [100 * win_probability(x) for x in (estimate, lower, upper)]
    digits = 1 if shares[2] - shares[1] < 2 else 0
    share, low, high = (f"{value:.{digits}f}" for value in shares)
    return share, low, high


def _sentence(estimate: float, lower: float, upper: float, votes: int, missing: int, names: tuple[str, str]) -> str:
    share, low, high = percents(estimate, lower, upper)
    if lower > 0 or upper < 0:
        winner, loser = names if estimate > 0 else names[::-1]
        if estimate < 0:
            share, low, high = percents(-estimate, -upper, -lower)
        return (
            f"People prefer {winner} models to {loser} ones {share} % of the time [{low}–{high}]: "
            f"{abs(estimate):.0f} Elo on {votes:,} votes."
        )
    hint = f" About {missing:,} more votes would show a difference of {DIFFERENCE:.0f} Elo." if missing else ""
    return (
        f"Can't tell yet: {names[0]} models are preferred to {names[1]} ones {share} % of the time, "
        f"and chance alone could explain it [{low}–{high}] on {votes:,} votes.{hint}"
    )


def best(
    counts: Counts, table: Table, groups: Sequence[str], first: str, second: str, names: tuple[str, str], k: int = 1
) -> Contrast:
    """Compare the mean of the k best rated models of each group.

    Choosing the best by the same votes flatters both; the interval is the basic one over draws from
    N(θ̂, V) in which the best are chosen anew, so that it carries the choice (Davison & Hinkley, 1997, §5.2).
    """
    labels = np.array(groups, dtype=object)
    sides = [np.flatnonzero((labels == name) & (table.component == 0)) for name in (first, second)]
    votes = between(counts, groups, first, second)
    if min(len(side) for side in sides) < k:
        return _refused(votes, (len(sides[0]), len(sides[1])), names, f"fewer than {k} rated models of one of them")
    index = np.concatenate(sides)
    cut = len(sides[0])
    draws = normal_draws(table.covariance[np.ix_(index, index)], BEST_DRAWS) + table.rating[index]
    means = [np.sort(part, axis=1)[:, -k:].mean(axis=1) for part in (draws[:, :cut], draws[:, cut:])]
    observed = [np.sort(table.rating[side])[-k:].mean() for side in sides]
    estimate = float(observed[0] - observed[1])
    low, high = np.quantile(means[0] - means[1], [(1 - table.level) / 2, (1 + table.level) / 2])
    return _result(estimate, 2 * estimate - float(high), 2 * estimate - float(low), votes, (k, k), names)


def as_makers(
    counts: Counts,
    table: Table,
    groups: Sequence[str],
    first: str,
    second: str,
    names: tuple[str, str],
    developers: Sequence[str] | None = None,
    sizes: Sequence[float | None] | None = None,
) -> Contrast:
    """Compare the groups as makers of models (see `ratings.makers`); with `sizes`, like for like.

    Args:
        developers: length M; models of one developer share an effect.
        sizes: length M, active parameters (any unit) or None where unknown; log2 of it is the covariate.
    """
    labels = np.array(groups, dtype=object)
    known = np.array([True] * len(labels) if sizes is None else [bool(size) for size in sizes])
    wanted = (table.component == 0) & known & ((labels == first) | (labels == second))
    index = [int(i) for i in np.flatnonzero(wanted)]
    votes = between(counts, [str(label) for label in np.where(known, labels, "")], first, second)
    members = tuple(int((labels[index] == name).sum()) for name in (first, second))
    try:
        found = hierarchical(
            table.rating[index],
            table.covariance[np.ix_(index, index)],
            [str(label) for label in labels[index]],
            first,
            second,
            None if developers is None else [developers[i] for i in index],
            None if sizes is None else np.log2(np.array([float(sizes[i] or 1) for i in index])),
            table.level,
        )
    except TooFewModels as error:
        why = str(error) if sizes is None else f"{error}, of known size"
        return _refused(votes, (members[0], members[1]), names, why)
    return _result(found.estimate, found.lower, found.upper, votes, (members[0], members[1]), names)


def answers(
    counts: Counts,
    table: Table,
    groups: Sequence[str],
    first: str,
    second: str,
    names: tuple[str, str],
    developers: Sequence[str] | None = None,
    sizes: Sequence[float | None] | None = None,
    enough: int = 30,
    top: int = 3,
) -> dict[str, Contrast]:
    """Return the answers side by side: `fixed`, `hierarchical`, `matched` (only with sizes), `best`, `top` k."""
    common = (counts, table, groups, first, second, names)
    found = {"fixed": fixed(*common, enough=enough), "hierarchical": as_makers(*common, developers)}
    if sizes is not None:
        found["matched"] = as_makers(*common, developers, sizes)
    return found | {"best": best(*common), "top": best(*common, k=top)}


def between(counts: Counts, groups: Sequence[str], first: str, second: str) -> int:
    """Return the votes (wins, losses, ties) between two groups."""
    labels = np.array(groups, dtype=object)
    grid = np.ix_(np.flatnonzero(labels == first), np.flatnonzero(labels == second))
    return round(float(counts.games[grid].sum()))


def _refused(votes: int, models: tuple[int, int], names: tuple[str, str], why: str, missing: int = 1) -> Contrast:
    sentence = f"Nothing can be said of {names[0]} against {names[1]} models here: {why}."
    return Contrast(math.nan, math.nan, math.nan, votes, models, missing, sentence)


def _result(
    estimate: float, lower: float, upper: float, votes: int, models: tuple[int, int], names: tuple[str, str]
) -> Contrast:
    """A verdict of models, not votes: more votes alone would not settle it, so none are promised."""
    sentence = _sentence(estimate, lower, upper, votes, 0, names)
    return Contrast(estimate, lower, upper, votes, models, 0, sentence)
