"""What each contestant's replies add up to, battle by battle as they close: figures move only for closed battles."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from arena.battles.models import Battle, Reply, Side, Vote
from arena.battles.pages import count_words
from arena.leaderboard import energy
from arena.leaderboard.models import Tally

BATCH = 500
BATCHES_A_PASS = 4  # an old site that is brought up to date goes on publishing meanwhile
Sums = dict[int, Counter[str]]


def count_closed() -> None:
    """Add closed battles that aren't in the tallies yet, each exactly once; what is left waits for the next pass."""
    for _ in range(BATCHES_A_PASS):
        if not _waiting().exists():  # without a transaction, since this is asked every second
            return
        _count_batch()


def measured(contestants: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return what was measured of each contestant that has replied here, as a snapshot's row has it."""
    found = Tally.objects.filter(contestant__in=contestants).select_related("contestant__model")
    return {row.contestant_id: _row(row) for row in found}


def _waiting() -> QuerySet[Battle]:
    return Battle.objects.filter(tallied=False, closed__isnull=False).order_by("closed")


@transaction.atomic
def _count_batch() -> None:
    taken = [b for b in _waiting()[:BATCH] if Battle.objects.filter(pk=b.pk, tallied=False).update(tallied=True)]
    blind = {battle.pk: battle for battle in taken if battle.mode == Battle.Mode.BLIND}
    sums: Sums = defaultdict(Counter)
    _add_replies(blind, sums)
    _add_votes(blind, sums)
    for contestant, counted in sums.items():
        row, _ = Tally.objects.get_or_create(contestant_id=contestant)
        Tally.objects.filter(pk=row.pk).update(**{name: F(name) + number for name, number in counted.items()})


def _add_replies(battles: dict[int, Battle], sums: Sums) -> None:
    columns = ("turn__battle_id", "side", "state", "text", "tokens", "eval_ms", "failures")
    for pk, side, state, text, tokens, eval_ms, failures in Reply.objects.filter(turn__battle__in=battles).values_list(
        *columns
    ):
        battle = battles[pk]
        contestant = battle.contestant_a_id if side == Side.A else battle.contestant_b_id
        assert contestant is not None  # a blind battle has two
        sums[contestant]["failures"] += failures
        if state == Reply.State.WHOLE and eval_ms:
            sums[contestant] += Counter(replies=1, words=count_words(text), tokens=tokens or 0, eval_ms=eval_ms)


def _add_votes(battles: dict[int, Battle], sums: Sums) -> None:
    for vote in Vote.objects.filter(battle__in=battles):
        sums[vote.contestant_a_id] += Counter(votes=1, leaks=int(vote.leak_a))
        sums[vote.contestant_b_id] += Counter(votes=1, leaks=int(vote.leak_b))


def _row(tally: Tally) -> dict[str, Any]:
    model, asked = tally.contestant.model, tally.replies + tally.failures
    tokens = tally.tokens / tally.replies if tally.replies else 0.0
    return {
        "words_per_second": round(1000 * tally.words / tally.eval_ms, 2) if tally.eval_ms else None,
        "tokens_per_answer": round(tokens, 1) or None,
        "energy_wh": energy.of_answer(model.active_params_b, model.total_params_b, tokens),
        "asked": asked,
        "failures": tally.failures,
        "failure_share": tally.failures / asked if asked else None,
        "seen": tally.votes,
        "leaks": tally.leaks,
        "leak_share": tally.leaks / tally.votes if tally.votes else None,
    }
