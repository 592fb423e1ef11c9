"""Countries as makers of models: the rated models are draws from what each group makes.

θ̂ ~ N(Xβ, V + τ²I + ω²D): V the ratings' own covariance, τ the spread between models of one group, ω the
spread between developers (D = 1 where two models share one). τ and ω by restricted maximum likelihood
(Patterson & Thompson, 1971, Biometrika 58); the contrast of β with a t interval.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from scipy.optimize import minimize
from scipy.stats import t as student

from ratings.counts import Floats
from ratings.errors import RatingsError

FLOOR = 1e-3  # Elo: below it a spread counts as none
LEAST = 0.1  # Elo: the smallest spread that the search starts from
GRID = 7  # starts for each spread
RIDGE = 1e-9  # Elo²: keeps a covariance without noise invertible


class TooFewModels(RatingsError):
    """Fewer than two models in a group, or no more developers than coefficients: a spread can't be estimated."""


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
    if min(counts) < 2:
        raise TooFewModels(f"{counts[0]} and {counts[1]} models: at least two of each are needed")
    if covariate is not None:
        design = np.column_stack([design, covariate - covariate.mean()])
    known = len(rating) if developers is None else len(set(zip(groups, developers, strict=True)))
    if known <= design.shape[1]:
        what = "models" if developers is None else "developers"
        raise TooFewModels(f"{known} {what}: at least {design.shape[1] + 1} are needed")
    makers = _incidence(developers, len(rating))
    problem = _Rotated.of(rating, covariance, design, makers)
    tau, omega = problem.spreads()
    beta, variance = problem.solve(tau, omega)
    contrast = np.zeros(design.shape[1])
    contrast[labels.index(first)], contrast[labels.index(second)] = 1.0, -1.0
    df = (known if omega > FLOOR else len(rating)) - design.shape[1]
    estimate = float(contrast @ beta)
    half = float(student.ppf((1 + level) / 2, df) * np.sqrt(contrast @ variance @ contrast))
    return Hierarchy(estimate, estimate - half, estimate + half, tau, omega, df)


def _incidence(developers: Sequence[str] | None, m: int) -> Floats:
    """Return Z (m, d): one column for each developer, none without developers. D = Z Zᵀ."""
    if developers is None:
        return np.zeros((m, 0))
    names = np.array(developers, dtype=object)
    return np.array([names == name for name in sorted(set(developers))], dtype=np.float64).T.reshape(m, -1)


@dataclass(frozen=True)
class _Rotated:
    """The problem in the eigenvectors of V, where V + τ²I is diagonal; ω²ZZᵀ by Woodbury's identity.

    So one step of the search costs m d² instead of m³. `columns`: (m, p + 1 + d), the rotated X, y and Z.
    """

    values: Floats
    columns: Floats
    p: int

    @classmethod
    def of(cls, y: Floats, covariance: Floats, design: Floats, makers: Floats) -> "_Rotated":
        values, vectors = scipy.linalg.eigh(covariance, check_finite=False)
        columns = np.column_stack([design, y - y.mean(), makers])
        return cls(np.clip(values, 0, None) + RIDGE, vectors.T @ columns, design.shape[1])

    def _products(self, tau: float, omega: float) -> tuple[Floats, float]:
        """Return [X y]ᵀ Σ⁻¹ [X y] and log |Σ|."""
        diagonal = self.values + tau**2
        inner = (self.columns / diagonal[:, None]).T @ self.columns
        k = self.p + 1
        across, makers = inner[:k, k:], inner[k:, k:]
        capacity = np.eye(len(makers)) + omega**2 * makers
        whole = inner[:k, :k] - omega**2 * across @ np.linalg.solve(capacity, across.T)
        return whole, float(np.log(diagonal).sum() + np.linalg.slogdet(capacity)[1])

    def solve(self, tau: float, omega: float) -> tuple[Floats, Floats]:
        """Return generalised least squares: coefficients (of y less its mean) and their covariance."""
        whole, _ = self._products(tau, omega)
        variance = np.asarray(np.linalg.inv(whole[: self.p, : self.p]), dtype=np.float64)
        return variance @ whole[: self.p, self.p], variance

    def loss(self, logs: Floats) -> float:
        """Return minus the restricted log-likelihood at log τ, log ω, up to a constant."""
        whole, log_det = self._products(*np.exp(logs))
        x, y = whole[: self.p, : self.p], whole[: self.p, self.p]
        fit = whole[self.p, self.p] - y @ np.linalg.solve(x, y)
        return float((log_det + np.linalg.slogdet(x)[1] + fit) / 2)

    def spreads(self) -> tuple[float, float]:
        """Return τ and ω: the best of a grid, then a search from there."""
        makers = self.columns.shape[1] > self.p + 1
        scale = max(float(np.linalg.norm(self.columns[:, self.p]) / np.sqrt(len(self.values))), 1.0)
        steps = np.log(np.geomspace(LEAST, 2 * scale, GRID))
        grid = itertools.product(steps, steps if makers else steps[:1])
        start = np.array(min(grid, key=lambda point: self.loss(np.array(point))))
        simplex = start + (steps[1] - steps[0]) / 2 * np.array([[0, 0], [1, 0], [0, 1]])
        options = {"maxiter": 400, "xatol": 1e-3, "fatol": 1e-6, "initial_simplex": simplex}
        tau, omega = np.exp(minimize(self.loss, start, method="Nelder-Mead", options=options).x)
        return float(tau), float(omega) if makers else 0.0
