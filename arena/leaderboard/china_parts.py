"""In what, and at what size: the comparison on each part of a board's votes, and among models of like size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from arena.leaderboard import china_us
from arena.leaderboard.china_us import FIRST, NAMES, SECOND, Published
from arena.leaderboard.field import Field
from arena.leaderboard.models import Board
from ratings.classes import within_classes
from ratings.groups import Contrast

ALL_SIZES = "all"


@dataclass(frozen=True)
class Part:
    """`kind`: "size", "language" or "category". `value`: of a size "low-high", open at the top, or `ALL_SIZES`."""

    kind: str
    value: str
    answer: Contrast


def parts(found: Published, field: Field) -> list[Part]:
    """Return the answer for the models of a field, part by part."""
    labels = field.labels(found.rows)
    return [*_sizes(found, labels), *_questions(found, field, labels)]


def _sizes(found: Published, labels: list[str]) -> Iterator[Part]:
    sizes = [row["active_params_b"] for row in found.rows]
    enough = settings.VOTES_FOR_VERDICT
    classes, pooled = within_classes(found.counts, found.table, labels, FIRST, SECOND, NAMES, sizes, enough=enough)
    for one in classes:
        high = "" if one.high == float("inf") else f"{one.high:g}"
        yield Part("size", f"{one.low:g}-{high}", one.contrast)
    if len(classes) > 1:
        yield Part("size", ALL_SIZES, pooled)


def _questions(found: Published, field: Field, labels: list[str]) -> Iterator[Part]:
    """Yield the answer of the very same models for each language and category that the field doesn't fix."""
    side = {_model(row): label for row, label in zip(found.rows, labels, strict=True)}
    snapshot = found.snapshot
    boards = list(Board.objects.filter(kind=Board.Kind.COUNTS))
    for kind, values in china_us.narrowings(snapshot.pk, snapshot.created).items():
        for value in values if not getattr(field, kind) else ():
            chosen: dict[str, Any] = {kind: value}
            part = _narrowed(found, replace(field, **chosen), boards)
            theirs = [side.get(_model(row), "") for row in part.rows]
            yield Part(kind, value, china_us.fixed_among(part, theirs))


def _narrowed(found: Published, field: Field, boards: Sequence[Board]) -> Published:
    """Return part of a board's votes: from that of `boards` that has just these, or fitted here."""
    snapshot = found.snapshot
    chosen = {name: getattr(field, name) for name in ("language", "category") if getattr(field, name)}
    own = next((board for board in boards if board.filters == snapshot.board.filters | chosen), None)
    if own is not None and field.both_bad == "out" and (fitted := china_us.newest(Field(own.slug))):
        return fitted
    return china_us.published(snapshot.pk, snapshot.created, field.both_bad, field.language, field.category)


def _model(row: dict[str, object]) -> tuple[object, object]:
    return row["slug"], row["weights"]
