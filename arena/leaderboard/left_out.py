"""Which replies of voted battles said who wrote them, by model and country: anybody can see whom the filter hits."""

from collections import Counter
from typing import Any

from django.db.models import Count, Q

from arena.battles.models import Vote


def left_out() -> dict[str, Any]:
    """Return replies seen, replies that gave themselves away, and the share, by country and by model."""
    seen: Counter[tuple[str, str, str]] = Counter()
    gone: Counter[tuple[str, str, str]] = Counter()
    for side in ("a", "b"):
        model = f"contestant_{side}__model"
        names = (f"{model}__slug", f"{model}__name", f"{model}__developer__country")
        leaked = Count("pk", filter=Q(**{f"leak_{side}": True}))
        rows = Vote.objects.order_by().values_list(*names).annotate(number=Count("pk"), out=leaked)
        for *key, number, out in rows:
            seen[key[0], key[1], key[2]] += number
            gone[key[0], key[1], key[2]] += out
    countries: Counter[str] = Counter()
    countries_gone: Counter[str] = Counter()
    for key, number in seen.items():
        countries[key[2]] += number
        countries_gone[key[2]] += gone[key]
    votes = Vote.objects.aggregate(all=Count("pk"), out=Count("pk", filter=Q(leak=True)))
    return {
        "votes": votes["all"],
        "votes_left_out": votes["out"],
        "countries": [{"country": c, **_share(n, countries_gone[c])} for c, n in countries.most_common()],
        "models": [
            {"slug": slug, "model": name, "country": country, **_share(n, gone[slug, name, country])}
            for (slug, name, country), n in sorted(seen.items())
        ],
    }


def _share(seen: int, out: int) -> dict[str, Any]:
    return {"seen": seen, "left_out": out, "share": out / seen if seen else 0.0}
