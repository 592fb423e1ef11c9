"""What a row of the files of votes holds: the public arenas' columns and ours."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow
from django.conf import settings
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop as _

from arena.battles.after import published
from arena.battles.making import text_of
from arena.battles.models import Turn, Vote
from arena.catalogue.models import Contestant
from arena.leaderboard import ledger
from arena.leaderboard.models import Snapshot
from arena.scrub import scrub

BATCH = 5_000
WINNERS = {
    Vote.Outcome.A: "model_a",
    Vote.Outcome.B: "model_b",
    Vote.Outcome.TIE: "tie",
    Vote.Outcome.BOTH_BAD: "tie (bothbad)",
}
SCHEMA = pyarrow.schema(
    [
        ("question_id", pyarrow.string()),
        ("model_a", pyarrow.string()),
        ("model_b", pyarrow.string()),
        ("winner", pyarrow.string()),
        ("judge", pyarrow.string()),
        ("conversation_a", pyarrow.string()),
        ("conversation_b", pyarrow.string()),
        ("turn", pyarrow.int32()),
        ("language", pyarrow.string()),
        ("tstamp", pyarrow.float64()),
        ("category", pyarrow.string()),
        ("own_prompt", pyarrow.bool_()),
        ("draw_probability", pyarrow.float64()),
        ("country_a", pyarrow.string()),
        ("country_b", pyarrow.string()),
        ("weights_a", pyarrow.string()),
        ("weights_b", pyarrow.string()),
        ("style", pyarrow.string()),
        ("seq", pyarrow.int64()),
    ]
)
MEANINGS = {
    "question_id": _("the battle; random"),
    "model_a, model_b": _(
        "left and right on the page; with the start of the weights' digest where a model had several"
    ),
    "winner": _("model_a, model_b, tie, tie (bothbad)"),
    "judge": _("the voter, as a number that can't be traced back to the cookie"),
    "conversation_a, conversation_b": _(
        "JSON of questions and answers where the voter agreed to publication, else empty; e-mail addresses, card and "
        "telephone numbers are taken out"
    ),
    "turn": _("how many questions the battle had; 0 where its text was deleted"),
    "language": _("of the first question: en, zh, other"),
    "tstamp": _("seconds since 1970, UTC"),
    "category": _("code, maths, or unlabelled"),
    "own_prompt": _("the voter's own question, or one of the bank"),
    "draw_probability": _("of this pair among those that could battle then"),
    "country_a, country_b": _("where the developer has its headquarters"),
    "weights_a, weights_b": _("SHA-256 of the weights"),
    "style": _("JSON: length, headers, list items, bold, code blocks of either side"),
    "seq": _("number of the vote in the ledger"),
}

# Columns of the ledger that are read at once; single objects would take four times as long for a million votes.
READ = (
    "seq",
    "vote__battle_id",
    "vote__battle__uuid",
    "vote__battle__voter__key",
    "vote__contestant_a_id",
    "vote__contestant_b_id",
    "vote__outcome",
    "vote__language",
    "vote__created",
    "vote__category",
    "vote__own_prompt",
    "vote__draw_probability",
    "vote__covariates",
    "turns",
)


def rows(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """Return the votes that a snapshot of all votes counts, in the ledger's order."""
    of_battle = Turn.objects.filter(battle=OuterRef("vote__battle")).order_by().values("battle")
    turns = Coalesce(Subquery(of_battle.annotate(number=Count("pk")).values("number")), 0)
    entries = ledger.counted(snapshot.through_seq).annotate(turns=turns).values_list(*READ)
    whose = _contestants(snapshot)
    agreed = set(published().values_list("battle_id", flat=True))
    for values in entries.iterator(BATCH):
        yield _row(dict(zip(READ, values, strict=True)), whose, agreed)


def judge(key: str | None) -> str:
    """Return a voter's number: the same in every file of this site, and without its secret no way back."""
    if key is None:
        return "voter_deleted"
    digest = hmac.new(settings.SECRET_KEY.encode(), f"judge:{key}".encode(), hashlib.sha256).digest()
    return f"voter_{int.from_bytes(digest[:6], 'big')}"


def _contestants(snapshot: Snapshot) -> dict[int, tuple[str, str, str]]:
    """Return name, country and weights of every contestant; a model with several weights has as many names."""
    several = {slug for slug, times in Counter(row["slug"] for row in snapshot.rows).items() if times > 1}
    names = ("pk", "model__slug", "model__name", "model__developer__country", "weights_digest")
    return {
        pk: (f"{name} ({weights[:8]})" if slug in several else name, country, weights)
        for pk, slug, name, country, weights in Contestant.objects.values_list(*names)
    }


def _row(read: dict[str, Any], whose: dict[int, tuple[str, str, str]], agreed: set[int]) -> dict[str, Any]:
    model_a, country_a, weights_a = whose[read["vote__contestant_a_id"]]
    model_b, country_b, weights_b = whose[read["vote__contestant_b_id"]]
    battle = read["vote__battle_id"] if read["vote__battle_id"] in agreed else None
    return {
        "question_id": str(read["vote__battle__uuid"]),
        "model_a": model_a,
        "model_b": model_b,
        "winner": WINNERS[Vote.Outcome(read["vote__outcome"])],
        "judge": judge(read["vote__battle__voter__key"]),
        "conversation_a": _conversation(battle, "A"),
        "conversation_b": _conversation(battle, "B"),
        "turn": read["turns"],
        "language": read["vote__language"],
        "tstamp": read["vote__created"].timestamp(),
        "category": read["vote__category"],
        "own_prompt": read["vote__own_prompt"],
        "draw_probability": read["vote__draw_probability"],
        "country_a": country_a,
        "country_b": country_b,
        "weights_a": weights_a,
        "weights_b": weights_b,
        "style": json.dumps(read["vote__covariates"]),
        "seq": read["seq"],
    }


def _conversation(battle: int | None, side: str) -> str | None:
    """Return one side's conversation in the public arenas' form, scrubbed; None without consent."""
    if battle is None:
        return None
    turns = Turn.objects.filter(battle=battle).prefetch_related("replies")
    return json.dumps(
        [
            {"role": role, "content": scrub(text)}
            for turn in turns
            for role, text in (("user", turn.prompt), ("assistant", text_of(turn, side)))
        ],
        ensure_ascii=False,
    )
