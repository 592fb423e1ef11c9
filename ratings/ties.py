"""Two models of ties beside "half a win each": Davidson and Rao-Kupper, by Newton on the counts.

Davidson (1970), JASA 65: P(i) : P(tie) : P(j) = e^{d/2} : ν : e^{−d/2}, d = θ_i − θ_j.
Rao & Kupper (1967), JASA 62: P(i) = σ(d − η), P(j) = σ(−d − η), the rest is a tie, η > 0.
Both log-likelihoods are concave in (θ, log ν) and (θ, log(e^{2η} − 1)) near the maximum; steps are bounded.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from scipy.special import expit

from ratings.algebra import centred, laplacian, levelled, product
from ratings.bradley_terry import MOST_STEPS, TOLERANCE, Solution
from ratings.counts import Counts, Floats
from ratings.errors import NotConverged, NotFinite


@dataclass(frozen=True)
class Terms:
    """Derivatives at each ordered pair, (m, m): of the log-likelihood of win, tie, loss by d and by s.

    `dd`, `ds`, `ss`: minus the second derivatives, summed over the pair's votes.
    """

    d: tuple[Floats, Floats, Floats]
    s: tuple[Floats, Floats, Floats]
    dd: Floats
    ds: Floats
    ss: Floats
    loglik: float


Model = Callable[[Floats, float, Floats, Floats], Terms]


def solve_ties(model: Model, counts: Counts, prior: float | None) -> tuple[Solution, float]:
    """Fit one piece; return the solution and the tie parameter (log ν, or η).

    Args:
        model: `davidson` or `rao_kupper`.
        counts: of the m models of the piece.
        prior: as in `bradley_terry.solve`.

    Raises:
        NotConverged, NotFinite: as there; also without any tie, when no tie parameter exists.
    """
    wins, ties = counts.wins, counts.ties
    if not ties.any():
        raise NotFinite("no ties were counted, so a model of ties has nothing to fit: use ties='half'")
    m, precision = len(wins), 0.0 if prior is None else 1 / prior**2
    theta, s = np.zeros(m), 0.0 if model is davidson else 0.5
    for iteration in range(1, MOST_STEPS + 1):
        terms = model(theta[:, None] - theta[None, :], s, wins, ties)
        gradient = np.append(_gradient(terms, wins, ties) - precision * theta, _tie_gradient(terms, wins, ties))
        hessian = _hessian(terms, precision)
        step = scipy.linalg.solve(hessian, gradient, assume_a="pos", check_finite=False)
        largest = float(np.abs(step).max())
        if not np.isfinite(largest):
            raise NotFinite("the fit left the floating-point range; are some weights huge?")
        step *= min(1.0, 1.0 / largest) if largest > 1 else 1.0
        theta += step[:-1] - step[:-1].mean()
        s = s + float(step[-1]) if model is davidson or s + step[-1] > 0 else s / 2
        if largest < TOLERANCE:
            return Solution(theta, _covariance(terms, counts.square_sums, hessian), largest, iteration), s
    raise NotConverged(f"no convergence after {MOST_STEPS} steps; the last was {largest:.2g}")


def davidson(d: Floats, s: float, wins: Floats, ties: Floats) -> Terms:
    """Terms of Davidson's model; s = log ν."""
    up, down, even = np.exp(d / 2), np.exp(-d / 2), float(np.exp(s))
    total = up + down + even
    p_win, p_loss, p_tie = up / total, down / total, even / total
    mean = (p_win - p_loss) / 2
    votes = wins + wins.T + ties
    loglik = float((wins * np.log(p_win)).sum() + (ties * np.log(p_tie)).sum() / 2)
    return Terms(
        d=(0.5 - mean, -mean, -0.5 - mean),
        s=(-p_tie, 1 - p_tie, -p_tie),
        dd=votes * ((p_win + p_loss) / 4 - mean**2),
        ds=votes * (-mean * p_tie),
        ss=votes * p_tie * (1 - p_tie),
        loglik=loglik,
    )


def rao_kupper(d: Floats, s: float, wins: Floats, ties: Floats) -> Terms:
    """Terms of Rao and Kupper's model; s = η."""
    win, loss = expit(d - s), expit(-d - s)
    swell, curve = 2 / -np.expm1(-2 * s), 4 * np.exp(-2 * s) / np.expm1(-2 * s) ** 2
    up, down = wins + ties, wins.T + ties  # a tie counts in both factors of its probability
    w, v = win * (1 - win), loss * (1 - loss)
    loglik = float((wins * np.log(win)).sum() + (ties * np.log(np.maximum(1 - win - loss, 1e-300))).sum() / 2)
    return Terms(
        d=(1 - win, loss - win, loss - 1),
        s=(win - 1, win + loss - 2 + swell, loss - 1),
        dd=up * w + down * v,
        ds=-up * w + down * v,
        ss=up * w + down * v + ties * curve,
        loglik=loglik,
    )


def _gradient(terms: Terms, wins: Floats, ties: Floats) -> Floats:
    win, tie, loss = terms.d
    return np.asarray((wins * win + ties * tie + wins.T * loss).sum(axis=1))


def _tie_gradient(terms: Terms, wins: Floats, ties: Floats) -> float:
    win, tie, loss = terms.s
    return float((wins * win + ties * tie + wins.T * loss).sum() / 2)  # each pair stands in both halves


def _hessian(terms: Terms, precision: float) -> Floats:
    m = len(terms.dd)
    whole = np.empty((m + 1, m + 1))
    whole[:m, :m] = levelled(laplacian(terms.dd), precision)
    whole[:m, m] = whole[m, :m] = terms.ds.sum(axis=1)
    whole[m, m] = terms.ss.sum() / 2
    return whole


def _covariance(terms: Terms, squares: tuple[Floats, Floats], hessian: Floats) -> Floats:
    """Sandwich over (θ, s), the θ part, centred (White, 1982)."""
    wins, ties = squares
    m = len(wins)
    outcomes = (wins, ties, wins.T)
    dd, ds, ss = (
        sum(c * x * y for c, x, y in zip(outcomes, left, right, strict=True))
        for left, right in ((terms.d, terms.d), (terms.d, terms.s), (terms.s, terms.s))
    )
    meat = np.empty((m + 1, m + 1))
    meat[:m, :m] = laplacian(np.asarray(dd))
    meat[:m, m] = meat[m, :m] = np.sum(ds, axis=1)
    meat[m, m] = np.sum(ss) / 2
    inverse = scipy.linalg.inv(hessian, check_finite=False)
    return centred(product(product(inverse, meat), inverse)[:m, :m])
