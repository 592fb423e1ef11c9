"""What the voter's templates are given. Before the vote nothing here tells the models apart."""

import re
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arena.battles import after, instant, pairing, services
from arena.battles.models import Battle, Remark, Reply, Side, Turn, Vote
from arena.catalogue.models import Host

EXAMPLES = (
    gettext_lazy("Why do old iron bridges rust, and why does aluminium not?"),
    gettext_lazy("Write a short, polite message asking my neighbour to turn the music down."),
    gettext_lazy("Write a Python function that checks whether a word is a palindrome."),
)
LEAK_SAID = {
    "A": gettext_lazy("answer A said who wrote it"),
    "B": gettext_lazy("answer B said who wrote it"),
    "prompt": gettext_lazy("the question asked who answers"),
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
    return {
        "sentence": _("Only one model is ready to battle; it takes two.")
        if models
        else _("No model is ready to battle; it takes two."),
        "host_down": bool(down),
        "commands": GOOD_PAIR,
    }


def battle_context(battle: Battle) -> dict[str, Any]:
    """Return the battle page's context."""
    turns = list(battle.turns.prefetch_related("replies__deployment"))
    last = turns[-1] if turns else None
    live = battle.state == Battle.State.OPEN
    at_once = live and instant.was_whole(battle, turns)
    vote = Vote.objects.filter(battle=battle).first()
    shown = [_turn(turn, hide=turn is last and live and not at_once) for turn in turns]
    if shown and (vote or battle.mode != Battle.Mode.BLIND):
        for answer in shown[-1]["answers"]:
            answer["identity"] = _identity(battle, answer["side"], vote)
    return {
        "battle": battle,
        "turns": shown,
        "state": services.display_state(last) if last else "gone",
        "vote": _vote(battle, vote) if vote else None,
        "outcomes": [(key, *choice) for key, choice in zip("1234", Vote.Outcome.choices, strict=True)],
        "can_ask": live and len(turns) < settings.MAX_TURNS,
        "limit": settings.PROMPT_CHARACTERS,
        "load_seconds": settings.LOAD_ESTIMATE_SECONDS,
        "live": live,
        "follow": live and not at_once,
        "blind": battle.mode == Battle.Mode.BLIND,
        "sides": len(shown[-1]["answers"]) if shown else 0,
        "tab": "battle",
    }


def shared_context(battle: Battle) -> dict[str, Any]:
    """Return the context of a shared battle: what its voter saw, without anything that can be done to it."""
    context = battle_context(battle)
    return context | {"shared": True, "vote": context["vote"] | {"remark": None}}


def _turn(turn: Turn, hide: bool) -> dict[str, Any]:
    """Return a turn; of one that is being shown, only what the event stream will bring, so no text here."""
    replies = {reply.side: reply for reply in turn.replies.all()}
    return {
        "prompt": turn.prompt,
        "number": turn.number,
        "answers": [{"side": side, "text": "" if hide else replies[side].text} for side in sorted(replies)],
    }


def _vote(battle: Battle, vote: Vote) -> dict[str, Any]:
    remark = Remark.objects.filter(battle=battle).first()
    return {
        "outcome": vote.outcome,
        "label": vote.get_outcome_display(),
        "others": services.agreeing(vote),
        "leak": [(LEAK_SAID[where], words) for where, words in vote.leak_words.items()],
        "left_out": vote.leak,
        "undone": battle.state == Battle.State.UNDONE,
        "undo_seconds": after.undo_seconds(vote) if battle.state == Battle.State.VOTED else 0,
        "remark": remark,
        "reasons": [(side, _reasons(remark.reasons.get(side, []) if remark else [])) for side in Side.values],
    }


def _reasons(chosen: list[str]) -> list[tuple[str, str, bool]]:
    return [(key, str(label), key in chosen) for key, label in after.REASONS.items()]


def count_words(text: str) -> int:
    """Count words; of Chinese, which has no spaces, each character counts as one."""
    return len(WORD.findall(text))


def _identity(battle: Battle, side: str, vote: Vote | None) -> dict[str, Any]:
    contestant = dict(battle.contestants)[side]
    deployment = battle.deployments[Side.values.index(side)]
    replies = list(Reply.objects.filter(turn__battle=battle, side=side).order_by("turn__number"))
    tokens, words = sum(r.tokens or 0 for r in replies), sum(count_words(r.text) for r in replies)
    seconds = sum(r.eval_ms or 0 for r in replies) / 1000
    return {
        "side": side,
        "model": contestant.model,
        "country": contestant.model.developer.country.name,
        "chosen": vote is not None and vote.outcome == side.lower(),
        "tokens": tokens,
        "tokens_per_second": round(tokens / seconds, 1) if seconds else None,
        "words_per_second": round(words / seconds, 1) if seconds else None,
        "quantisation": deployment.quantisation,
    }
