"""Votes into counts, each exactly once: one writer numbers them in the transaction that counts them.

Uncounted votes are claimed from their own queue rather than as "ids above the last one", since a
transaction with a smaller id may commit later.
"""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from arena.battles.models import Uncounted, Vote
from arena.leaderboard.models import Cell, LedgerEntry, Writer

BATCH = 1000
COLUMN = {Vote.Outcome.TIE: "ties", Vote.Outcome.BOTH_BAD: "both_bad"}


def count_new() -> int:
    """Take every waiting vote and void into ledger and cells; return how many."""
    counted = 0
    while waiting():  # looked at before the lock is taken: on a quiet site this is asked every second
        counted += _count_batch()
    return counted


def hold() -> None:
    """Be the only one who counts until the transaction ends, which must be there.

    Whoever updates this row first counts; on PostgreSQL others wait for its lock, SQLite has one writer anyway.
    """
    Writer.take_turn("ledger")


def waiting() -> bool:
    """Whether votes are there that haven't been counted."""
    return Uncounted.objects.exists()


def position() -> tuple[int, str]:
    """Return the last number and its running hash; (0, "") before the first vote."""
    last = LedgerEntry.objects.order_by("-seq").values_list("seq", "running_hash").first()
    return last or (0, "")


def counted(through_seq: int, **of_vote: Any) -> QuerySet[LedgerEntry]:
    """Return the entries up to a number whose votes count: not taken back by then, and without a leak.

    Args:
        through_seq: the number of the last entry.
        of_vote: column of `Vote` -> value, as a board's filters.
    """
    voided = LedgerEntry.objects.filter(seq__lte=through_seq, sign=-1).values("vote")
    wanted = {f"vote__{name}": value for name, value in of_vote.items()}
    entries = LedgerEntry.objects.filter(seq__lte=through_seq, sign=1, vote__leak=False, **wanted)
    return entries.exclude(vote__in=voided).order_by("seq")


@transaction.atomic
def _count_batch() -> int:
    hold()
    waiting = list(Uncounted.objects.select_related("vote").order_by("pk")[:BATCH])
    seq, running = position()
    for row in waiting:
        seq, running = seq + 1, chain(running, row.vote, row.sign)
        LedgerEntry.objects.create(seq=seq, vote=row.vote, sign=row.sign, running_hash=running)
        if not row.vote.leak:
            _add_to_cell(row.vote, row.sign, seq)
    Uncounted.objects.filter(pk__in=[row.pk for row in waiting]).delete()
    return len(waiting)


def chain(previous: str, vote: Vote, sign: int) -> str:
    """Return the running hash after one more entry, over everything of the vote that a rating could use."""
    facts = [
        vote.pk,
        sign,
        vote.contestant_a_id,
        vote.contestant_b_id,
        vote.outcome,
        vote.source,
        vote.own_prompt,
        vote.language,
        vote.category,
        vote.leak,
    ]
    return hashlib.sha256((previous + json.dumps(facts, separators=(",", ":"))).encode()).hexdigest()


def _add_to_cell(vote: Vote, sign: int, seq: int) -> None:
    swapped = vote.contestant_a_id > vote.contestant_b_id
    low, high = sorted((vote.contestant_a_id, vote.contestant_b_id))
    cell, _ = Cell.objects.get_or_create(
        source=vote.source,
        own_prompt=vote.own_prompt,
        language=vote.language,
        category=vote.category,
        low_id=low,
        high_id=high,
    )
    column = COLUMN.get(Vote.Outcome(vote.outcome))
    if column is None:
        column = "wins_low" if (vote.outcome == Vote.Outcome.A) != swapped else "wins_high"
    Cell.objects.filter(pk=cell.pk).update(**{column: F(column) + sign, "changed_seq": seq})
