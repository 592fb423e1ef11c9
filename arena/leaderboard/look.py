"""What a reader wants to see of a board: which rows, which columns, in which order. The state is the address."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arena.errors import BadField
from arena.leaderboard.field import fits, read_size

# Column -> title and the row's key it sorts by; those not in USUAL are off until asked for.
COLUMNS = {
    "rating": (_("Rating"), "rating"),
    "win_rate": (_("Win rate"), "win_rate"),
    "votes": (_("Votes"), "votes"),
    "battles": (_("Battles"), "battles"),
    "country": (_("Country"), "country_name"),
    "developer": (_("Developer"), "developer"),
    "licence": (_("Licence"), "licence"),
    "all_at_once": (_("Interval, all models at once"), "upper_all"),
    "active": (_("Active parameters, billions"), "active_params_b"),
    "total": (_("All parameters, billions"), "total_params_b"),
    "both_bad": (_("Both bad"), "both_bad"),
    "words": (_("Words a second"), "words_per_second"),
    "energy": (_("Energy, Wh (estimate)"), "energy_wh"),
    "failures": (_("Failed to answer"), "failure_share"),
    "leaks": (_("Said who it is"), "leak_share"),
    "weights": (_("Weights"), "weights"),
}
USUAL = ("rating", "win_rate", "votes", "battles", "country", "developer", "licence")
TEXT = {"model", "country_name", "developer", "licence", "weights"}
SORTS = {"model", *(key for _, key in COLUMNS.values())}
LONGEST = 80


@dataclass(frozen=True)
class Look:
    """A reader's choice; what can't be read in an address counts as not chosen."""

    board: str = "all"
    country: str = ""
    q: str = ""
    permissive: bool = False
    max_active: float | None = None
    columns: tuple[str, ...] = USUAL
    sort: str = "rating"
    descending: bool = True

    @classmethod
    def read(cls, query: QueryDict) -> "Look":
        """Read an address."""
        sort = query.get("sort", "") if query.get("sort") in SORTS else "rating"
        columns = tuple(name for name in COLUMNS if name in query.getlist("col"))
        return cls(
            board=query.get("board") or "all",
            country=query.get("country", "")[:2],
            q=query.get("q", "").strip()[:LONGEST],
            permissive=query.get("permissive") == "1",
            max_active=_size(query.get("max_active", "")),
            columns=columns or USUAL,
            sort=sort,
            descending=(query.get("dir") or ("asc" if sort in TEXT else "desc")) == "desc",
        )

    def address(self, page: str = "/leaderboard/", **changes: Any) -> str:
        """Return the address of this look, or of one that differs from it; the plainest form of it."""
        look = replace(self, **changes)
        usual = Look()
        wanted: list[tuple[str, str]] = [
            ("board", look.board if look.board != usual.board else ""),
            ("country", look.country),
            ("q", look.q),
            ("permissive", "1" if look.permissive else ""),
            ("max_active", "" if look.max_active is None else f"{look.max_active:g}"),
        ]
        if look.columns != USUAL:
            wanted += [("col", name) for name in look.columns]
        if (look.sort, look.descending) != (usual.sort, usual.descending):
            wanted += [("sort", look.sort), ("dir", "desc" if look.descending else "asc")]
        return f"{page}?{urlencode([(name, value) for name, value in wanted if value])}".rstrip("?")

    def rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows that are wanted, in the wanted order; unknown values last."""
        kept = [row for row in rows if self._keeps(row)]
        known = [row for row in kept if row.get(self.sort) is not None]
        unknown = [row for row in kept if row.get(self.sort) is None]
        key = (lambda row: str(row[self.sort]).casefold()) if self.sort in TEXT else (lambda row: row[self.sort])
        return sorted(known, key=key, reverse=self.descending) + unknown

    def heads(self, page: str) -> list[dict[str, Any]]:
        """Return the table's heads, each with the address that sorts by it."""
        return [
            self._head("model", str(_("Model")), page),
            *(self._head(COLUMNS[c][1], str(COLUMNS[c][0]), page) for c in self.columns),
        ]

    def choices(self) -> list[tuple[str, str, bool]]:
        """Return every column, its title and whether it is shown."""
        return [(name, str(title), name in self.columns) for name, (title, _) in COLUMNS.items()]

    def _head(self, key: str, title: str, page: str) -> dict[str, Any]:
        current = key == self.sort
        descending = not self.descending if current else key not in TEXT
        state = ("descending" if self.descending else "ascending") if current else "none"
        address = self.address(page, sort=key, descending=descending)
        return {"title": title, "href": address, "state": state, "number": key not in TEXT}

    def _keeps(self, row: dict[str, Any]) -> bool:
        words = f"{row['model']} {row['developer']} {row['country_name']} {row['licence']}".casefold()
        return (
            (not self.country or row["country"] == self.country)
            and all(word in words for word in self.q.casefold().split())
            and fits(row, self.permissive, self.max_active)
        )


def _size(text: str) -> float | None:
    try:
        return read_size(text)
    except BadField:  # a table shows everything then, where a comparison refuses
        return None
