"""What `/adoption/` shows: figures by subject and definition, read in a source first, contradictions side by side."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from arena.leaderboard.models import AdoptionFigure

# Subject, sentence, and the beginnings of the measures that belong to it; the first that fits takes a figure.
SUBJECTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        _("Licences"),
        _("Under which terms releases come, and which of them are downloaded."),
        ("licence_",),
    ),
    (
        _("Sizes, mixtures of experts, languages"),
        _("How large the models are that are made and downloaded."),
        (
            "model_parameters", "languages_", "hf_large_model", "hf_small_model", "hf_download_share_large",
            "mean_model_size", "moe_", "quantised_", "gguf_", "largest_open",
        ),
    ),
    (
        _("Downloads by country, developer and family"),
        _("How often weights were fetched. A download is not a use, and machines download too."),
        ("hf_download", "vendor_downloads", "overtake_", "family_share", "hf_top200", "hf_industry", "hf_users"),
    ),
    (
        _("Derivatives"),
        _("Models that others made from a model's weights."),
        ("derivative", "vendor_derivatives"),
    ),
    (
        _("Use through routers and on the web"),
        _("Tokens, spending and visits at some services. They see their own customers only, and closed models too."),
        ("openrouter_", "vercel_", "app_", "web_"),
    ),
    (_("What is published"), _("Supply, not adoption: how many models there are to choose from."), ("",)),
)  # fmt: skip
SHARES = ("hf_download_share_12m", "hf_download_share_2025", "hf_download_share_alltime_top50")
TRUST = list(AdoptionFigure.ReadHow.values)  # declared in falling order
LOWER, UPPER = "_lower_bound", "_upper_bound"
UNITS = {
    "percent": "%",
    "trillion_tokens": _("trillion tokens"),
    "billion_parameters": _("billion parameters"),
    "downloads": _("downloads"),
    "downloads_per_month": _("downloads a month"),
    "count": "",
    "count_per_day": _("a day"),
    "count_per_month": _("a month"),
    "count_of_50": _("of 50"),
    "count_of_10": _("of 10"),
    "count_of_3": _("of 3"),
    "ratio": _("times"),
    "date": "",
}


def adoption_context() -> dict[str, Any]:
    """Return the page's context."""
    figures = sorted(AdoptionFigure.objects.all(), key=_order)
    subjects = [_subject(title, sentence, []) for title, sentence, _ in SUBJECTS]
    by_subject: dict[int, list[AdoptionFigure]] = defaultdict(list)
    for figure in figures:
        by_subject[_place(figure)].append(figure)
    for place, found in by_subject.items():
        subjects[place] = _subject(SUBJECTS[place][0], SUBJECTS[place][1], found)
    order = [2, 3, 4, 0, 1, 5]
    return {
        "subjects": [subjects[place] for place in order if subjects[place]["definitions"]],
        "contradiction": _contradiction(figures),
        "weeks": _weeks(figures),
        "figures": len(figures),
        "second_hand": sum(figure.read_how == AdoptionFigure.ReadHow.SECOND_HAND for figure in figures),
        "tab": "adoption",
    }


def _place(figure: AdoptionFigure) -> int:
    return next(i for i, (_, _, starts) in enumerate(SUBJECTS) if figure.measure.startswith(starts))


def _order(figure: AdoptionFigure) -> tuple[int, str, str]:
    return (TRUST.index(figure.read_how), figure.definition, figure.key)


def _subject(title: str, sentence: str, figures: list[AdoptionFigure]) -> dict[str, Any]:
    definitions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for figure in figures:
        definitions[figure.definition].append(shown(figure))
    rows: list[dict[str, Any]] = [
        {"text": text, "figures": sorted(found, key=lambda row: (row["until"], row["group"]))}
        for text, found in definitions.items()
    ]
    return {"title": title, "sentence": sentence, "definitions": rows, "count": len(figures)}


def shown(figure: AdoptionFigure) -> dict[str, Any]:
    """Return a figure as it is written: value with its unit, period, where it was read and how."""
    unit = figure.unit.removesuffix(LOWER).removesuffix(UPPER)
    bound = (
        gettext("at least")
        if figure.unit.endswith(LOWER)
        else gettext("at most")
        if figure.unit.endswith(UPPER)
        else ""
    )
    value = figure.value if unit == "date" else _number(float(figure.value))
    period = (
        gettext("%(first)s to %(last)s") % {"first": figure.period_start, "last": figure.period_end}
        if figure.period_start
        else figure.period_end
    )
    return {
        "key": figure.key,
        "group": figure.group,
        "value": " ".join(part for part in (bound, value, _unit(unit)) if part),
        "period": period if figure.period_start != figure.period_end else figure.period_end,
        "until": figure.period_end,
        "title": figure.source_title,
        "publisher": figure.publisher,
        "published": figure.published,
        "address": figure.address,
        "how": figure.get_read_how_display(),
        "second_hand": figure.read_how == AdoptionFigure.ReadHow.SECOND_HAND,
        "note": figure.note,
    }


def _unit(unit: str) -> str:
    words = UNITS.get(unit, unit.replace("_", " "))
    return gettext(words) if words else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.10g}"


def _contradiction(figures: list[AdoptionFigure]) -> list[dict[str, Any]]:
    """Return the share of downloads of either country by three definitions, from one text where one has both."""
    rows = []
    for measure in SHARES:
        found = sorted((f for f in figures if f.measure == measure and f.unit == "percent"), key=lambda f: f.key)
        americans = [f for f in found if f.group == "United States"]
        pairs = [
            (china, next((us for us in americans if us.address == china.address), None))
            for china in found
            if china.group == "China"
        ]
        if pairs:
            china, us = next((pair for pair in pairs if pair[1]), (pairs[0][0], next(iter(americans), None)))
            rows.append({"definition": china.definition, "china": shown(china), "us": us and shown(us)})
    return rows


def _weeks(figures: list[AdoptionFigure]) -> list[dict[str, Any]]:
    """Return weekly tokens by country of developer at one router, for the chart: one definition, dated weeks only."""
    rows = [
        {"country": figure.group, "week": figure.period_end, "value": float(figure.value), "how": figure.read_how}
        for figure in figures
        if figure.measure == "openrouter_tokens_week"
        and figure.group in {"China", "United States"}
        and len(figure.period_end) == len("YYYY-MM-DD")
    ]
    return sorted(rows, key=lambda row: (str(row["country"]), str(row["week"])))
