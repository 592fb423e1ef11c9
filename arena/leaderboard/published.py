"""Battles whose voters agreed to publication, as examples on a model's page."""

from typing import Any

from django.db.models import Q

from arena.battles.after import published
from arena.battles.making import text_of
from arena.battles.models import Battle
from arena.scrub import scrub

SHOWN = 5


def examples(slug: str) -> list[dict[str, Any]]:
    """Return the newest published battles of a model, scrubbed as in the files."""
    of_model = Q(contestant_a__model__slug=slug) | Q(contestant_b__model__slug=slug)
    joined = ("contestant_a__model", "contestant_b__model", "vote")
    agreed = Battle.objects.filter(of_model, remark__in=published()).select_related(*joined)
    return [_example(battle) for battle in agreed.prefetch_related("turns__replies").order_by("-closed")[:SHOWN]]


def _example(battle: Battle) -> dict[str, Any]:
    turns = list(battle.turns.all())
    a, b = (contestant.model for _, contestant in battle.contestants)
    return {
        "question": scrub(turns[0].prompt) if turns else "",
        "a": a,
        "b": b,
        "verdict": battle.vote.get_outcome_display(),
        "turns": [{"prompt": scrub(turn.prompt), "sides": _answers(battle, turn)} for turn in turns],
    }


def _answers(battle: Battle, turn: Any) -> list[tuple[str, str]]:
    return [(contestant.model.name, scrub(text_of(turn, side))) for side, contestant in battle.contestants]
