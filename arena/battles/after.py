"""What a voter may do after the vote: take it back, say why, agree to publication, share, report."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arena import queue
from arena.battles.models import Battle, Remark, Report, Side, Uncounted, Void, Vote, Voter
from arena.battles.stopping import last_turn
from arena.errors import BadPrompt, NotYours, WrongState

UNDO = timedelta(seconds=10)
ON_THE_WAY = timedelta(seconds=2)  # a press in the last second may take this long to arrive
COMMENT_CHARACTERS = 2_000
GOOD = {
    "correct": gettext_lazy("correct"),
    "clear": gettext_lazy("clear"),
    "complete": gettext_lazy("complete"),
    "style": gettext_lazy("good style"),
    "creative": gettext_lazy("inventive"),
}
BAD = {
    "wrong": gettext_lazy("wrong"),
    "made_up": gettext_lazy("made up"),
    "off_topic": gettext_lazy("beside the point"),
    "too_long": gettext_lazy("too long"),
    "too_short": gettext_lazy("too short"),
    "refused": gettext_lazy("refused"),
    "wrong_language": gettext_lazy("wrong language"),
}
REASONS = GOOD | BAD


def undo(battle: Battle) -> None:
    """Take the vote back, within ten seconds. The vote's row stays, and a void of its own takes its count away."""
    with transaction.atomic():
        vote = Vote.objects.filter(battle=battle).first()
        if vote is None or timezone.now() - vote.created > UNDO + ON_THE_WAY:
            raise WrongState(_("A vote can be taken back for ten seconds only."))
        if Battle.objects.filter(pk=battle.pk, state=Battle.State.VOTED).update(state=Battle.State.UNDONE):
            Void.objects.create(vote=vote)
            Uncounted.objects.create(vote=vote, sign=-1)
            queue.refit()


def undo_seconds(vote: Vote) -> int:
    """Return for how many more seconds the vote can be taken back."""
    left = UNDO - (timezone.now() - vote.created)
    return max(0, round(left.total_seconds()))


def remark(battle: Battle, reasons: dict[str, list[str]], comment: str, publish: bool) -> Remark:
    """Store what the voter adds to their vote; a later call replaces an earlier one, so consent can be taken back."""
    _check_closed(battle)
    text = comment.strip()
    if len(text) > COMMENT_CHARACTERS:
        sentence = _("Your comment has %(have)s characters; at most %(most)s can be kept.")
        raise BadPrompt(sentence % {"have": f"{len(text):,}", "most": f"{COMMENT_CHARACTERS:,}"})
    if "\0" in text:
        raise BadPrompt(_("Your comment contains control characters that can't be kept. Please remove them."))
    known = {side: [r for r in REASONS if r in reasons.get(side, [])] for side in Side.values}
    values = {"reasons": known, "comment": text, "publish": publish, "changed": timezone.now()}
    return Remark.objects.update_or_create(battle=battle, defaults=values)[0]


def published() -> QuerySet[Remark]:
    """Return the remarks whose voters agreed to publication of the text, and have not taken it or the vote back."""
    return Remark.objects.filter(publish=True, battle__state=Battle.State.VOTED)


def share(battle: Battle) -> uuid.UUID:
    """Return the token that opens the battle to others, made with the first call."""
    _check_closed(battle)
    Battle.objects.filter(pk=battle.pk, share=None).update(share=uuid.uuid4())
    battle.refresh_from_db(fields=["share"])
    assert battle.share is not None
    return battle.share


def unshare(battle: Battle) -> None:
    """Let the link lead nowhere; a new share makes a new one."""
    Battle.objects.filter(pk=battle.pk).update(share=None)


def shared(token: uuid.UUID) -> Battle:
    """Return a battle that its voter shares."""
    battle = Battle.objects.filter(share=token, state=Battle.State.VOTED, turns__isnull=False).first()
    if battle is None:
        raise NotYours(_("There is no such battle, or it is not shared any more."))
    return battle


def report(battle: Battle, voter: Voter, side: str) -> Report:
    """Flag the last answer of one side for the admins. After the vote only, unless the models were named."""
    if battle.state == Battle.State.OPEN and battle.mode == Battle.Mode.BLIND:
        raise WrongState(_("Please vote first; then an answer can be reported."))
    reply = last_turn(battle).replies.filter(side=side).first()
    if reply is None:
        raise WrongState(_("There is no such answer."))
    return Report.objects.get_or_create(reply=reply, voter=voter)[0]


def _check_closed(battle: Battle) -> None:
    if battle.state != Battle.State.VOTED:
        raise WrongState(_("Please vote first."))
