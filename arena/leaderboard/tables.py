"""What the reader's pages show of a snapshot: rows filtered and sorted as the address says."""

import math
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict

from arena.leaderboard.boards import OURS, source_of
from arena.leaderboard.models import Board, Import, Snapshot
from arena.leaderboard.services import pairs
from ratings.scale import CENTRE, win_probability

SORTS = {
    "model": "Model",
    "rating": "Rating",
    "win_rate": "Win rate",
    "votes": "Votes",
    "battles": "Battles",
    "country_name": "Country",
    "developer": "Developer",
    "licence": "Licence",
}
TEXT_SORTS = {"model", "developer", "country_name", "licence"}


def no_votes() -> dict[str, Any]:
    """Return the comparison before the first vote."""
    missing = settings.VOTES_FOR_VERDICT
    return {
        "sentence": f"Not enough votes yet: no votes between Chinese and American models, and {missing} are needed.",
        "estimate": None,
        "lower": None,
        "upper": None,
        "votes": 0,
        "missing": missing,
    }


def leaderboard_context(snapshot: Snapshot | None, query: QueryDict, page: str = "/leaderboard/") -> dict[str, Any]:
    """Return the leaderboard's context for an address; its links lead to `page`."""
    country = query.get("country", "")
    sort = query.get("sort", "") if query.get("sort") in SORTS else "rating"
    descending = (query.get("dir") or ("asc" if sort in TEXT_SORTS else "desc")) == "desc"
    everyone = [_shown(row) for row in snapshot.rows] if snapshot else []
    rows = [row for row in everyone if not country or row["country"] == country]
    return {
        "snapshot": snapshot,
        "comparison": snapshot.comparison if snapshot else no_votes(),
        "rows": _sorted(rows, sort, descending),
        "countries": [
            (code, name, _address(query, page, country=code))
            for code, name in sorted({(row["country"], row["country_name"]) for row in everyone}, key=lambda c: c[1])
        ],
        "everywhere": _address(query, page, country=""),
        "country": country,
        "boards": _boards(query),
        **(origin(snapshot) if snapshot else {}),
        "heads": [_head(name, title, sort, descending, query, page) for name, title in SORTS.items()],
        "query": query.urlencode(),
        "chart": _chart(rows),
        "tab": "leaderboard",
    }


def record(snapshot: Snapshot | None, slug: str) -> list[dict[str, Any]]:
    """Return a model's record against each opponent, with Wilson intervals (Wilson, 1927), most votes first."""
    if snapshot is None:
        return []
    by_index = {row["index"]: row for row in snapshot.rows}
    rows = []
    for i, j, wins_i, wins_j, ties, both_bad in pairs(snapshot):
        for me, other, won, lost in ((i, j, wins_i, wins_j), (j, i, wins_j, wins_i)):
            if by_index[me]["slug"] == slug:
                votes = won + lost + ties
                low, high = wilson(won + ties / 2, votes)
                rows.append(
                    {
                        "opponent": by_index[other],
                        "wins": won,
                        "losses": lost,
                        "ties": ties,
                        "both_bad": both_bad,
                        "votes": votes,
                        "share": 100 * (won + ties / 2) / votes if votes else None,
                        "low": 100 * low,
                        "high": 100 * high,
                    }
                )
    return sorted(rows, key=lambda row: -row["votes"])


def wilson(successes: float, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share; (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    centre = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    shown = dict(row)
    if row["rating"] is not None:
        shown["half"] = (row["upper"] - row["lower"]) / 2
        shown["preferred"] = 100 * win_probability(row["rating"] - CENTRE)
        shown["preferred_low"] = 100 * win_probability(row["lower"] - CENTRE)
        shown["preferred_high"] = 100 * win_probability(row["upper"] - CENTRE)
    if row["win_rate"] is not None:
        low, high = wilson(row["win_rate"] * row["votes"], row["votes"])
        shown["win_percent"], shown["win_low"], shown["win_high"] = 100 * row["win_rate"], 100 * low, 100 * high
    return shown


def _sorted(rows: list[dict[str, Any]], sort: str, descending: bool) -> list[dict[str, Any]]:
    known = [row for row in rows if row[sort] is not None]
    unknown = [row for row in rows if row[sort] is None]
    key = (lambda row: str(row[sort]).casefold()) if sort in TEXT_SORTS else (lambda row: row[sort])
    return sorted(known, key=key, reverse=descending) + unknown


def _address(query: QueryDict, page: str = "/leaderboard/", **changes: str) -> str:
    """Return the board's address with some of its parameters changed; empty ones go."""
    wanted = {name: query.get(name, "") for name in ("board", "country", "sort", "dir")} | changes
    return f"{page}?{urlencode({name: value for name, value in wanted.items() if value})}".rstrip("?")


def _boards(query: QueryDict) -> list[tuple[str, str, bool]]:
    """Return address, title and whether it is shown, of every board that has a snapshot."""
    shown = query.get("board") or "all"
    rows = Board.objects.filter(snapshots__isnull=False).distinct().order_by("pk")
    return [(_address(query, board=board.slug, country=""), board.title, board.slug == shown) for board in rows]


def origin(snapshot: Snapshot) -> dict[str, Any]:
    """Return whether a snapshot's votes were made by a program, or the name under which they were imported."""
    source = source_of(snapshot.board)
    simulated = Import.objects.filter(source=source, simulated=True).exists()
    return {"simulated": simulated, "imported": "" if simulated or source == OURS else source}


def _head(name: str, title: str, sort: str, descending: bool, query: QueryDict, page: str) -> dict[str, Any]:
    current = name == sort
    direction = ("asc" if descending else "desc") if current else ("asc" if name in TEXT_SORTS else "desc")
    state = ("descending" if descending else "ascending") if current else "none"
    return {
        "name": name,
        "title": title,
        "href": _address(query, page, sort=name, dir=direction),
        "state": state,
        "number": name not in TEXT_SORTS,
    }


def _chart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the interval chart draws: the same numbers as the table's."""
    names = ("model", "country", "country_name", "rating", "lower", "upper", "lower_all", "upper_all")
    rated = [row for row in rows if row["rating"] is not None]
    return [{name: row[name] for name in names} for row in rated]
