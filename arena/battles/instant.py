"""Instant battles: made from the bank while nobody waits, shown whole to the one voter who claims one.

What a voter asks goes first: while a reply of theirs is unfinished no idle one begins, and idle ones that already run
are stopped when a voter asks. A battle that failed, was stopped, or whose models left is thrown away.
"""

import secrets
from collections import Counter
from collections.abc import Collection, Sequence

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from arena import queue
from arena.battles import bank
from arena.battles.bank import BankPrompt
from arena.battles.making import all_whole, start_bank, voters_wait
from arena.battles.models import Battle, Turn, Voter, unclaimed
from arena.battles.services import BROKEN
from arena.battles.stopping import UNFINISHED, leave
from arena.catalogue.services import eligible_deployments
from arena.errors import NoPair


def waiting() -> QuerySet[Battle]:
    """Return the buffer: instant battles without a voter, finished or not."""
    return Battle.objects.filter(unclaimed())


def ready() -> QuerySet[Battle]:
    """Return those of the buffer that can be shown: both answers whole, both models still in battle."""
    able = list(eligible_deployments().values_list("pk", flat=True))
    unfinished = [*UNFINISHED, *BROKEN]
    return waiting().filter(deployment_a__in=able, deployment_b__in=able).exclude(turns__replies__state__in=unfinished)


def show(voter: Voter, language: str) -> Battle:
    """Give the voter a finished battle, in their language if there is one, and never a prompt they have met.

    Where none is ready, a prompt of the bank is asked now, and the voter sees the answers come.
    """
    met = list(Battle.objects.filter(voter=voter).exclude(bank_id="").values_list("bank_id", flat=True))
    rows = ready().exclude(bank_id__in=met).order_by("created").values_list("pk", "language")
    for pk, _language in sorted(rows, key=lambda row: row[1] != language):
        # two voters may look at once: the row count says who got it
        if Battle.objects.filter(pk=pk, claimed=None, state=Battle.State.OPEN).update(
            claimed=timezone.now(), voter=voter
        ):
            queue.fill()
            return Battle.objects.get(pk=pk)
    return start_bank(_choose(language, met), voter)


def was_whole(battle: Battle, turns: Sequence[Turn]) -> bool:
    """Whether both answers were there when the voter came: then nothing of their pace is left to be seen."""
    if not battle.bank_id or battle.claimed is None or len(turns) != 1 or not all_whole(turns[0]):
        return False
    return not any(reply.finished and reply.finished > battle.claimed for reply in turns[0].replies.all())


def fill() -> None:
    """Bring the buffer up to its size, half of it in each language; throw away what can't be shown."""
    _throw_away()
    if settings.INSTANT_BUFFER == 0 or voters_wait():
        return
    have = Counter(waiting().values_list("language", flat=True))
    share = -(-settings.INSTANT_BUFFER // len(bank.languages()))
    for language in bank.languages():
        for _number in range(share - have[language]):
            try:
                start_bank(_choose(language))
            except NoPair:
                return


def _throw_away() -> None:
    able = list(eligible_deployments().values_list("pk", flat=True))
    broken = Q(turns__replies__state__in=BROKEN)
    gone = ~Q(deployment_a__in=able) | ~Q(deployment_b__in=able)
    for battle in waiting().filter(broken | gone).distinct():
        leave(battle)


def _choose(language: str, met: Collection[str] = ()) -> BankPrompt:
    """Return a prompt that has been used least, at random among those; one not met before while there is any."""
    rows = [row for row in bank.prompts() if row.language == language]
    rows = [row for row in rows if row.id not in met] or rows
    used = Counter(Battle.objects.filter(bank_id__in=[row.id for row in rows]).values_list("bank_id", flat=True))
    least = min(used[row.id] for row in rows)
    return secrets.choice([row for row in rows if used[row.id] == least])
