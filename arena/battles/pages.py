"""What the voter's templates are given. Before the vote nothing here tells the models apart."""

import re
from typing import Any

from django.conf import settings

from arena.battles import pairing, services
from arena.battles.models import Battle, Reply, Side, Turn, Vote
from arena.catalogue.models import Host

EXAMPLES = (
    "Why do old iron bridges rust, and why does aluminium not?",
    "Write a short, polite message asking my neighbour to turn the music down.",
    "Write a Python function that checks whether a word is a palindrome.",
)
LEAK_SAID = {
    "A": "answer A said who wrote it",
    "B": "answer B said who wrote it",
    "prompt": "the question asked who answers",
}
WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+(?:['’-]\w+)*")
GOOD_PAIR = ("ollama pull qwen3:1.7b", "ollama pull llama3.2:1b")


def home_context() -> dict[str, Any]:
    """Return the first page's context: the box, and plain words when no battle can start."""
    return {
        "examples": EXAMPLES,
        "limit": settings.PROMPT_CHARACTERS,
        "trouble": trouble(),
        "tab": "battle",
    }


def trouble() -> dict[str, Any] | None:
    """Say why no battle can start now and what an admin can do; nothing when one can."""
    models = {entrant.model_id for entrant in pairing.entrants()}
    if len(models) >= 2:
        return None
    down = [host.name for host in Host.objects.filter(enabled=True, reachable=False)]
    count = "Only one model is" if models else "No model is"
    return {
        "sentence": f"{count} ready to battle; it takes two.",
        "host_down": bool(down),
        "commands": GOOD_PAIR,
    }


def battle_context(battle: Battle) -> dict[str, Any]:
    """Return the battle page's context."""
    turns = list(battle.turns.prefetch_related("replies__deployment"))
    last = turns[-1]
    closed = battle.state != Battle.State.OPEN
    state = services.display_state(last)
    vote = _vote(battle) if battle.state == Battle.State.VOTED else None
    shown = [_turn(turn, hide=turn is last and not closed) for turn in turns]
    if vote:
        for answer, identity in zip(shown[-1]["answers"], vote["sides"], strict=True):
            answer["identity"] = identity
    return {
        "battle": battle,
        "turns": shown,
        "state": state,
        "vote": vote,
        "outcomes": list(zip("1234", Vote.Outcome.choices, strict=True)),
        "can_ask": not closed and len(turns) < settings.MAX_TURNS,
        "limit": settings.PROMPT_CHARACTERS,
        "load_seconds": settings.LOAD_ESTIMATE_SECONDS,
        "live": not closed,
        "tab": "battle",
    }


def _turn(turn: Turn, hide: bool) -> dict[str, Any]:
    """Return a turn; of one that is being shown, only what the event stream will bring, so no text here."""
    replies = {reply.side: reply for reply in turn.replies.all()}
    return {
        "prompt": turn.prompt,
        "number": turn.number,
        "answers": [{"side": side, "text": "" if hide else replies[side].text} for side in Side.values],
    }


def _vote(battle: Battle) -> dict[str, Any]:
    vote = battle.vote
    return {
        "outcome": vote.outcome,
        "label": Vote.Outcome(vote.outcome).label,
        "others": services.agreeing(vote),
        "leak": [(LEAK_SAID[where], words) for where, words in vote.leak_words.items()],
        "sides": [_identity(battle, side, vote) for side in Side.values],
    }


def count_words(text: str) -> int:
    """Count words; of Chinese, which has no spaces, each character counts as one."""
    return len(WORD.findall(text))


def _identity(battle: Battle, side: str, vote: Vote) -> dict[str, Any]:
    contestant = battle.contestant_a if side == Side.A else battle.contestant_b
    replies = list(Reply.objects.filter(turn__battle=battle, side=side).order_by("turn__number"))
    tokens, words = sum(r.tokens or 0 for r in replies), sum(count_words(r.text) for r in replies)
    seconds = sum(r.eval_ms or 0 for r in replies) / 1000
    return {
        "side": side,
        "model": contestant.model,
        "country": contestant.model.developer.country.name,
        "chosen": vote.outcome == side.lower(),
        "tokens": tokens,
        "tokens_per_second": round(tokens / seconds, 1) if seconds else None,
        "words_per_second": round(words / seconds, 1) if seconds else None,
        "quantisation": (battle.deployment_a if side == Side.A else battle.deployment_b).quantisation,
    }
