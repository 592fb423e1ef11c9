"""Ratings from pairwise votes: counts, strengths, honest uncertainty. numpy and scipy alone."""

from ratings.counts import Counts, Outcome
from ratings.fitting import Table, fit

__all__ = ["Counts", "Outcome", "Table", "fit"]
