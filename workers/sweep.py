"""Finds what was lost: dead attempts, messages that never came, pulls without a heartbeat (decisions §2)."""

import logging
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from arena import queue
from arena.battles import streams
from arena.battles.models import Battle, Reply
from arena.catalogue.models import Host, Pull, TryOut
from arena.redis import client
from workers import leases
from workers.answers import TRIES, send_next

log = logging.getLogger(__name__)

DEAD = timedelta(seconds=streams.BEAT_TTL_SECONDS)
LOST = timedelta(seconds=10)
PULL_DEAD = timedelta(seconds=40)
TRY_OUT_DEAD = timedelta(minutes=15)
ABANDONED = timedelta(days=2)


def sweep() -> None:
    """Do all of it once."""
    now = timezone.now()
    for reply in Reply.objects.filter(state=Reply.State.RUNNING, claimed__lt=now - DEAD):
        if not _alive(reply):
            _do_again(reply)
    for host in Host.objects.filter(enabled=True):
        send_next(host, older_than=now - LOST)
    for pull in Pull.objects.filter(state__in=(Pull.State.QUEUED, Pull.State.RUNNING), beat__lt=now - PULL_DEAD):
        Pull.objects.filter(pk=pull.pk).update(state=Pull.State.QUEUED, beat=now)
        queue.pull(pull.pk, pull.host_id)
    TryOut.objects.filter(state__in=(TryOut.State.QUEUED, TryOut.State.RUNNING), created__lt=now - TRY_OUT_DEAD).update(
        state=TryOut.State.FAILED, problem="The worker that wrote it ended."
    )
    old = Q(claimed__lt=now - ABANDONED) | Q(bank_id="", created__lt=now - ABANDONED)
    Battle.objects.filter(old, state=Battle.State.OPEN).update(state=Battle.State.ABANDONED, closed=now)


def _alive(reply: Reply) -> bool:
    """Either sign of life is enough: Redis may have been restarted, the database may be slow."""
    if client().exists(streams.beat_key(reply.pk, reply.attempt)):
        return True
    return any(leases.held(f"reply:{reply.pk}:{attempt}") for attempt in range(1, reply.attempt + 1))


def _do_again(reply: Reply) -> None:
    mine = Reply.objects.filter(pk=reply.pk, state=Reply.State.RUNNING, attempt=reply.attempt)
    if reply.tries >= TRIES:
        failed = mine.update(
            state=Reply.State.FAILED,
            finished=timezone.now(),
            cause=f"its worker died {reply.tries} times",
            failures=F("failures") + 1,
        )
        if failed:
            streams.end(client(), streams.stream_key(reply.pk, reply.attempt), Reply.State.FAILED.value)
    elif mine.update(state=Reply.State.QUEUED, attempt=F("attempt") + 1, enqueued=timezone.now()):
        log.warning("reply %s is done again: its worker is gone", reply.pk)
        queue.answer(reply.pk, reply.deployment.host_id, reply.turn.battle.idle)
