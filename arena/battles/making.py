"""How battles begin and go on: drawn for a voter, from the bank for nobody yet, or with models that were chosen."""

import re
import secrets
import unicodedata
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from arena import queue
from arena.battles import length, pairing, prompting
from arena.battles.bank import BankPrompt
from arena.battles.models import Battle, Reply, Side, Turn, Voter, unclaimed
from arena.battles.stopping import UNFINISHED, leave, lock_open
from arena.catalogue.models import Deployment
from arena.errors import BadPrompt, DoesNotFit, WrongState


def check_prompt(raw: str) -> str:
    """Return the question as it will be sent, or say what is wrong with it."""
    text = re.sub(r"\r\n?", "\n", raw).strip()
    if not text:
        raise BadPrompt(_("Please write a question first."))
    if len(text) > settings.PROMPT_CHARACTERS:
        have, most = f"{len(text):,}", f"{settings.PROMPT_CHARACTERS:,}"
        sentence = _("Your question has %(have)s characters; at most %(most)s can be sent.")
        raise BadPrompt(sentence % {"have": have, "most": most})
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise BadPrompt(_("Your question contains control characters that can't be sent. Please remove them."))
    return text


def start(voter: Voter, raw: str) -> Battle:
    """Draw a pair and ask both the voter's question."""
    prompt = _checked(raw)
    drawn = pairing.draw()
    with transaction.atomic():
        make_way({drawn.a.host_id, drawn.b.host_id})
        return _begin(prompt, [drawn.a, drawn.b], voter=voter, draw_probability=drawn.probability, **_labels(prompt))


def start_bank(chosen: BankPrompt, voter: Voter | None = None) -> Battle:
    """Draw a pair and ask both a prompt of the bank: for a voter who waits, or for whoever comes."""
    drawn = pairing.draw()
    fields = {"language": chosen.language, "category": chosen.category, "bank_id": chosen.id, "voter": voter}
    with transaction.atomic():
        if voter is not None:
            make_way({drawn.a.host_id, drawn.b.host_id})
        claimed = None if voter is None else timezone.now()
        sides = [drawn.a, drawn.b]
        return _begin(chosen.prompt, sides, draw_probability=drawn.probability, claimed=claimed, **fields)


def start_named(voter: Voter, raw: str, sides: list[Deployment]) -> Battle:
    """Ask one or two models that the voter chose. Names are seen, so it never counts."""
    prompt = _checked(raw)
    mode = Battle.Mode.DIRECT if len(sides) == 1 else Battle.Mode.NAMED
    with transaction.atomic():
        make_way({side.host_id for side in sides})
        return _begin(prompt, sides, voter=voter, mode=mode, draw_probability=0.0, **_labels(prompt))


def ask_again(battle: Battle, raw: str) -> Turn:
    """Ask a further question; each side gets its own history."""
    prompt = check_prompt(raw)
    with transaction.atomic():
        battle = lock_open(battle)
        turns = list(battle.turns.prefetch_related("replies"))
        if not all_whole(turns[-1]):
            raise WrongState(_("Both answers have to be finished before you can ask again."))
        if len(turns) >= settings.MAX_TURNS:
            sentence = _("A battle has at most %(most)s questions. Please vote, or start a new one.")
            raise WrongState(sentence % {"most": settings.MAX_TURNS})
        histories = [[(turn.prompt, text_of(turn, side)) for turn in turns] for side in sides_of(turns[-1])]
        _check_fit(prompting.conversation(history, prompt) for history in histories)
        make_way({side.host_id for side in battle.deployments})
        return _add_turn(battle, prompt)


def make_way(hosts: Iterable[int]) -> None:
    """Stop what is written for nobody yet on `hosts`: a voter asks, and goes first."""
    running = Reply.objects.filter(state=Reply.State.RUNNING, deployment__host__in=list(hosts))
    for battle in Battle.objects.filter(unclaimed(), turns__replies__in=running).distinct():
        leave(battle)


def voters_wait(host_id: int | None = None) -> bool:
    """Whether a reply that somebody waits for is unfinished, on one host or on any."""
    open_ones = Reply.objects.filter(turn__battle__state=Battle.State.OPEN, state__in=UNFINISHED)
    waited = open_ones.exclude(unclaimed("turn__battle__"))
    return (waited if host_id is None else waited.filter(deployment__host=host_id)).exists()


def all_whole(turn: Turn) -> bool:
    """Whether every side of a turn has its whole answer."""
    return {reply.state for reply in turn.replies.all()} == {Reply.State.WHOLE}


def sides_of(turn: Turn) -> list[str]:
    """Return the sides that answer: both, or A alone in direct chat."""
    return sorted(reply.side for reply in turn.replies.all())


def text_of(turn: Turn, side: str) -> str:
    """Return what one side said in a turn."""
    return next(reply.text for reply in turn.replies.all() if reply.side == side)


def _checked(raw: str) -> str:
    prompt = check_prompt(raw)
    _check_fit([prompting.conversation([], prompt)])
    return prompt


def _labels(prompt: str) -> dict[str, str]:
    return {"language": prompting.language_of(prompt), "category": prompting.category_of(prompt)}


def _begin(prompt: str, sides: list[Deployment], **fields: object) -> Battle:
    a, b = sides[0], sides[1] if len(sides) > 1 else None
    assert a.contestant_id is not None  # what eligible means
    battle = Battle.objects.create(
        deployment_a=a,
        deployment_b=b,
        contestant_a_id=a.contestant_id,
        contestant_b_id=b.contestant_id if b else None,
        **fields,
    )
    _add_turn(battle, prompt)
    return battle


def _add_turn(battle: Battle, prompt: str) -> Turn:
    turn = Turn.objects.create(
        battle=battle,
        number=battle.turns.count() + 1,
        prompt=prompt,
        system_hash=prompting.SYSTEM_HASH,
        sampler={**settings.SAMPLER, "num_ctx": settings.NUM_CTX, "num_predict": settings.NUM_PREDICT},
        seed=secrets.randbelow(2**31),
    )
    for side, deployment in zip(Side.values, battle.deployments, strict=False):
        reply = Reply.objects.create(turn=turn, side=side, deployment=deployment)
        queue.answer(reply.pk, deployment.host_id, idle=battle.idle)
    return turn


def _check_fit(histories: Iterable[list[dict[str, str]]]) -> None:
    if not length.fits(histories):
        raise DoesNotFit(
            _(
                "This is more text than the models can hold at once. Please shorten the question"
                ", or vote and start a new battle."
            )
        )
