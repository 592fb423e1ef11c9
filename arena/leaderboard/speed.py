"""How quickly each contestant writes here, summed when a vote is counted: figures move only for closed battles."""

from django.db.models import F

from arena.battles.models import Reply, Vote
from arena.battles.pages import count_words
from arena.leaderboard.models import Speed


def add(vote: Vote) -> None:
    """Add the words and the writing time of a voted battle's replies to its two contestants."""
    replies = Reply.objects.filter(turn__battle_id=vote.battle_id, state=Reply.State.WHOLE, eval_ms__gt=0)
    for side, text, eval_ms in replies.values_list("side", "text", "eval_ms"):
        contestant = vote.contestant_a_id if side == "A" else vote.contestant_b_id
        row, _ = Speed.objects.get_or_create(contestant_id=contestant)
        words = count_words(text)
        Speed.objects.filter(pk=row.pk).update(words=F("words") + words, eval_ms=F("eval_ms") + eval_ms)


def words_per_second(contestants: list[int]) -> dict[int, float]:
    """Return words a second of those that have been measured."""
    rows = Speed.objects.filter(contestant__in=contestants, eval_ms__gt=0)
    return {row.contestant_id: round(1000 * row.words / row.eval_ms, 2) for row in rows}
