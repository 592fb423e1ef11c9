"""What can be done to a battle. Every state change is a conditional UPDATE whose row count is looked at."""

from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from arena import queue
from arena.battles import leaks
from arena.battles.making import all_whole, make_way, text_of
from arena.battles.models import Battle, Reply, Side, Turn, Uncounted, Vote, Voter
from arena.battles.stopping import last_turn, lock_open
from arena.battles.style import style_of
from arena.errors import NotYours, WrongState

BROKEN = (Reply.State.FAILED, Reply.State.STOPPED)


def retry(battle: Battle) -> None:
    """Ask again what failed or was stopped. One Retry for both sides; both displays start over."""
    with transaction.atomic():
        battle = lock_open(battle)
        broken = [r for r in last_turn(battle).replies.all() if r.state in BROKEN]
        for reply in broken:
            # a new attempt, so that nobody reads the old stream, which has ended
            Reply.objects.filter(pk=reply.pk, state__in=BROKEN).update(
                state=Reply.State.QUEUED,
                attempt=F("attempt") + 1,
                tries=0,
                cause="",
                text="",
                raw="",
                reasoning="",
                enqueued=timezone.now(),
            )
            queue.answer(reply.pk, reply.deployment.host_id)
        make_way({reply.deployment.host_id for reply in broken})
        if not broken:
            raise WrongState(_("There is nothing to try again."))


def vote(battle: Battle, outcome: str) -> Vote:
    """Store the one vote of a battle, or return the one it has."""
    if outcome not in Vote.Outcome.values:
        raise WrongState(_("Please choose A, B, tie or both bad."))
    detector = leaks.detector()  # its names are read before the vote takes the database's write lock
    with transaction.atomic():
        # PostgreSQL: the row lock orders this with ask_again; SQLite: the transaction already holds the write lock.
        battle = Battle.objects.select_for_update(of=("self",)).get(pk=battle.pk)
        turns = list(battle.turns.prefetch_related("replies"))
        first = Vote.objects.filter(battle=battle).first()
        if first is not None:
            return first
        if battle.state != Battle.State.OPEN:
            raise WrongState(_("This battle is closed."))
        if battle.mode != Battle.Mode.BLIND:
            raise WrongState(_("The models are named here, so there is nothing to vote on."))
        if not all(all_whole(turn) for turn in turns):
            raise WrongState(_("Both answers have to be finished before you can vote."))
        Battle.objects.filter(pk=battle.pk).update(state=Battle.State.VOTED, closed=timezone.now())
        assert battle.contestant_b is not None  # a blind battle has two
        gave_away = _gave_away(detector, turns)
        stored = Vote.objects.create(
            battle=battle,
            contestant_a=battle.contestant_a,
            contestant_b=battle.contestant_b,
            outcome=outcome,
            draw_probability=battle.draw_probability,
            language=battle.language,
            category=battle.category,
            own_prompt=not battle.bank_id,
            covariates={side: style_of([text_of(turn, side) for turn in turns]) for side in Side.values},
            leak=bool(gave_away),
            leak_a="A" in gave_away,
            leak_b="B" in gave_away,
            leak_words=gave_away,
        )
        Uncounted.objects.create(vote=stored, sign=1)
        queue.refit()
    return stored


def _gave_away(detector: leaks.Detector, turns: list[Turn]) -> dict[str, list[str]]:
    """Return the passages that say who answers, by side, and those of questions that ask for it."""
    found = {side: [w for turn in turns for w in detector.words(text_of(turn, side))] for side in Side.values}
    found["prompt"] = [w for turn in turns for w in detector.asked(turn.prompt)]
    return {name: words for name, words in found.items() if words}


def owned(uuid: UUID, voter: Voter | None) -> Battle:
    """Return the voter's own battle; anybody else's does not exist for them."""
    battle = Battle.objects.filter(uuid=uuid, voter=voter).first() if voter else None
    if battle is None:
        raise NotYours(_("There is no such battle. It may belong to another browser."))
    return battle


def display_state(turn: Turn) -> str:
    """Return the one state both sides show, from the database: waiting, failed, stopped or whole."""
    states = {reply.state for reply in turn.replies.all()}
    for state in (Reply.State.FAILED, Reply.State.STOPPED):
        if state in states:
            return state.value
    return "whole" if states == {Reply.State.WHOLE} else "waiting"


def agreeing(vote: Vote) -> int:
    """Count other stored votes with the same choice on the same pair of contestants."""
    swapped = {"a": "b", "b": "a"}.get(vote.outcome, vote.outcome)
    here = Q(contestant_a=vote.contestant_a, contestant_b=vote.contestant_b, outcome=vote.outcome)
    there = Q(contestant_a=vote.contestant_b, contestant_b=vote.contestant_a, outcome=swapped)
    return Vote.objects.filter(here | there, void=None).exclude(pk=vote.pk).count()
