"""The methods page's examples, with the numbers of the newest snapshot."""

from typing import Any

from django.utils.translation import gettext as _

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
        _(
            "%(first)s is rated %(high)s and %(second)s %(low)s: a difference of %(gap)s, so the first would be "
            "preferred %(share)s %% of the time."
        )
        % {
            "first": first["model"],
            "second": second["model"],
            "high": f"{first['rating']:.0f}",
            "low": f"{second['rating']:.0f}",
            "gap": f"{gap:.0f}",
            "share": f"{100 * win_probability(gap):.0f}",
        },
        _(
            "The interval of %(model)s is %(rating)s ± %(half)s, on %(votes)s votes. "
            "Four times as many votes would halve it."
        )
        % {
            "model": first["model"],
            "rating": f"{first['rating']:.0f}",
            "half": f"{half:.0f}",
            "votes": f"{first['votes']:,}",
        },
        _rank(first),
    ]
    comparison = snapshot.comparison
    if comparison["estimate"] is not None:
        mean = _(
            "The Chinese models' mean less the American models' is %(estimate)s, with 95 %% confidence between "
            "%(lower)s and %(upper)s: w'θ and 1.96 √(w'Vw) of the formulas."
        )
        found.append(mean % {name: f"{comparison[name]:.1f}" for name in ("estimate", "lower", "upper")})
    last = _("All of them are of snapshot %(number)s, %(votes)s votes.")
    return [*found, last % {"number": snapshot.pk, "votes": f"{snapshot.votes:,}"}]


def _rank(row: dict[str, Any]) -> str:
    low, high = row["rank_low"], row["rank_high"]
    if low == high:
        sentence = _("%(model)s has rank %(low)s: every other place can be excluded.")
    else:
        sentence = _(
            "%(model)s has rank %(low)s–%(high)s: with these votes none of the places from %(low)s to %(high)s "
            "can be excluded."
        )
    return sentence % {"model": row["model"], "low": low, "high": high}
