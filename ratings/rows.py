"""A fitted table as plain rows that JSON can hold."""

import math
from collections.abc import Sequence
from typing import Any

from ratings.counts import Counts
from ratings.fitting import Table
from ratings.groups import Contrast

DIGITS = 9


def number(value: float) -> float | None:
    """Return a float to 9 digits after the point; None for NaN and infinities."""
    return round(float(value), DIGITS) if math.isfinite(value) else None


def measures(table: Table, model: int) -> dict[str, Any]:
    """Return what a fit says of one model: ratings and bounds (Elo), rank range, component, status."""
    ranks = {"rank_low": int(table.rank_low[model]) or None, "rank_high": int(table.rank_high[model]) or None}
    return strengths(table, model) | ranks


def strengths(table: Table, model: int) -> dict[str, Any]:
    """Return the same without the rank range, which takes as long as all the rest."""
    return {
        "rating": number(table.rating[model]),
        "lower": number(table.lower[model]),
        "upper": number(table.upper[model]),
        "lower_all": number(table.lower_all[model]),
        "upper_all": number(table.upper_all[model]),
        "component": int(table.component[model]) if table.component[model] >= 0 else None,
        "status": table.status[model],
    }


def answer(contrast: Contrast) -> dict[str, Any]:
    """Return an answer about two groups: Elo, null where nothing can be said, with the sentence that may be said."""
    return {
        "sentence": contrast.sentence,
        "estimate": number(contrast.estimate),
        "lower": number(contrast.lower),
        "upper": number(contrast.upper),
        "votes": contrast.votes,
        "missing": contrast.missing,
        "models": list(contrast.models),
    }


def order(row: dict[str, Any]) -> tuple[bool, int, float, str]:
    """Sort key: by component, the best first, unranked rows last."""
    return (row["rating"] is None, row["component"] or 0, -(row["rating"] or 0), row["model"])


def ranked(names: Sequence[str], counts: Counts, table: Table) -> list[dict[str, Any]]:
    """Return one row for each of the M models, in order; `votes` counts wins, losses and ties."""
    played = counts.games.sum(axis=1)
    rows = [{"model": name, **measures(table, i), "votes": round(float(played[i]))} for i, name in enumerate(names)]
    return sorted(rows, key=order)
