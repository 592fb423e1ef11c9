"""Which replies of voted battles said who wrote them, by model and country: anybody can see whom the filter hits."""

from collections import Counter
from typing import Any

from django.db.models import Sum

from arena.battles.models import Vote
from arena.leaderboard.models import Tally
from arena.leaderboard.tables import wilson


def left_out() -> dict[str, Any]:
    """Return replies seen, replies that gave themselves away, and the share, by country and by model."""
    model = "contestant__model"
    names = (f"{model}__slug", f"{model}__name", f"{model}__developer__country")
    ours = Tally.objects.filter(votes__gt=0, contestant__model__external=False)  # never mixed with simulated ones
    models = list(ours.values_list(*names).annotate(Sum("votes"), Sum("leaks")))
    countries: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for _, _, country, seen, leaks in models:
        countries[country] += seen
        gone[country] += leaks
    return {
        "votes": sum(countries.values()) // 2,
        "votes_left_out": Vote.objects.filter(leak=True).count(),
        "countries": [{"country": c, **_share(n, gone[c])} for c, n in countries.most_common()],
        "models": [
            {"slug": slug, "model": name, "country": country, **_share(seen, leaks)}
            for slug, name, country, seen, leaks in sorted(models)
        ],
    }


def _share(seen: int, out: int) -> dict[str, Any]:
    lower, upper = wilson(out, seen)
    return {"seen": seen, "left_out": out, "share": out / seen if seen else 0.0, "lower": lower, "upper": upper}
