"""Sentences and words of the ratings package, which knows no languages, in the page's language.

In English a sentence is the package's own, and a test holds ours to it; in other languages it is made from the same
numbers. Words that are stored in snapshots in English are listed here, so that translators see them.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from ratings.groups import DIFFERENCE, percents

STATUSES = (
    gettext_noop("rated"),
    gettext_noop("unranked: no votes"),
    gettext_noop("unranked: needs 1 more vote"),
    gettext_noop("unranked: needs a loss"),
    gettext_noop("unranked: needs a win"),
    gettext_noop("unranked: needs a win and a loss against the same group"),
    gettext_noop("unranked: outside the largest group"),
)
STORED = (
    gettext_noop("dense"),
    gettext_noop("moe"),
    gettext_noop("text"),
    gettext_noop("text+image"),
    gettext_noop("text+image+audio+video"),
)


def said(answer: dict[str, Any]) -> str:
    """Return what may be said of an answer about Chinese and American models (`ratings.rows.answer`)."""
    if (get_language() or "en").startswith("en"):
        return str(answer["sentence"])
    return sentence(answer)


def sentence(answer: dict[str, Any]) -> str:
    """Make the sentence from the answer's numbers."""
    if answer["estimate"] is None:
        return _too_few(answer)
    estimate, lower, upper = answer["estimate"], answer["lower"], answer["upper"]
    share, low, high = percents(estimate, lower, upper)
    values = {"share": share, "low": low, "high": high, "votes": f"{answer['votes']:,}", "elo": f"{abs(estimate):.0f}"}
    if lower > 0:
        chinese = _(
            "People prefer Chinese models to American ones %(share)s %% of the time [%(low)s–%(high)s]: "
            "%(elo)s Elo on %(votes)s votes."
        )
        return chinese % values
    if upper < 0:
        american = _(
            "People prefer American models to Chinese ones %(share)s %% of the time [%(low)s–%(high)s]: "
            "%(elo)s Elo on %(votes)s votes."
        )
        share, low, high = percents(-estimate, -upper, -lower)
        return american % (values | {"share": share, "low": low, "high": high})
    open_still = _(
        "Can't tell yet: Chinese models are preferred to American ones %(share)s %% of the time, "
        "and chance alone could explain it [%(low)s–%(high)s] on %(votes)s votes."
    )
    return open_still % values + _hint(answer["missing"])


def _hint(missing: int) -> str:
    if not missing:
        return ""
    hint = _(" About %(missing)s more votes would show a difference of %(difference)s Elo.")
    return hint % {"missing": f"{missing:,}", "difference": f"{DIFFERENCE:.0f}"}


def _nobody(models: list[int]) -> str:
    """Say who is not there to be compared; `models` are the numbers of Chinese and of American ones."""
    if not any(models):
        return _("Nothing can be said of Chinese against American models here: neither take part.")
    if models[0]:
        return _("Nothing can be said of Chinese against American models here: no American models take part.")
    return _("Nothing can be said of Chinese against American models here: no Chinese models take part.")


def _too_few(answer: dict[str, Any]) -> str:
    votes, missing = answer["votes"], answer["missing"]
    if not missing:
        return _nobody(answer["models"])
    if votes >= settings.VOTES_FOR_VERDICT and missing == 1:
        return _("Nothing can be said of Chinese against American models here: too few of them are rated.")
    have = ngettext("only %(votes)s vote", "only %(votes)s votes", votes) % {"votes": votes} if votes else _("no votes")
    if missing == 1:
        need = _("more votes with wins on both sides are needed")
    else:
        need = _("%(missing)s more are needed") % {"missing": missing}
    whole = _("Not enough votes yet: %(have)s between Chinese and American models, and %(need)s.")
    return whole % {"have": have, "need": need}
