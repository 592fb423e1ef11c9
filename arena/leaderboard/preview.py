"""Pictures of the leaderboard's sentence, for links and for other sites' pages."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from arena.pictures import ACCENT, QUIET, Line, card
from arena.sentences import said
from arena.templatetags.elo import moment


def picture_of(title: str, context: Mapping[str, Any]) -> bytes:
    """Draw the sentence with its votes and date; what is simulated or imported says so."""
    snapshot = context["snapshot"]
    lines = [Line(title, 30, colour=QUIET), Line(said(context["comparison"]), 46, weight=700, most=5)]
    if context.get("choice"):
        lines.append(Line(_("Choice: %(choice)s.") % {"choice": context["choice"]}, 26, most=2))
    if context.get("caution"):
        lines.append(Line(context["caution"], 26, most=3))
    if snapshot is not None:
        votes = {"votes": f"{snapshot.votes:,}", "until": moment(snapshot.created)}
        lines.append(Line(_("%(votes)s votes until %(until)s") % votes, 28, colour=QUIET))
    if context.get("simulated"):
        lines.append(Line(_("Simulated votes, not by people."), 28, 700, ACCENT))
    if context.get("imported"):
        lines.append(Line(_("Votes imported as %(source)s") % {"source": context["imported"]}, 28, 700, ACCENT))
    return card(lines)
