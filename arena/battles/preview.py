"""The preview picture of a shared battle."""

from django.utils.translation import gettext as _

from arena.battles.models import Battle
from arena.pictures import ACCENT, QUIET, Line, card


def picture_of(battle: Battle) -> bytes:
    """Draw the question, who wrote A and B, and the verdict."""
    first = battle.turns.all()[0]
    names = [
        f"{side}  {contestant.model.name} · {contestant.model.developer.country.name}"
        for side, contestant in battle.contestants
    ]
    return card(
        [
            Line(_("A blind battle of two models"), 30, colour=QUIET),
            Line(first.prompt, 50, weight=700, most=4),
            *(Line(name, 36) for name in names),
            Line(_("Verdict: %(verdict)s") % {"verdict": battle.vote.get_outcome_display()}, 36, 700, ACCENT),
        ]
    )
