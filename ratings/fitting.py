"""`fit`: from counts to a table of ratings with honest uncertainty."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from ratings import simultaneous
from ratings.bradley_terry import Residual, Solution, solve
from ratings.counts import Counts, Floats
from ratings.graph import Pieces, pieces
from ratings.scale import CENTRE, ELO
from ratings.ties import davidson, rao_kupper, solve_ties

Indices = npt.NDArray[np.intp]
Ties = Literal["half", "davidson", "rao-kupper"]
MODELS = {"davidson": davidson, "rao-kupper": rao_kupper}


@dataclass(frozen=True, eq=False)
class Table:
    """The result of a fit. Arrays have shape (M,); ratings and bounds are on the Elo scale, NaN where unranked.

    Attributes:
        rating: 1000 is the mean of each component.
        lower, upper: the interval of one model at `level`.
        covariance: (M, M), Elo²; NaN where unranked or across components.
        component: piece number, −1 where unranked. Nothing may be compared across pieces.
        status: "rated", or why not.
        iterations, tolerance: of the fit; the most over the components.
        tie_parameter: of each component: log ν (Davidson) or η (Rao-Kupper), natural scale; empty for "half".
    """

    rating: Floats
    lower: Floats
    upper: Floats
    covariance: Floats
    component: Indices
    status: tuple[str, ...]
    level: float
    iterations: int
    tolerance: float
    tie_parameter: tuple[float, ...] = ()

    @cached_property
    def lower_all(self) -> Floats:
        """Lower bounds that hold for all models of a component at once."""
        return self.rating - self._wide

    @cached_property
    def upper_all(self) -> Floats:
        """Upper bounds that hold for all models of a component at once."""
        return self.rating + self._wide

    @cached_property
    def rank_low(self) -> Indices:
        """Best rank that can't be excluded, within the component; 0 where unranked."""
        return self._ranks[0]

    @cached_property
    def rank_high(self) -> Indices:
        """Worst rank that can't be excluded, within the component; 0 where unranked."""
        return self._ranks[1]

    @property
    def theta(self) -> Floats:
        """Strengths on the natural scale, mean zero in each component; NaN where unranked."""
        return (self.rating - CENTRE) / ELO

    @property
    def standard_error(self) -> Floats:
        """Standard errors, Elo."""
        return np.sqrt(np.diagonal(self.covariance))

    def members(self) -> list[Indices]:
        """Return the model indices of each component."""
        return [np.flatnonzero(self.component == k) for k in range(int(self.component.max(initial=-1)) + 1)]

    @cached_property
    def _wide(self) -> Floats:
        wide = np.full(len(self.rating), np.nan)
        for index in self.members():
            block = self.covariance[np.ix_(index, index)]
            wide[index] = simultaneous.critical_value(block, self.level) * np.sqrt(np.diagonal(block))
        return wide

    @cached_property
    def _ranks(self) -> tuple[Indices, Indices]:
        low, high = np.zeros(len(self.rating), dtype=np.intp), np.zeros(len(self.rating), dtype=np.intp)
        for index in self.members():
            block = self.covariance[np.ix_(index, index)]
            low[index], high[index] = simultaneous.rank_ranges(self.rating[index], block, self.level)
        return low, high


def fit(counts: Counts, ties: Ties = "half", prior: float | None = None, level: float = 0.95) -> Table:
    """Fit Bradley-Terry to counts (Bradley & Terry 1952; sandwich covariance, White 1982).

    Args:
        counts: of M models. Votes "both bad" do not enter.
        ties: "half": a tie is half a win each. "davidson", "rao-kupper": models of ties (see `ratings.ties`).
        prior: standard deviation in Elo of a normal prior around the component's mean, or None.
            With a prior all-win models and tiny samples stay finite; say so wherever you show them.
        level: of all intervals and rank ranges, between 0 and 1.

    Raises:
        ValueError: an unknown `ties`, or `prior` or `level` out of range.
        NotConverged, NotFinite: see `ratings.errors`.
    """
    if ties != "half" and ties not in MODELS:
        raise ValueError(f"unknown way of ties: {ties!r}")
    if not 0 < level < 1 or (prior is not None and not 0 < prior < np.inf):
        raise ValueError("level must lie between 0 and 1, and prior be a positive number of Elo")
    found = pieces(counts, always_finite=prior is not None)
    m = counts.n_models
    rating, covariance = np.full(m, np.nan), np.full((m, m), np.nan)
    iterations, tolerance, parameters = 0, 0.0, list[float]()
    for number in range(int(found.component.max(initial=-1)) + 1):
        index = np.flatnonzero(found.component == number)
        part, parameter = _fit_piece(counts.subset(index), ties, None if prior is None else prior / ELO)
        parameters += [] if parameter is None else [parameter]
        rating[index] = part.theta * ELO + CENTRE
        covariance[np.ix_(index, index)] = part.covariance * ELO**2
        iterations, tolerance = max(iterations, part.iterations), max(tolerance, part.step)
    return table_of(found, rating, covariance, level, iterations, tolerance, tuple(parameters))


def table_of(
    found: Pieces,
    rating: Floats,
    covariance: Floats,
    level: float,
    iterations: int,
    tolerance: float,
    tie_parameter: tuple[float, ...] = (),
) -> Table:
    """Return the table of ratings (M,) and their covariance (M, M), Elo, with the interval of each model at `level`."""
    half = norm.ppf((1 + level) / 2) * np.sqrt(np.diagonal(covariance))
    return Table(
        rating=rating,
        lower=rating - half,
        upper=rating + half,
        covariance=covariance,
        component=found.component,
        status=found.status,
        level=level,
        iterations=iterations,
        tolerance=tolerance,
        tie_parameter=tie_parameter,
    )


def _fit_piece(counts: Counts, ties: Ties, prior: float | None) -> tuple[Solution, float | None]:
    if ties != "half":
        return solve_ties(MODELS[ties], counts, prior)
    score = counts.wins + counts.ties / 2
    return solve(score, counts.games, Residual.of(counts), prior), None
