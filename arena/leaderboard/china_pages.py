"""What `/china-us/` shows of a comparison."""

from typing import Any

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from arena.leaderboard import boards, china_parts, china_us
from arena.leaderboard.field import BASES, BESTS, BOTH_BAD, SIZES, Field
from arena.leaderboard.models import Board, Snapshot
from arena.leaderboard.tables import no_votes, origin
from arena.sentences import said
from arena.templatetags.elo import country, signed
from ratings import rows
from ratings.groups import Contrast, percents

LANGUAGES = {"en": gettext_noop("English"), "zh": gettext_noop("Chinese"), "other": gettext_noop("another language")}
CARDS = {
    "fixed": (
        _("These models"),
        _("Mean rating of exactly these models. The interval holds for them, not for models to come."),
    ),
    "hierarchical": (
        _("Countries as makers"),
        _("Models as samples of what each country's developers make: what one would expect of the next ones."),
    ),
    "matched": (
        _("Like for like, by size"),
        _("As makers, with active parameters held equal. Models of unknown size take no part."),
    ),
    "best": (
        _("Best against best"),
        _("The best rated model of each; the interval carries that they were chosen by rating."),
    ),
    "top": (_("Best three"), _("The mean of the three best of each, chosen anew in each draw.")),
}


def page_context(field: Field) -> dict[str, Any]:
    """Return the page's context; without a snapshot, the form and what is missing."""
    field = china_us.settled(field)
    found = china_us.newest(field)
    context: dict[str, Any] = {
        "field": field,
        "boards": _boards(field),
        "sizes": [(f"{size:g}", _("at most %(size)s billion active") % {"size": f"{size:g}"}) for size in SIZES],
        "size": "" if field.max_active is None else f"{field.max_active:g}",
        "bests": BESTS,
        "bases": BASES.items(),
        "both_bads": BOTH_BAD.items(),
        "address": field.address(),
        "tab": "china",
        "comparison": no_votes(),
        "snapshot": None,
    }
    if found is None:
        return context
    answers = china_us.answers(found, field)
    labels = field.labels(found.rows)
    return context | {
        "snapshot": found.snapshot,
        "narrowings": _narrowings(found.snapshot, field),
        **origin(found.snapshot),
        "comparison": rows.answer(answers["fixed"]),
        "caution": _caution(answers),
        "unknown": _unknown(found, field),
        "choice": _choice(found.snapshot.board, field),
        "models": answers["fixed"].models,
        "cards": [_card(kind, answers[kind]) for kind in CARDS],
        "rows": _choices(found, field, labels),
        "chart": _chart(found, labels),
    }


def checks_context(field: Field) -> dict[str, Any]:
    """Return the context of the section under the answer."""
    field = china_us.settled(field)
    found = china_us.newest(field)
    if found is None:
        return {"checks": None}
    listed = china_us.specifications(found)
    now = field.address()
    parts = [_part(part) for part in china_parts.parts(found, field)]
    told = [part for part in parts if part["answer"]["estimate"] is not None]
    return {
        "parts": parts,
        "parts_chart": [{"label": part["label"], **_bounds(part["answer"])} for part in told],
        "checks": china_us.robustness(found, field),
        "votes": round(found.counts.votes),
        "specifications": listed,
        "ahead": {
            "Chinese": sum(row["lower"] > 0 for row in listed),
            "American": sum(row["upper"] < 0 for row in listed),
            "neither": sum(row["lower"] <= 0 <= row["upper"] for row in listed),
        },
        "curve": [{"label": row["label"], **_bounds(row), "now": row["address"] == now} for row in listed],
    }


def _bounds(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in ("estimate", "lower", "upper")}


def _part(part: china_parts.Part) -> dict[str, Any]:
    answer = part.answer
    share, low, high = percents(answer.estimate, answer.lower, answer.upper)
    titles = boards.LANGUAGES if part.kind == "language" else boards.CATEGORIES
    label = _size(part.value) if part.kind == "size" else gettext(titles.get(part.value, part.value))
    return {"label": label, "answer": rows.answer(answer), "share": share, "low": low, "high": high}


