"""The votes behind a snapshot as files, in the public arenas' column names, for anybody to fit anew.

A file is made when somebody asks, at most every ten minutes, and kept until a newer one is there.
"""

import csv
import hashlib
import hmac
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from arena.battles.after import may_be_published
from arena.battles.making import text_of
from arena.battles.models import Battle, Remark, Vote
from arena.leaderboard import ledger
from arena.leaderboard.models import LedgerEntry, Snapshot
from arena.leaderboard.services import latest
from arena.scrub import scrub

KINDS = ("csv", "jsonl", "parquet")
KEEP_SECONDS = 600
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


@dataclass(frozen=True)
class Export:
    """A file that is there: which votes, how large, which digest."""

    path: Path
    snapshot: int
    votes: int
    size: int
    digest: str
    made: datetime
    texts: int  # how many voters had agreed to publication


def folder() -> Path:
    """Return where the files lie."""
    path = Path(settings.VAR) / "exports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def ensure(kind: str) -> Export | None:
    """Return the newest file of a kind, made now if there is none or an old one; None before the first vote."""
    snapshot = latest()
    if snapshot is None:
        return None
    there = _newest(kind)
    if there is not None and _still_holds(there, snapshot):
        return there
    made = _make(kind, snapshot)
    for old in folder().glob(f"votes-*.{kind}*"):
        if not old.name.startswith(f"votes-{snapshot.pk}."):
            old.unlink(missing_ok=True)
    return made


def _still_holds(there: Export, snapshot: Snapshot) -> bool:
    """Whether a file may be given out: at once not, where a voter took a consent back."""
    agreed = Remark.objects.filter(publish=True)
    if agreed.filter(changed__lte=there.made).count() < there.texts:
        return False
    same = there.snapshot == snapshot.pk and not agreed.filter(changed__gt=there.made).exists()
    return same or _age(there.path) < KEEP_SECONDS


def rows(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """Return the votes that a snapshot of all votes counts, in the ledger's order."""
    joined = (
        "vote__battle__voter",
        "vote__battle__remark",
        "vote__contestant_a__model__developer",
        "vote__contestant_b__model__developer",
    )
    entries = ledger.counted(snapshot.through_seq).select_related(*joined)
    entries = entries.annotate(turns=Count("vote__battle__turns"))
    several = {slug for slug, times in Counter(row["slug"] for row in snapshot.rows).items() if times > 1}
    for entry in entries.iterator(BATCH):
        yield _row(entry, several)


def judge(key: str) -> str:
    """Return a voter's number: the same in every file of this site, and without its secret no way back."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"judge:{key}".encode(), hashlib.sha256).digest()
    return f"voter_{int.from_bytes(digest[:6], 'big')}"


def name_of(contestant: Any, several: set[str]) -> str:
    """Return a contestant's name in the files."""
    model = contestant.model
    return f"{model.name} ({contestant.weights_digest[:8]})" if model.slug in several else str(model.name)


def _row(entry: LedgerEntry, several: set[str]) -> dict[str, Any]:
    vote = entry.vote
    a, b = vote.contestant_a, vote.contestant_b
    return {
        "question_id": str(vote.battle.uuid),
        "model_a": name_of(a, several),
        "model_b": name_of(b, several),
        "winner": WINNERS[Vote.Outcome(vote.outcome)],
        "judge": judge(vote.battle.voter.key) if vote.battle.voter else "voter_deleted",
        "conversation_a": _conversation(vote.battle, "A"),
        "conversation_b": _conversation(vote.battle, "B"),
        "turn": entry.turns,  # type: ignore[attr-defined]  # annotated above
        "language": vote.language,
        "tstamp": vote.created.timestamp(),
        "category": vote.category,
        "own_prompt": vote.own_prompt,
        "draw_probability": vote.draw_probability,
        "country_a": str(a.model.developer.country),
        "country_b": str(b.model.developer.country),
        "weights_a": a.weights_digest,
        "weights_b": b.weights_digest,
        "style": json.dumps(vote.covariates),
        "seq": entry.seq,
    }


def _conversation(battle: Battle, side: str) -> str | None:
    """Return one side's conversation in the public arenas' form, scrubbed; None without consent."""
    if not may_be_published(battle):
        return None
    turns = battle.turns.prefetch_related("replies")
    return json.dumps(
        [
            {"role": role, "content": scrub(text)}
            for turn in turns
            for role, text in (("user", turn.prompt), ("assistant", text_of(turn, side)))
        ],
        ensure_ascii=False,
    )


def _newest(kind: str) -> Export | None:
    found = sorted(folder().glob(f"votes-*.{kind}.json"), key=lambda path: path.stat().st_mtime)
    for card in reversed(found):
        with suppress(FileNotFoundError):  # another process may take an old one away meanwhile
            facts = json.loads(card.read_text("utf-8"))
            path = card.with_suffix("")
            if path.exists() and "made" in facts:
                made = datetime.fromisoformat(facts["made"])
                return Export(
                    path, facts["snapshot"], facts["votes"], facts["size"], facts["digest"], made, facts["texts"]
                )
    return None


def _age(path: Path) -> float:
    return timezone.now().timestamp() - path.stat().st_mtime


def _make(kind: str, snapshot: Snapshot) -> Export:
    made = timezone.now()
    texts = Remark.objects.filter(publish=True, changed__lte=made).count()
    handle, name = tempfile.mkstemp(dir=folder(), suffix=".part")
    os.close(handle)
    part = Path(name)
    votes = {"csv": _csv, "jsonl": _json_lines, "parquet": _parquet}[kind](part, rows(snapshot))
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    path = folder() / f"votes-{snapshot.pk}.{kind}"
    part.replace(path)
    export = Export(path, snapshot.pk, votes, path.stat().st_size, digest, made, texts)
    facts = {"snapshot": snapshot.pk, "votes": votes, "size": export.size, "digest": digest}
    facts |= {"made": made.isoformat(), "texts": texts}
    path.with_name(f"{path.name}.json").write_text(json.dumps(facts), "utf-8")
    return export


def _csv(path: Path, found: Iterator[dict[str, Any]]) -> int:
    votes = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, SCHEMA.names)
        writer.writeheader()
        for row in found:
            writer.writerow(row)
            votes += 1
    return votes


def _json_lines(path: Path, found: Iterator[dict[str, Any]]) -> int:
    votes = 0
    with path.open("w", encoding="utf-8") as file:
        for row in found:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            votes += 1
    return votes


def _parquet(path: Path, found: Iterator[dict[str, Any]]) -> int:
    votes = 0
    with pyarrow.parquet.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        while batch := list(islice(found, BATCH)):
            writer.write_table(pyarrow.Table.from_pylist(batch, SCHEMA))
            votes += len(batch)
    return votes
