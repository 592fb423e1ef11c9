"""The comparison that the project exists for, for any field a reader chooses, from a stored snapshot alone.

A field changes which ratings are compared, not the ratings: so the numbers agree with the leaderboard, and an answer
takes a tenth of a second at 200 models. Only where a reader counts "both bad" otherwise, or only part of the votes,
the counts are fitted anew, once a snapshot.
"""

import itertools
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext
from scipy.stats import norm

from arena.leaderboard import boards
from arena.leaderboard.field import BASES, BESTS, BOTH_BAD, SIZES, Field
from arena.leaderboard.models import Board, Snapshot
from arena.leaderboard.services import counts_of_part, latest, published_counts
from arena.templatetags.elo import country
from ratings import Counts, Table, fit, groups
from ratings.fragile import models_to_turn, votes_to_turn, without_each
from ratings.groups import Contrast
from ratings.rows import answer, strengths

FIRST, SECOND, NAMES = "CN", "US", ("Chinese", "American")
MEANS = {"CN": gettext_lazy("Chinese models, mean"), "US": gettext_lazy("American models, mean")}
SHOWN_MODELS = 5  # of those that move the answer most


@dataclass(frozen=True)
class Published:
    """A snapshot as the ratings package sees it; `rows` are in the order of the matrices."""

    snapshot: Snapshot
    rows: list[dict[str, Any]]
    table: Table
    counts: Counts


@lru_cache(maxsize=48)  # 1.3 MB each at 200 models
def published(
    snapshot_id: int, created: datetime, both_bad: str = "out", language: str = "", category: str = ""
) -> Published:
    """Return a stored snapshot as table and counts; snapshots never change, so it is kept.

    Where votes are to count otherwise, or only part of them, their counts are fitted anew, once a snapshot.
    """
    part = {name: value for name, value in (("language", language), ("category", category)) if value}
    if part or both_bad == "tie":
        return _fitted_anew(published(snapshot_id, created), both_bad, part)
    snapshot = Snapshot.objects.select_related("board").get(pk=snapshot_id, created=created)
    rows = sorted(snapshot.rows, key=lambda row: row["index"])
    m = len(rows)
    rating, lower, upper = (
        np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)
        for name in ("rating", "lower", "upper")
    )
    table = Table(
        rating=rating,
        lower=lower,
        upper=upper,
        covariance=np.frombuffer(zlib.decompress(snapshot.covariance)).reshape(m, m),
        component=np.array([-1 if row["component"] is None else row["component"] for row in rows], dtype=np.intp),
        status=tuple(row["status"] for row in rows),
        level=snapshot.parameters["level"],
        iterations=0,
        tolerance=0.0,
    )
    return Published(snapshot, rows, table, published_counts(snapshot))


def _fitted_anew(found: Published, both_bad: str, part: dict[str, str]) -> Published:
    counts = counts_of_part(found.snapshot, part) if part else found.counts
    if both_bad == "tie":
        counts = Counts(counts.wins, counts.ties + counts.both_bad, np.zeros_like(counts.ties))
    table = fit(counts, level=found.table.level)
    unranked = {"rank_low": None, "rank_high": None}  # nothing here asks for ranks, and these votes have others
    rows = [row | strengths(table, i) | unranked for i, row in enumerate(found.rows)]
    return replace(found, counts=counts, table=table, rows=rows)


def newest(field: Field) -> Published | None:
    """Return the newest snapshot of a field's board, its votes counted as the field says; None before the first."""
    snapshot = latest(field.board)
    if snapshot is None:
        return None
    return published(snapshot.pk, snapshot.created, field.both_bad, field.language, field.category)


def settled(field: Field) -> Field:
    """Return a field without what its board doesn't know: what is fitted to single votes can't be fitted to counts."""
    board = Board.objects.filter(slug=field.board.replace("\0", "")).first()
    if board is None:
        return field
    if board.kind != Board.Kind.COUNTS:
        return replace(field, both_bad="out", language="", category="")
    language, category = ("" if name in board.filters else getattr(field, name) for name in ("language", "category"))
    return replace(field, language=language, category=category)


@lru_cache(maxsize=32)
def narrowings(snapshot_id: int, created: datetime) -> dict[str, list[str]]:
    """Return the languages and categories that a board's votes can be narrowed to, where there are several.

    A first vote in another one brings a new snapshot, so it is enough to look once for each.
    """
    board = published(snapshot_id, created).snapshot.board
    found: dict[str, list[str]] = {}
    for name in ("language", "category"):
        if board.kind == Board.Kind.COUNTS and name not in board.filters:
            values = sorted(boards.cells(board).order_by().values_list(name, flat=True).distinct())
            found |= {name: values} if len(values) > 1 else {}
    return found


def answers(found: Published, field: Field) -> dict[str, Contrast]:
    """Return the four answers, and that of the top k, for a field."""
    return groups.answers(
        found.counts,
        found.table,
        field.labels(found.rows),
        FIRST,
        SECOND,
        NAMES,
        developers=[row["developer"] for row in found.rows],
        sizes=[row["active_params_b"] for row in found.rows],
        enough=settings.VOTES_FOR_VERDICT,
    )


