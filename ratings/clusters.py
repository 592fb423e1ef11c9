"""Votes of one voter, or on one prompt, are not independent: intervals and resamples by cluster.

The middle of the sandwich is summed by cluster, B = Σ_v g_v g_vᵀ with g_v = Σ w (y − p)(e_a − e_b) over the votes
of v (Liang & Zeger, 1986, Biometrika 73), times V/(V − 1) for V clusters, plus one vote's variance for each model as in
`ratings.fit`, so that no interval has zero width. The bootstrap resamples whole clusters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import expit

from ratings.algebra import laplacian
from ratings.bootstrap import Resamples, refit
from ratings.bradley_terry import Residual, hessian_factor, sandwich, unseen
from ratings.counts import Counts, Floats
from ratings.errors import BadCounts
from ratings.fitting import Table, fit, table_of
from ratings.graph import Pieces, inside
from ratings.scale import CENTRE, ELO

BATCH = 64


@dataclass(frozen=True)
class _Votes:
    """Votes of the largest component: model places, scores, weights, and the cluster of each, 0…V−1."""

    table: Table
    index: npt.NDArray[np.intp]
    part: Counts
    a: npt.NDArray[np.intp]
    b: npt.NDArray[np.intp]
    score: Floats
    weight: Floats
    cluster: npt.NDArray[np.intp]
    n_clusters: int


def fit_clustered(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    outcome: npt.ArrayLike,
    cluster: Sequence[object],
    n_models: int,
    weight: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Table:
    """Fit as `ratings.fit` does (ties half), with a covariance that allows for clusters.

    Args:
        a, b, outcome, n_models, weight: as for `Counts.from_votes`.
        cluster: (N,), whose vote it is, any hashable labels.
        level: of the intervals.

    Only the largest component is rated: its ratings are those of `fit`, its covariance is by cluster.

    Raises:
        BadVote, BadCounts: as `Counts.from_votes`; also with fewer than two clusters.
    """
    votes = _prepare(a, b, outcome, cluster, n_models, weight, level)
    table, index, m = votes.table, votes.index, len(votes.index)
    theta = table.theta[index]
    residual = votes.weight * (votes.score - expit(theta[votes.a] - theta[votes.b]))
    rows = np.concatenate([votes.cluster, votes.cluster])
    columns = np.concatenate([votes.a, votes.b])
    scores = csr_array((np.concatenate([residual, -residual]), (rows, columns)), shape=(votes.n_clusters, m))
    meat = (scores.T @ scores).toarray() * votes.n_clusters / (votes.n_clusters - 1)
    p = expit(theta[:, None] - theta[None, :])
    meat += laplacian(unseen(Residual.of(votes.part), p))
    covariance = np.full((n_models, n_models), np.nan)
    covariance[np.ix_(index, index)] = sandwich(hessian_factor(votes.part.games * p * (1 - p)), meat) * ELO**2
    largest = Pieces(table.component, table.status).largest()
    rating = np.where(largest.component == 0, table.rating, np.nan)
    return table_of(largest, rating, covariance, level, table.iterations, table.tolerance)


def bootstrap_clustered(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    outcome: npt.ArrayLike,
    cluster: Sequence[object],
    n_models: int,
    resamples: int = 1000,
    seed: int = 0,
) -> Resamples:
    """Resample whole clusters (Poisson) and refit; arguments and errors as `fit_clustered`, result as `bootstrap`."""
    votes = _prepare(a, b, outcome, cluster, n_models, None, 0.95)
    m = len(votes.index)
    theta = votes.table.theta[votes.index]
    low, high = np.minimum(votes.a, votes.b), np.maximum(votes.a, votes.b)
    keys, pair = np.unique(low * m + high, return_inverse=True)
    score = np.where(votes.a == low, votes.score, 1 - votes.score)
    shape = (votes.n_clusters, len(keys))
    scores = csr_array((score, (votes.cluster, pair)), shape=shape)
    games = csr_array((np.ones(len(score)), (votes.cluster, pair)), shape=shape)
    p = expit(theta[:, None] - theta[None, :])
    factor = hessian_factor(votes.part.games * p * (1 - p))
    generator = np.random.default_rng(seed)
    rows = []
    for start in range(0, resamples, BATCH):
        times = generator.poisson(1.0, (votes.n_clusters, min(BATCH, resamples - start))).astype(np.float64)
        rows.append(refit(theta, (scores.T @ times), (games.T @ times), keys // m, keys % m, factor))
    return Resamples(np.concatenate(rows) * ELO + CENTRE, votes.index)


def _prepare(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    outcome: npt.ArrayLike,
    cluster: Sequence[object],
    n_models: int,
    weight: npt.ArrayLike | None,
    level: float,
) -> _Votes:
    counts = Counts.from_votes(a, b, outcome, n_models, weight)
    n = len(np.asarray(a))
    if len(cluster) != n:
        raise BadCounts(f"{len(cluster)} clusters for {n} votes")
    numbers: dict[object, int] = {}
    label = np.fromiter((numbers.setdefault(name, len(numbers)) for name in cluster), np.intp, len(cluster))
    table = fit(counts, level=level)
    part = inside(table.component, a, b, outcome)
    found, label = np.unique(label[part.keep], return_inverse=True)
    if len(found) < 2:
        raise BadCounts(f"{len(found)} clusters: at least two are needed")
    index = np.flatnonzero(table.component == 0)
    heavy = np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64)
    return _Votes(
        table=table,
        index=index,
        part=counts.subset(index),
        a=part.a,
        b=part.b,
        score=part.score,
        weight=heavy[part.keep],
        cluster=label,
        n_clusters=len(found),
    )
