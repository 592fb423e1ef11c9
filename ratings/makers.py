"""Countries as makers of models: the rated models are draws from what each group makes.

θ̂ ~ N(Xβ, V + τ²I + ω²D): V the ratings' own covariance, τ the spread between models of one group, ω the
spread between developers (D = 1 where two models share one). τ and ω by restricted maximum likelihood
(Patterson & Thompson, 1971, Biometrika 58); the contrast of β with a t interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from scipy.optimize import minimize
from scipy.stats import t as student

from ratings.counts import Floats
from ratings.errors import RatingsError

FLOOR = 1e-3  # Elo: below it a spread counts as none


class TooFewModels(RatingsError):
    """Fewer than two models in a group, or fewer models than coefficients: a spread can't be estimated."""


@dataclass(frozen=True)
class Hierarchy:
    """First group minus second, Elo, with its interval; `tau` and `omega` are the spreads, Elo; `df` of the t."""

    estimate: float
    lower: float
    upper: float
    tau: float
    omega: float
    df: int


def hierarchical(
    rating: Floats,
    covariance: Floats,
    groups: Sequence[str],
    first: str,
    second: str,
    developers: Sequence[str] | None = None,
    covariate: Floats | None = None,
    level: float = 0.95,
) -> Hierarchy:
    """Compare two groups as makers of models.

    Args:
        rating, covariance: (m,) and (m, m) of rated models of one component, Elo.
        groups: length m; models of other labels form groups of their own.
        developers: length m, or None for no developer effect.
        covariate: (m,), for example log2 of active parameters; compares like for like. Centred here.
        level: of the interval.

    Raises:
        TooFewModels: when a spread can't be estimated.
    """
    labels = sorted(set(groups))
    counts = [sum(group == label for group in groups) for label in (first, second)]
    design = np.array([[float(group == label) for label in labels] for group in groups])
    if covariate is not None:
        design = np.column_stack([design, covariate - covariate.mean()])
    if min(counts) < 2 or len(rating) - design.shape[1] < 1:
        raise TooFewModels(f"{counts[0]} and {counts[1]} models: at least two of each are needed")
    shared = _shared(developers, len(rating))
    tau, omega = _spreads(rating, covariance, design, shared)
    beta, variance = _regress(rating, covariance + tau**2 * np.eye(len(rating)) + omega**2 * shared, design)
    contrast = np.zeros(design.shape[1])
    contrast[labels.index(first)], contrast[labels.index(second)] = 1.0, -1.0
    units = len(set(zip(groups, developers, strict=True))) if developers is not None and omega > FLOOR else len(rating)
    df = max(1, units - design.shape[1])
    estimate = float(contrast @ beta)
    half = float(student.ppf((1 + level) / 2, df) * np.sqrt(contrast @ variance @ contrast))
    return Hierarchy(estimate, estimate - half, estimate + half, tau, omega, df)


def _shared(developers: Sequence[str] | None, m: int) -> Floats:
    if developers is None:
        return np.zeros((m, m))
    names = np.array(developers, dtype=object)
    return np.asarray(names[:, None] == names[None, :], dtype=np.float64)


def _regress(y: Floats, sigma: Floats, design: Floats) -> tuple[Floats, Floats]:
    """Return generalised least squares: coefficients and their covariance."""
    factor = scipy.linalg.cho_factor(sigma + 1e-9 * np.eye(len(y)), lower=True)
    variance = np.linalg.inv(design.T @ scipy.linalg.cho_solve(factor, design))
    return variance @ design.T @ scipy.linalg.cho_solve(factor, y), variance


def _spreads(y: Floats, covariance: Floats, design: Floats, shared: Floats) -> tuple[float, float]:
    scale = max(float(np.std(y)), 1.0)

    def loss(logs: Floats) -> float:
        tau, omega = np.exp(logs)
        sigma = covariance + tau**2 * np.eye(len(y)) + (omega**2 * shared if shared.any() else 0)
        factor, lower = scipy.linalg.cho_factor(sigma + 1e-9 * np.eye(len(y)), lower=True)
        weighted = scipy.linalg.cho_solve((factor, lower), design)
        information = design.T @ weighted
        residual = y - design @ np.linalg.solve(information, weighted.T @ y)
        fit = float(residual @ scipy.linalg.cho_solve((factor, lower), residual))
        return float(np.log(np.diagonal(factor)).sum() + np.linalg.slogdet(information)[1] / 2 + fit / 2)

    starts = [(scale, scale / 2), (scale / 2, 0.1), (0.1, scale)]
    found = [minimize(loss, np.log(start), method="Nelder-Mead", options={"maxiter": 400}) for start in starts]
    tau, omega = np.exp(min(found, key=lambda result: result.fun).x)
    return float(tau), float(omega) if shared.any() else 0.0