def fixed(found: Published, field: Field) -> Contrast:
    """Return the answer about these very models alone."""
    return fixed_among(found, field.labels(found.rows))


def fixed_among(found: Published, labels: Sequence[str]) -> Contrast:
    """Return the same for models labelled by their country, "" where one takes no part."""
    return groups.fixed(found.counts, found.table, labels, FIRST, SECOND, NAMES, enough=settings.VOTES_FOR_VERDICT)


def robustness(found: Published, field: Field) -> dict[str, Any]:
    """Return what the answer about these models hangs on: single models, single votes."""
    labels = field.labels(found.rows)
    weights = groups.contrast_weights(found.table, labels, FIRST, SECOND)
    if not weights.any() or not np.isfinite(fixed(found, field).estimate):
        return {"models": [], "turning_models": None, "turn": None}
    inside = np.flatnonzero(found.table.component == 0)
    turning = models_to_turn(found.table, labels, FIRST, SECOND)
    moving = without_each(found.table, labels, FIRST, SECOND)[:SHOWN_MODELS]
    return {
        "models": [{"row": found.rows[i], "estimate": value} for i, value in moving],
        "turning_models": None if turning is None else [found.rows[i] for i in turning],
        "turn": votes_to_turn(found.counts.subset(inside), weights[inside]),
    }


def specifications(found: Published) -> list[dict[str, Any]]:
    """Return the answer for every listed choice: each field on this board, and the other boards of its source."""
    rows, seen = [], set[tuple[str, ...]]()
    snapshot = found.snapshot
    for other in _listed(found):
        counted = published(snapshot.pk, snapshot.created, other.both_bad)
        labels = (label if label in {FIRST, SECOND} else "" for label in other.labels(counted.rows))
        key = (other.both_bad, *labels)
        if key not in seen:  # the same models under the same flags: the same answer
            seen.add(key)
            rows.append(_specification(counted, other, gettext_noop("this board")))
    source = found.snapshot.board.filters["source"]
    for board in Board.objects.filter(filters__source=source).exclude(pk=found.snapshot.board_id):
        other_board = newest(Field(board=board.slug))
        if other_board is not None:
            rows.append(_specification(other_board, Field(board=board.slug), board.title))
    told = [row for row in rows if row["estimate"] is not None]
    return sorted(told, key=lambda row: row["estimate"])


def _listed(found: Published) -> Iterator[Field]:
    """Return every listed choice of a board: the models in all ways, the votes for neither with the best only."""
    snapshot = found.snapshot
    board, as_stored = snapshot.board, published(snapshot.pk, snapshot.created)
    choices = itertools.product((False, True), (None, *SIZES), (None, *BESTS), (False, True), BASES)
    yield from (Field(board.slug, (), *choice) for choice in choices)
    if board.kind == Board.Kind.COUNTS and as_stored.counts.both_bad.any():
        yield from (Field(board.slug, best=best, both_bad="tie") for best in (None, *BESTS))


def means(found: Published, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return the mean rating of each of the two groups with its interval, as rows of the chart."""
    rows = []
    for code, name in zip((FIRST, SECOND), NAMES, strict=True):
        index = [i for i, label in enumerate(labels) if label == code and found.table.component[i] == 0]
        if index:
            estimate = float(found.table.rating[index].mean())
            error = float(np.sqrt(found.table.covariance[np.ix_(index, index)].mean()))
            half = float(norm.ppf((1 + found.table.level) / 2)) * error
            mean = {"model": MEANS[code], "country": code, "country_name": country(code, name), "rating": estimate}
            rows.append(mean | {"lower": estimate - half, "upper": estimate + half, "mean": True})
    return rows


def _specification(found: Published, field: Field, board: str) -> dict[str, Any]:
    row = answer(fixed(found, field))
    return row | {"label": ", ".join([_(board), *words(field)]), "address": field.address()}


def words(field: Field) -> list[str]:
    """Say what a field narrows, choice by choice, in the page's language; nothing where it narrows nothing."""
    told = [_(boards.LANGUAGES.get(field.language, field.language))] if field.language else []
    told += [_(boards.CATEGORIES.get(field.category, field.category))] if field.category else []
    told += [_("permissive licences")] if field.permissive else []
    told += [_("≤ %(size)s B active") % {"size": f"{field.max_active:g}"}] if field.max_active is not None else []
    told += [_("the %(value)s best rated") % {"value": field.best}] if field.best is not None else []
    told += [_("one model per developer")] if field.one else []
    told += [] if field.base == "maker" else [_("foreign bases %(how)s") % {"how": BASES[field.base]}]
    told += [] if field.both_bad == "out" else [_("“both bad” as %(how)s") % {"how": BOTH_BAD[field.both_bad]}]
    without = ngettext("without %(number)s model", "without %(number)s models", len(field.out))
    return told + ([without % {"number": len(field.out)}] if field.out else [])
