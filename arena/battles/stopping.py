"""How a battle's writing ends before it is finished: Stop, and leaving."""

import logging
from functools import partial

import redis
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from arena.battles import streams
from arena.battles.models import Battle, Reply, Turn
from arena.errors import WrongState
from arena.redis import client

log = logging.getLogger(__name__)

UNFINISHED = (Reply.State.QUEUED, Reply.State.RUNNING)


def stop(battle: Battle) -> None:
    """Stop whatever still writes. One Stop for both sides."""
    with transaction.atomic():
        battle = lock_open(battle)
        stopped = _stop(list(last_turn(battle).replies.filter(state__in=UNFINISHED)))
        if not stopped:
            raise WrongState(_("Nothing is being written any more."))


def leave(battle: Battle) -> None:
    """Give an open battle up. It never counts."""
    with transaction.atomic():
        closed = Battle.objects.filter(pk=battle.pk, state=Battle.State.OPEN).update(
            state=Battle.State.ABANDONED, closed=timezone.now()
        )
        if closed:
            _stop(list(Reply.objects.filter(turn__battle=battle, state__in=UNFINISHED)))


def lock_open(battle: Battle) -> Battle:
    """Return the battle under lock, if it is still open."""
    locked = Battle.objects.select_for_update(of=("self",)).get(pk=battle.pk)
    if locked.state != Battle.State.OPEN:
        raise WrongState(_("This battle is closed: voting ends it."))
    return locked


def last_turn(battle: Battle) -> Turn:
    """Return the turn that is being answered or was answered last."""
    return battle.turns.prefetch_related("replies__deployment").order_by("-number")[0]


def _stop(replies: list[Reply]) -> list[Reply]:
    stopped = [
        reply
        for reply in replies
        if Reply.objects.filter(pk=reply.pk, state__in=UNFINISHED, attempt=reply.attempt).update(
            state=Reply.State.STOPPED, finished=timezone.now()
        )
    ]
    transaction.on_commit(partial(_tell_stopped, stopped))
    return stopped


def _tell_stopped(replies: list[Reply]) -> None:
    """Tell workers and readers. If Redis is away, both learn it from the database at their next look."""
    try:
        for reply in replies:
            streams.ask_to_stop(client(), reply.pk, reply.attempt)
            streams.end(client(), streams.stream_key(reply.pk, reply.attempt), Reply.State.STOPPED.value)
    except redis.RedisError as error:
        log.warning("could not tell workers to stop: %s", error)
