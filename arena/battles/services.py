"""What can be done to a battle. Every state change is a conditional UPDATE whose row count is looked at."""

import logging
import re
import secrets
import unicodedata
from collections.abc import Iterable
from functools import partial
from uuid import UUID

import redis
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from arena import queue
from arena.battles import leaks, length, pairing, prompting, streams
from arena.battles.models import Battle, Reply, Report, Side, Turn, Uncounted, Vote, Voter
from arena.battles.style import style_of
from arena.errors import BadPrompt, DoesNotFit, NotYours, WrongState
from arena.redis import client

log = logging.getLogger(__name__)

UNFINISHED = (Reply.State.QUEUED, Reply.State.RUNNING)
BROKEN = (Reply.State.FAILED, Reply.State.STOPPED)


def check_prompt(raw: str) -> str:
    """Return the question as it will be sent, or say what is wrong with it."""
    text = re.sub(r"\r\n?", "\n", raw).strip()
    if not text:
        raise BadPrompt("Please write a question first.")
    if len(text) > settings.PROMPT_CHARACTERS:
        raise BadPrompt(
            f"Your question has {len(text):,} characters; at most {settings.PROMPT_CHARACTERS:,} can be sent."
        )
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise BadPrompt("Your question contains control characters that can't be sent. Please remove them.")
    return text


def start(voter: Voter, raw: str) -> Battle:
    """Draw a pair and ask both the voter's question."""
    prompt = check_prompt(raw)
    _check_fit([prompting.conversation([], prompt)])
    drawn = pairing.draw()
    assert drawn.a.contestant_id is not None and drawn.b.contestant_id is not None  # what eligible means
    with transaction.atomic():
        battle = Battle.objects.create(
            voter=voter,
            deployment_a=drawn.a,
            deployment_b=drawn.b,
            contestant_a_id=drawn.a.contestant_id,
            contestant_b_id=drawn.b.contestant_id,
            draw_probability=drawn.probability,
            language=prompting.language_of(prompt),
            category=prompting.category_of(prompt),
        )
        _add_turn(battle, prompt)
    return battle


def ask_again(battle: Battle, raw: str) -> Turn:
    """Ask a further question; both sides get their own history."""
    prompt = check_prompt(raw)
    with transaction.atomic():
        battle = _open(battle)
        turns = list(battle.turns.prefetch_related("replies"))
        if not _all_whole(turns[-1]):
            raise WrongState("Both answers have to be finished before you can ask again.")
        if len(turns) >= settings.MAX_TURNS:
            raise WrongState(f"A battle has at most {settings.MAX_TURNS} questions. Please vote, or start a new one.")
        _check_fit(prompting.conversation([(t.prompt, _text(t, side)) for t in turns], prompt) for side in Side.values)
        return _add_turn(battle, prompt)


def stop(battle: Battle) -> None:
    """Stop whatever still writes. One Stop for both sides."""
    with transaction.atomic():
        battle = _open(battle)
        running = [r for r in last_turn(battle).replies.all() if r.state in UNFINISHED]
        stopped = [
            reply
            for reply in running
            if Reply.objects.filter(pk=reply.pk, state__in=UNFINISHED, attempt=reply.attempt).update(
                state=Reply.State.STOPPED, finished=timezone.now()
            )
        ]
        if not stopped:
            raise WrongState("Nothing is being written any more.")
        transaction.on_commit(partial(_tell_stopped, stopped))


def retry(battle: Battle) -> None:
    """Ask again what failed or was stopped. One Retry for both sides; both displays start over."""
    with transaction.atomic():
        battle = _open(battle)
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
        if not broken:
            raise WrongState("There is nothing to try again.")


def leave(battle: Battle) -> None:
    """Give an open battle up. It never counts."""
    with transaction.atomic():
        closed = Battle.objects.filter(pk=battle.pk, state=Battle.State.OPEN).update(
            state=Battle.State.ABANDONED, closed=timezone.now()
        )
        if closed:
            running = list(Reply.objects.filter(turn__battle=battle, state__in=UNFINISHED))
            Reply.objects.filter(pk__in=[r.pk for r in running], state__in=UNFINISHED).update(
                state=Reply.State.STOPPED, finished=timezone.now()
            )
            transaction.on_commit(partial(_tell_stopped, running))


