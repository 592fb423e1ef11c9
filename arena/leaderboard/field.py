"""Which models a reader lets take part in the comparison, and under which flag. The state is the address."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arena.errors import BadField

BASES = {
    "maker": gettext_lazy("by their maker"),
    "base": gettext_lazy("by the country of the base model"),
    "out": gettext_lazy("left out"),
}
BOTH_BAD = {"out": gettext_lazy("left out"), "tie": gettext_lazy("half a win each")}
LABEL = r"[A-Za-z_-]{0,24}"  # of a cell's language or category
BESTS = (10, 20, 40)  # how many of the best rated the page offers
SIZES = (4.0, 10.0, 40.0)  # thousand millions of active parameters that the page offers


@dataclass(frozen=True)
class Field:
    """A board and the models on it that take part.

    `best`: only so many of the best rated models of any country. `out`: slugs left out. `permissive`: only such
    licences. `max_active`: billions of active parameters; models of unknown size are left out. `one`: only the best
    rated of each developer. `base`: models made from another country's weights. `both_bad`: how votes count that find
    both answers bad; public boards of other arenas take them for ties. `language`, `category`: only votes on such
    questions.
    """

    board: str = "all"
    out: tuple[str, ...] = ()
    permissive: bool = False
    max_active: float | None = None
    best: int | None = None
    one: bool = False
    base: str = "maker"
    both_bad: str = "out"
    language: str = ""
    category: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Field":
        """Read an address.

        Raises:
            BadField: a parameter with a value that means nothing.
        """
        return cls(
            board=query.get("board") or "all",
            out=tuple(sorted({slug for slug in query.getlist("out") if slug})),
            permissive=_switch(query, "permissive"),
            max_active=read_size(query.get("max_active") or ""),
            best=_many(query.get("best") or ""),
            one=_switch(query, "one"),
            base=_one_of(query, "base", BASES),
            both_bad=_one_of(query, "both_bad", BOTH_BAD),
            language=_label(query, "language"),
            category=_label(query, "category"),
        )

    def address(self, **changes: Any) -> str:
        """Return the query of this field, or of one that differs from it; the plainest form of it."""
        field = replace(self, **changes)
        query = QueryDict(mutable=True)
        if field.board != "all":
            query["board"] = field.board
        query.setlist("out", list(field.out))
        for name in ("permissive", "one"):
            if getattr(field, name):
                query[name] = "1"
        if field.max_active is not None:
            query["max_active"] = f"{field.max_active:g}"
        if field.best is not None:
            query["best"] = str(field.best)
        if field.base != "maker":
            query["base"] = field.base
        for name in ("language", "category"):
            if getattr(field, name):
                query[name] = getattr(field, name)
        if field.both_bad != "out":
            query["both_bad"] = field.both_bad
        return query.urlencode()

    def labels(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        """Return each row's country in this comparison, "" where the model takes no part."""
        found = [self._label(row) for row in rows]
        if self.best is not None:
            rated = sorted((i for i, row in enumerate(rows) if row["component"] == 0), key=lambda i: -rows[i]["rating"])
            kept = set(rated[: self.best])
            found = [label if i in kept else "" for i, label in enumerate(found)]
        return _best_of_each_developer(rows, found) if self.one else found

    def _label(self, row: dict[str, Any]) -> str:
        foreign = row.get("base_country") or ""
        foreign = "" if foreign == row["country"] else foreign
        fitting = fits(row, self.permissive, self.max_active)
        if row["slug"] in self.out or not fitting or (foreign and self.base == "out"):
            return ""
        return str(foreign if foreign and self.base == "base" else row["country"])


def fits(row: dict[str, Any], permissive: bool, max_active: float | None) -> bool:
    """Whether a row passes the choice of licence and size; what is unknown of it does not pass."""
    large = max_active is not None and (row["active_params_b"] or float("inf")) > max_active
    return not large and not (permissive and row["permissive"] is not True)


def _best_of_each_developer(rows: Sequence[dict[str, Any]], labels: list[str]) -> list[str]:
    best: dict[str, int] = {}
    for i, row in enumerate(rows):
        if labels[i] and row["component"] == 0:
            first = best.setdefault(row["developer"], i)
            if row["rating"] > rows[first]["rating"]:
                best[row["developer"]] = i
    kept = set(best.values())
    return [label if i in kept else "" for i, label in enumerate(labels)]


def _one_of(query: QueryDict, name: str, known: Mapping[str, Any]) -> str:
    """Read a choice; the first known one where nothing is said."""
    value = query.get(name) or next(iter(known))
    if value not in known:
        told = {"name": name, "all": ", ".join(known), "value": value}
        raise BadField(_("%(name)s must be one of %(all)s, not %(value)r") % told)
    return value


def _label(query: QueryDict, name: str) -> str:
    value = query.get(name, "")
    if not re.fullmatch(LABEL, value):
        told = {"name": name, "value": value}
        raise BadField(_("%(name)s must be a word of up to 24 letters, not %(value)r") % told)
    return value


def _switch(query: QueryDict, name: str) -> bool:
    value = query.get(name, "")
    if value not in {"", "0", "1"}:
        raise BadField(_("%(name)s must be 1 or left out, not %(value)r") % {"name": name, "value": value})
    return value == "1"


def _many(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:7]) < 1_000_000:
        raise BadField(_("best must be a number of models above 0, not %(value)r") % {"value": text})
    return int(text)


def read_size(text: str) -> float | None:
    """Read billions of parameters; None for nothing, BadField for what is no size."""
    if not text:
        return None
    try:
        size = float(text)
    except ValueError:
        size = -1.0
    if not 0 < size < 1e6:
        raise BadField(_("max_active must be a number of billions above 0, not %(value)r") % {"value": text})
    return size