def _size(value: str) -> str:
    """Write a class of active parameters."""
    if value == china_parts.ALL_SIZES:
        return gettext("Like for like, all sizes together")
    low, _to, high = value.partition("-")
    if not high:
        return gettext("%(low)s billion active and more") % {"low": low}
    if low == "0":
        return gettext("Under %(high)s billion active") % {"high": high}
    return gettext("%(low)s to %(high)s billion active") % {"low": low, "high": high}


def _card(kind: str, answer: Contrast) -> dict[str, Any]:
    title, meaning = CARDS[kind]
    return {
        "kind": kind,
        "title": title,
        "meaning": meaning,
        "answer": rows.answer(answer),
        "share": f"{percents(answer.estimate, answer.lower, answer.upper)[0]}\u00a0%",
        "verdict": _verdict(answer),
    }


def _caution(answers: dict[str, Contrast]) -> str:
    """Say what a verdict on these models does not say, where it would be read so."""
    these, makers = answers["fixed"], answers["hierarchical"]
    if not (these.lower > 0 or these.upper < 0):
        return ""
    if makers.estimate != makers.estimate:
        return gettext("This is about exactly these models, not about what each country’s developers will make next.")
    if makers.lower <= 0 <= makers.upper:
        told = gettext(
            "This is about exactly these models. Of what each country’s developers will make next nothing can be told "
            "from them: %(estimate)s Elo [%(lower)s, %(upper)s]."
        )
        numbers = {"estimate": makers.estimate, "lower": makers.lower, "upper": makers.upper}
        return told % {name: signed(value) for name, value in numbers.items()}
    return ""


def _choice(board: Board, field: Field) -> str:
    """Say on what board and by which choices an answer stands, for cards that travel without the form."""
    own = board.slug != "all" and boards.source_of(board) == boards.OURS
    return ", ".join([*([gettext(board.title)] if own else []), *china_us.words(field)])


def _unknown(found: china_us.Published, field: Field) -> int:
    """Return how many Chinese and American models a choice leaves out since what it asks of them isn't known."""
    asked = [name for name, on in (("active_params_b", field.max_active), ("permissive", field.permissive)) if on]
    ours = [row for row in found.rows if row["country"] in {china_us.FIRST, china_us.SECOND}]
    return sum(any(row[name] is None for name in asked) for row in ours)


def _verdict(answer: Contrast) -> str:
    if answer.estimate != answer.estimate:  # NaN: nothing may be said, and the sentence says why
        return said(rows.answer(answer))
    if answer.lower > 0:
        return gettext("Chinese ahead")
    return gettext("American ahead") if answer.upper < 0 else gettext("can't tell")


def _narrowings(snapshot: Snapshot, field: Field) -> list[tuple[str, Any, list[tuple[str, Any, bool]]]]:
    """Return the selects that narrow a board's votes: name, title, and each choice with whether it is made."""
    named = {"language": (_("Language of the question"), LANGUAGES), "category": (_("Category"), boards.CATEGORIES)}
    return [
        (name, named[name][0], [(v, named[name][1].get(v, v), v == getattr(field, name)) for v in values])
        for name, values in china_us.narrowings(snapshot.pk, snapshot.created).items()
    ]


def _boards(field: Field) -> list[tuple[str, str, bool]]:
    return [(board.slug, board.title, board.slug == field.board) for board in boards.published()]


def _choices(found: china_us.Published, field: Field, labels: list[str]) -> list[dict[str, Any]]:
    """Return the Chinese and American models, the best first, with whether each takes part."""
    rows = []
    for row, label in zip(found.rows, labels, strict=True):
        if row["country"] in {china_us.FIRST, china_us.SECOND} or label in {china_us.FIRST, china_us.SECOND}:
            rows.append(row | {"inside": label in {china_us.FIRST, china_us.SECOND}, "out": row["slug"] in field.out})
    return sorted(rows, key=lambda row: (row["rating"] is None, -(row["rating"] or 0), row["model"]))


def _chart(found: china_us.Published, labels: list[str]) -> list[dict[str, Any]]:
    names = ("model", "country_name", "rating", "lower", "upper", "lower_all", "upper_all")
    inside = [
        {name: row[name] for name in names} | {"country": label, "country_name": country(label, row["country_name"])}
        for row, label in zip(found.rows, labels, strict=True)
        if label in {china_us.FIRST, china_us.SECOND} and row["component"] == 0
    ]
    return china_us.means(found, labels) + sorted(inside, key=lambda row: -row["rating"])