def vote(battle: Battle, outcome: str) -> Vote:
    """Store the one vote of a battle, or return the one it has."""
    if outcome not in Vote.Outcome.values:
        raise WrongState("Please choose A, B, tie or both bad.")
    detector = leaks.detector()  # its names are read before the vote takes the database's write lock
    with transaction.atomic():
        # PostgreSQL: the row lock orders this with ask_again; SQLite: the transaction already holds the write lock.
        battle = Battle.objects.select_for_update().get(pk=battle.pk)
        turns = list(battle.turns.prefetch_related("replies"))
        first = Vote.objects.filter(battle=battle).first()
        if first is not None:
            return first
        if battle.state != Battle.State.OPEN:
            raise WrongState("This battle is closed.")
        if not all(_all_whole(turn) for turn in turns):
            raise WrongState("Both answers have to be finished before you can vote.")
        Battle.objects.filter(pk=battle.pk).update(state=Battle.State.VOTED, closed=timezone.now())
        gave_away = _gave_away(detector, turns)
        stored = Vote.objects.create(
            battle=battle,
            contestant_a=battle.contestant_a,
            contestant_b=battle.contestant_b,
            outcome=outcome,
            draw_probability=battle.draw_probability,
            language=battle.language,
            category=battle.category,
            covariates={side: style_of([_text(turn, side) for turn in turns]) for side in Side.values},
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
    found = {side: [w for turn in turns for w in detector.words(_text(turn, side))] for side in Side.values}
    found["prompt"] = [w for turn in turns for w in detector.asked(turn.prompt)]
    return {name: words for name, words in found.items() if words}


def report(battle: Battle, voter: Voter, side: str) -> Report:
    """Flag the last answer of one side for the admins. After the vote only."""
    if battle.state == Battle.State.OPEN:
        raise WrongState("Please vote first; then an answer can be reported.")
    reply = last_turn(battle).replies.filter(side=side).first()
    if reply is None:
        raise WrongState("There is no such answer.")
    return Report.objects.get_or_create(reply=reply, voter=voter)[0]


def owned(uuid: UUID, voter: Voter | None) -> Battle:
    """Return the voter's own battle; anybody else's does not exist for them."""
    battle = Battle.objects.filter(uuid=uuid, voter=voter).first() if voter else None
    if battle is None:
        raise NotYours("There is no such battle. It may belong to another browser.")
    return battle


def last_turn(battle: Battle) -> Turn:
    """Return the turn that is being answered or was answered last."""
    return battle.turns.prefetch_related("replies__deployment").order_by("-number")[0]


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


def _open(battle: Battle) -> Battle:
    locked = Battle.objects.select_for_update().get(pk=battle.pk)
    if locked.state != Battle.State.OPEN:
        raise WrongState("This battle is closed: voting ends it.")
    return locked


def _add_turn(battle: Battle, prompt: str) -> Turn:
    turn = Turn.objects.create(
        battle=battle,
        number=battle.turns.count() + 1,
        prompt=prompt,
        system_hash=prompting.SYSTEM_HASH,
        sampler={**settings.SAMPLER, "num_ctx": settings.NUM_CTX, "num_predict": settings.NUM_PREDICT},
        seed=secrets.randbelow(2**31),
    )
    for side, deployment in ((Side.A, battle.deployment_a), (Side.B, battle.deployment_b)):
        reply = Reply.objects.create(turn=turn, side=side, deployment=deployment)
        queue.answer(reply.pk, deployment.host_id)
    return turn


def _check_fit(histories: Iterable[list[dict[str, str]]]) -> None:
    if not length.fits(histories):
        raise DoesNotFit(
            "This is more text than the models can hold at once. Please shorten the question"
            ", or vote and start a new battle."
        )


def _all_whole(turn: Turn) -> bool:
    return {reply.state for reply in turn.replies.all()} == {Reply.State.WHOLE}


def _text(turn: Turn, side: str) -> str:
    return next(reply.text for reply in turn.replies.all() if reply.side == side)


def _tell_stopped(replies: list[Reply]) -> None:
    """Tell workers and readers. If Redis is away, both learn it from the database at their next look."""
    try:
        for reply in replies:
            streams.ask_to_stop(client(), reply.pk, reply.attempt)
            streams.end(client(), streams.stream_key(reply.pk, reply.attempt), Reply.State.STOPPED.value)
    except redis.RedisError as error:
        log.warning("could not tell workers to stop: %s", error)
