"""The leaderboard's other pictures: who beat whom, rating against size, speed and energy, rating over time."""

from typing import Any

from django.utils.translation import ngettext

from arena.leaderboard import energy
from arena.leaderboard.models import Snapshot
from arena.leaderboard.services import pairs
from arena.templatetags.elo import country

HEAT_MODELS = 25
HISTORY_MODELS = 6
FRONT_MODELS = 6
HISTORY_SNAPSHOTS = 60


def more_context(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the pictures draw, each with its sentence."""
    rated = sorted((row for row in snapshot.rows if row["component"] == 0), key=lambda row: -row["rating"])
    met = [row for row in snapshot.rows if row["battles"]][:HEAT_MODELS]  # rated or not: who won is known
    heat = _heat(snapshot, met)
    size, speed = _front(rated, "active_params_b", smaller=True), _front(rated, "words_per_second", smaller=False)
    watt_hours = _front(rated, "energy_wh", smaller=True)
    history = _history(snapshot, [row["slug"] for row in rated[:HISTORY_MODELS]])
    return {
        "snapshot": snapshot,
        "heat": heat,
        "heat_models": len(met),
        "never": sum(cell["votes"] == 0 for cell in heat) // 2,
        "drawn_least": min((cell["battles"] for cell in heat), default=0),
        "drawn_most": max((cell["battles"] for cell in heat), default=0),
        "size": size,
        "size_front": _named(size),
        "speed": speed,
        "speed_front": _named(speed),
        "energy": watt_hours,
        "energy_front": _named(watt_hours),
        "energy_source": energy.SOURCE,
        "history": history,
        "moments": len({point["at"] for point in history}),
    }


def _heat(snapshot: Snapshot, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the share of row's wins (ties half) over column and the votes, for each ordered pair of these models."""
    place = {row["index"]: i for i, row in enumerate(rows)}
    never = {"wins": 0.0, "votes": 0, "battles": 0}
    cells = {(i, j): never for i in range(len(rows)) for j in range(len(rows)) if i != j}
    for i, j, wins_i, wins_j, ties, both_bad in pairs(snapshot):
        if i in place and j in place:
            votes = wins_i + wins_j + ties
            for mine, other, won in ((i, j, wins_i), (j, i, wins_j)):
                cell = {"wins": won + ties / 2, "votes": votes, "battles": votes + both_bad}
                cells[place[mine], place[other]] = cell
    return [
        {
            "model": rows[i]["model"],
            "opponent": rows[j]["model"],
            "share": round(100 * cell["wins"] / cell["votes"], 1) if cell["votes"] else None,
            "votes": cell["votes"],
            "battles": cell["battles"],
        }
        for (i, j), cell in cells.items()
    ]


def _front(rows: list[dict[str, Any]], key: str, smaller: bool) -> list[dict[str, Any]]:
    """Return rating against a quantity; on the front are the models that none beats in both."""
    known = [row for row in rows if row.get(key)]
    points = []
    for row in known:
        better = any(
            (other[key] <= row[key] if smaller else other[key] >= row[key])
            and other["rating"] >= row["rating"]
            and (other[key], other["rating"]) != (row[key], row["rating"])
            for other in known
        )
        names = ("model", "country", "country_name", "rating", "lower", "upper")
        local = {"country_name": country(row["country"], row["country_name"])}
        points.append({name: row[name] for name in names} | local | {"x": row[key], "front": not better})
    return sorted(points, key=lambda point: point["x"])


def _named(points: list[dict[str, Any]]) -> str:
    """Return the models of the front for a sentence, the best first, at most a few by name; empty without one."""
    front = sorted((point for point in points if point["front"]), key=lambda point: -point["rating"])
    names = ", ".join(point["model"] for point in front[:FRONT_MODELS])
    more = len(front) - FRONT_MODELS
    if more <= 0:
        return names
    return ngettext("%(names)s and %(number)s more", "%(names)s and %(number)s more", more) % {
        "names": names,
        "number": more,
    }


def _history(snapshot: Snapshot, slugs: list[str]) -> list[dict[str, Any]]:
    """Return rating and interval of some models in the board's snapshots up to this one, evenly picked."""
    ids = list(
        Snapshot.objects.filter(board=snapshot.board, pk__lte=snapshot.pk).order_by("pk").values_list("pk", flat=True)
    )
    step = max(1, -(-len(ids) // HISTORY_SNAPSHOTS))
    picked = ids[::-step]
    points = []
    for created, rows in Snapshot.objects.filter(pk__in=picked).order_by("pk").values_list("created", "rows"):
        for row in rows:
            if row["slug"] in slugs and row["rating"] is not None:
                names = ("model", "country", "rating", "lower", "upper")
                points.append({name: row[name] for name in names} | {"at": created.isoformat()})
    return points
