"""Taking back what a voter left: everything of theirs at once, or all text that is older than the site keeps it.

The bare vote stays (pair, outcome, covariates, cell), unlinkable, so that published snapshots can be recomputed.
"""

import logging
from datetime import timedelta

import redis
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from arena.battles import streams
from arena.battles.models import Battle, Remark, Reply, Turn, Vote, Voter
from arena.battles.stopping import leave
from arena.redis import client

log = logging.getLogger(__name__)


def everything_of(voter: Voter) -> int:
    """Delete a voter's prompts, replies, comments and key; return how many battles lost their text."""
    for battle in Battle.objects.filter(voter=voter, state=Battle.State.OPEN):
        leave(battle)  # a worker that still writes is told to stop
    with transaction.atomic():
        battles = Battle.objects.filter(voter=voter)
        count = _strip(battles)
        battles.update(voter=None, share=None)
        voter.delete()
    return count


def older_than(days: int) -> tuple[int, int]:
    """Delete the text of battles that ended more than `days` ago, unless their voters agreed to publication.

    Returns how many battles lost their text, and how many voters without any battle left were deleted.
    """
    before = timezone.now() - timedelta(days=days)
    old = Battle.objects.filter(Q(closed__lt=before), turns__isnull=False).exclude(remark__publish=True).distinct()
    with transaction.atomic():
        count = _strip(old)
        gone, _ = Voter.objects.filter(created__lt=before, battles=None).delete()
    return count, gone


def _strip(battles: QuerySet[Battle]) -> int:
    ids = list(battles.values_list("pk", flat=True))
    replies = list(Reply.objects.filter(turn__battle__in=ids).values_list("pk", "attempt", "turn"))
    Remark.objects.filter(battle__in=ids).delete()
    Vote.objects.filter(battle__in=ids).update(leak_words={})
    Turn.objects.filter(battle__in=ids).delete()
    transaction.on_commit(lambda: _forget_streams(replies))
    return len(ids)


def _forget_streams(replies: list[tuple[int, int, int]]) -> None:
    keys = [streams.stream_key(pk, n) for pk, attempt, _ in replies for n in range(attempt + 1)]
    keys += [streams.turn_key(turn) for _, _, turn in replies]
    try:
        if keys:
            client().delete(*keys)
    except redis.RedisError as error:
        log.warning("streams stay until their time is over (a day): %s", error)
