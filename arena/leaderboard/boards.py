"""Which boards there are: filters over count cells. A vote dirties only the boards that its cell is part of."""

import re

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _  # titles are stored in English and translated on pages

from arena.battles.models import Battle
from arena.leaderboard import ledger
from arena.leaderboard.models import Board, Cell, Writer

OURS = "arena"
FACTS = "facts"  # the writer who takes a turn for each change of them
VOTES_FOR_STYLE = 100  # twenty for each feature of style
VOTERS_FOR_INTERVALS = 20  # simulated, intervals by voter held 88 % with six voters, 94 % with twenty (95 % asked)
LANGUAGES = {"en": _("English prompts"), "zh": _("Chinese prompts"), "other": _("Prompts in other languages")}
CATEGORIES = {
    "everyday": _("Everyday"),
    "writing": _("Writing"),
    "reasoning": _("Reasoning"),
    "maths": _("Mathematics"),
    "code": _("Code"),
    "knowledge": _("Knowledge"),
    "translation": _("Translation"),
    "instructions": _("Following instructions"),
    "debate": _("Debate"),
    "unlabelled": _("Without a category"),
}


def ensure_from_votes() -> None:
    """Make the boards that need single votes, once there are enough for what they say."""
    kinds = set(Board.objects.values_list("kind", flat=True))
    if Board.Kind.STYLE not in kinds and ledger.position()[0] >= VOTES_FOR_STYLE:
        _make("style", _("Style held equal"), {}, Board.Kind.STYLE)
    if Board.Kind.VOTERS not in kinds and _have_voters(VOTERS_FOR_INTERVALS):
        _make("voters", _("Intervals by voter"), {}, Board.Kind.VOTERS)


def ensure() -> None:
    """Make a board for each language, category and source that votes have come in."""
    ours = Cell.objects.filter(source=OURS)
    _make("all", _("All votes"), {})
    if ours.filter(own_prompt=False).exists():  # until then "own" is "all"
        _make("own", _("Voters' own prompts"), {"own_prompt": True})
        _make("bank", _("Prompts from the bank"), {"own_prompt": False})
    for language in ours.values_list("language", flat=True).distinct():
        _make(f"language-{language}", LANGUAGES.get(language, language), {"language": language})
    for category in ours.values_list("category", flat=True).distinct():
        _make(f"category-{category}", CATEGORIES.get(category, category.capitalize()), {"category": category})
    for source in Cell.objects.exclude(source=OURS).values_list("source", flat=True).distinct():
        _make(f"source-{source}", source, {"source": source})


def check_source(name: str) -> None:
    """Refuse a name for somebody else's votes that can't be one.

    Raises:
        ValueError: with a sentence for whoever chose it.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,30}", name):
        raise ValueError("--source: up to 30 letters, digits, - and _")
    if name == OURS:
        raise ValueError(f"--source: {OURS!r} is this site's own; choose another name")


def source_of(board: Board) -> str:
    """Return whose votes a board counts: ours, or an imported or simulated source, which are never mixed."""
    return str(board.filters["source"])


def is_dirty(board: Board) -> bool:
    """Whether a cell of the board, or what is known of any model, has changed since it was refitted."""
    seen, facts = Board.objects.values_list("seen_seq", "seen_facts").get(pk=board.pk)
    all_of_it = seen is None or facts != facts_turn()
    return (cells(board) if all_of_it else cells(board).filter(changed_seq__gt=seen)).exists()


def facts_turn() -> int:
    """Return how often what is known of models and developers has changed."""
    return Writer.objects.filter(name=FACTS).values_list("turns", flat=True).first() or 0


def published() -> QuerySet[Board]:
    """Return the boards that have a snapshot, in the order of their making."""
    return Board.objects.filter(snapshots__isnull=False).distinct().order_by("pk")


def cells(board: Board) -> QuerySet[Cell]:
    """Return a board's cells."""
    return Cell.objects.filter(**board.filters)


def _have_voters(number: int) -> bool:
    voted = Battle.objects.filter(state=Battle.State.VOTED, voter__isnull=False).order_by()
    return len(voted.values("voter").distinct()[:number]) == number


def _make(slug: str, title: str, filters: dict[str, object], kind: str = Board.Kind.COUNTS) -> None:
    defaults = {"title": title, "filters": {"source": OURS} | filters, "kind": kind}
    Board.objects.get_or_create(slug=slug, defaults=defaults)
