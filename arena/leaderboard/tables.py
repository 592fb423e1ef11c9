"""What the reader's pages show of a snapshot: rows filtered and sorted as the address says."""

import csv
import io
import math
from typing import Any

from django.conf import settings
from django.http import QueryDict

from arena.leaderboard import boards
from arena.leaderboard.boards import OURS, source_of
from arena.leaderboard.field import SIZES
from arena.leaderboard.look import COLUMNS, Look
from arena.leaderboard.models import Import, Snapshot
from arena.leaderboard.services import pairs
from arena.templatetags.elo import country
from ratings.scale import CENTRE, win_probability

# What a column's numbers are in a file, where the page shows more than one.
CSV_KEYS = {
    "rating": ("rating", "lower", "upper", "preferred", "preferred_low", "preferred_high"),
    "win_rate": ("win_percent", "win_low", "win_high"),
    "all_at_once": ("lower_all", "upper_all"),
    "energy": ("energy_wh", "tokens_per_answer"),
    "failures": ("failures", "asked", "failure_percent", "failure_low", "failure_high"),
    "leaks": ("leaks", "seen", "leak_percent", "leak_low", "leak_high"),
    "country": ("country", "country_name"),
    "licence": ("licence", "permissive"),
}

# A row's shares that are shown in per cent with an interval: name, key of the share, key of what it is a share of.
SHARES = (("win", "win_rate", "votes"), ("failure", "failure_share", "asked"), ("leak", "leak_share", "seen"))


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


def sentence_context(snapshot: Snapshot | None) -> dict[str, Any]:
    """Return a board's sentence, the snapshot it is of, and whose votes they are."""
    comparison = snapshot.comparison if snapshot else no_votes()
    return {"snapshot": snapshot, "comparison": comparison, **(origin(snapshot) if snapshot else {})}


def leaderboard_context(snapshot: Snapshot | None, query: QueryDict, page: str = "/leaderboard/") -> dict[str, Any]:
    """Return the leaderboard's context for an address; its links lead to `page`."""
    look = Look.read(query)
    everyone = [_shown(row) for row in snapshot.rows] if snapshot else []
    rows = look.rows(everyone)
    countries = sorted({(row["country"], row["country_name"]) for row in everyone}, key=lambda c: c[1])
    return {
        **sentence_context(snapshot),
        "look": look,
        "rows": rows,
        "everyone": len(everyone),
        "countries": [(code, name, look.address(page, country=code)) for code, name in countries],
        "everywhere": look.address(page, country=""),
        "boards": _boards(look),
        "heads": look.heads(page),
        "choices": look.choices(),
        "sizes": [f"{size:g}" for size in SIZES],
        "max_active": "" if look.max_active is None else f"{look.max_active:g}",
        "page": page,
        "share": look.address(f"/snapshots/{snapshot.pk}/", board="all") if snapshot else "",
        "address": look.address(page).partition("?")[2],
        "chart": _chart(rows),
        "tab": "leaderboard",
    }


def table_csv(snapshot: Snapshot | None, query: QueryDict) -> str:
    """Return exactly the rows and columns that the address shows, as CSV."""
    look = Look.read(query)
    rows = look.rows([_shown(row) for row in snapshot.rows]) if snapshot else []
    names = ["model", "slug", "rank_low", "rank_high", "status"]
    names += [key for column in look.columns for key in CSV_KEYS.get(column, (COLUMNS[column][1],))]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(names)), extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


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


def by_board(slug: str) -> list[dict[str, Any]]:
    """Return a model's standing on each board it is on: where it is strong and where weak."""
    found = []
    for board in boards.published():
        rows = Snapshot.objects.filter(board=board).values_list("rows", flat=True)[0]
        mine = [row for row in rows if row["slug"] == slug]
        total = sum(row["battles"] for row in rows) / 2
        found += [{"board": board, "row": _shown(row), "share": 100 * row["battles"] / total} for row in mine if total]
    return found


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
    for what, share, whole in SHARES:
        if row.get(share) is not None:  # snapshots of before have no failures and leaks
            low, high = wilson(row[share] * row[whole], row[whole])
            shown |= {f"{what}_percent": 100 * row[share], f"{what}_low": 100 * low, f"{what}_high": 100 * high}
    return shown


def _boards(look: Look) -> list[tuple[str, str, bool]]:
    """Return address, title and whether it is shown, of every board that has a snapshot."""
    shown = boards.published()
    return [(look.address(board=board.slug, country=""), board.title, board.slug == look.board) for board in shown]


def origin(snapshot: Snapshot) -> dict[str, Any]:
    """Return whether a snapshot's votes were made by a program, or the name under which they were imported."""
    source = source_of(snapshot.board)
    simulated = Import.objects.filter(source=source, simulated=True).exists()
    return {"simulated": simulated, "imported": "" if simulated or source == OURS else source}


def _chart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the interval chart draws: the same numbers as the table's."""
    names = ("model", "country", "country_name", "rating", "lower", "upper", "lower_all", "upper_all")
    rated = [row for row in rows if row["rating"] is not None]
    return [
        {name: row[name] for name in names} | {"country_name": country(row["country"], row["country_name"])}
        for row in rated
    ]
