"""The methods page's examples, with the numbers of the newest snapshot."""

from typing import Any

from arena.leaderboard.models import Snapshot
from ratings.scale import win_probability


def sentences(snapshot: Snapshot | None) -> list[str]:
    """Return what a rating, an interval, a rank and the country sentence mean, said with real numbers; [] without."""
    rated = [row for row in (snapshot.rows if snapshot else []) if row["component"] == 0]
    if snapshot is None or len(rated) < 2:
        return []
    first, second = sorted(rated, key=lambda row: -row["rating"])[:2]
    gap = first["rating"] - second["rating"]
    half = (first["upper"] - first["lower"]) / 2
    found = [
        f"{first['model']} is rated {first['rating']:.0f} and {second['model']} {second['rating']:.0f}: a difference"
        f" of {gap:.0f}, so the first would be preferred {100 * win_probability(gap):.0f} % of the time.",
        f"The interval of {first['model']} is {first['rating']:.0f} ± {half:.0f}, on {first['votes']:,} votes. Four"
        " times as many votes would halve it.",
        _rank(first),
    ]
    comparison = snapshot.comparison
    if comparison["estimate"] is not None:
        found.append(
            f"The Chinese models' mean less the American models' is {comparison['estimate']:.1f}, with 95 % confidence "
            f"between {comparison['lower']:.1f} and {comparison['upper']:.1f}: w'θ and 1.96 √(w'Vw) of the formulas."
        )
    return [*found, f"All of them are of snapshot {snapshot.pk}, {snapshot.votes:,} votes."]


def _rank(row: dict[str, Any]) -> str:
    if row["rank_low"] == row["rank_high"]:
        return f"{row['model']} has rank {row['rank_low']}: every other place can be excluded."
    return (
        f"{row['model']} has rank {row['rank_low']}–{row['rank_high']}: with these votes none of the places from "
        f"{row['rank_low']} to {row['rank_high']} can be excluded."
    )
