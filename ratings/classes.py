"""Like for like without a curve: groups compared within classes of size, and over the classes together.

Post-stratification (Holt & Smith, 1979, JRSS A 142): class c with n₁ models of the first group and n₂ of the second
weighs h = n₁n₂/(n₁ + n₂), the inverse of its contrast's variance if all models were equally uncertain.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratings.counts import Counts
from ratings.fitting import Table
from ratings.groups import Contrast, between, contrast, contrast_weights

BOUNDS = (2.0, 5.0, 10.0, 20.0, 50.0, 120.0)  # thousand millions of active parameters


@dataclass(frozen=True)
class SizeClass:
    """Sizes from `low` (inclusive) to `high` (exclusive), infinite at the top, and the contrast among them."""

    low: float
    high: float
    contrast: Contrast


def within_classes(
    counts: Counts,
    table: Table,
    groups: Sequence[str],
    first: str,
    second: str,
    names: tuple[str, str],
    sizes: Sequence[float | None],
    bounds: Sequence[float] = BOUNDS,
    enough: int = 30,
) -> tuple[list[SizeClass], Contrast]:
    """Compare two groups of these very models, class by class; return the classes and the pooled contrast.

    Args:
        counts, table: of the same M models.
        groups: (M,), labels; `first` minus `second`.
        sizes: (M,), active parameters in the unit of `bounds`, or None where unknown: such models take no part.
        bounds: rising limits between the classes.
        enough: votes between two sides below which no verdict is given.

    Classes without models of both groups in the largest component are left out.
    """
    edges = [0.0, *bounds, np.inf]
    found, pooled, weight, votes = list[SizeClass](), np.zeros(counts.n_models), 0.0, 0
    for low, high in itertools.pairwise(edges):
        inside = [size is not None and low <= size < high for size in sizes]
        labels = [group if here else "" for group, here in zip(groups, inside, strict=True)]
        weights = contrast_weights(table, labels, first, second)
        if not weights.any():
            continue
        met = between(counts, labels, first, second)
        found.append(SizeClass(low, high, contrast(table, weights, met, names, enough)))
        one, two = (weights > 0).sum(), (weights < 0).sum()
        share = one * two / (one + two)
        pooled += share * weights
        weight, votes = weight + share, votes + met
    if weight:
        pooled /= weight
    return found, contrast(table, pooled, votes, names, enough)
