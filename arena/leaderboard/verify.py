"""Recomputes a snapshot from what it names: the ledger's votes, or the counts of an imported source."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from arena.battles.models import Vote
from arena.battles.outcomes import RATED
from arena.leaderboard import boards, ledger
from arena.leaderboard.models import Board, LedgerEntry, Snapshot
from arena.leaderboard.services import fitted, published_counts
from ratings import Counts
from ratings.rows import measures

TOLERANCE = 1e-6  # Elo; the same votes in another order of adding
NUMBERS = ("rating", "lower", "upper", "lower_all", "upper_all", "rank_low", "rank_high")


@dataclass
class Verdict:
    """What was found; `problems` is empty when the snapshot holds."""

    votes: int
    largest: float = 0.0
    from_votes: bool = True
    forgotten: int = 0  # votes whose voter was deleted since, where intervals are by voter
    problems: list[str] = field(default_factory=list)


def verify(snapshot: Snapshot) -> Verdict:
    """Fit a snapshot's votes anew and compare every number; walk the chain of hashes up to its last vote."""
    published = sorted(snapshot.rows, key=lambda row: row["index"])
    stored = published_counts(snapshot)
    verdict = Verdict(votes=round(stored.votes))
    if boards.source_of(snapshot.board) == boards.OURS:
        contestants, counted = _ledger_counts(snapshot, verdict)
        _compare_counts(verdict, counted, stored)
    else:
        contestants, verdict.from_votes = [], False  # an imported source keeps counts, not votes
    seq, level = snapshot.through_seq, snapshot.parameters["level"]
    table, _, _ = fitted(snapshot.board, seq, contestants, stored, level)
    numbers = _numbers(snapshot, verdict)
    for i, row in enumerate(published):
        again = measures(table, i)
        for name in numbers:
            _compare(verdict, f"{row['model']}, {name}", row[name], again[name])
        if row["status"] != again["status"]:
            verdict.problems.append(f"{row['model']}: status {row['status']!r}, recomputed {again['status']!r}")
    return verdict


def _numbers(snapshot: Snapshot, verdict: Verdict) -> tuple[str, ...]:
    """Return what can be compared: intervals by voter only while nobody of the voters has been deleted since."""
    if snapshot.board.kind != Board.Kind.VOTERS:
        return NUMBERS
    entries = ledger.counted(snapshot.through_seq, battle__voter=None, **snapshot.board.filters)
    verdict.forgotten = entries.count() - snapshot.parameters["votes_without_voter"]
    return ("rating",) if verdict.forgotten else NUMBERS


def _ledger_counts(snapshot: Snapshot, verdict: Verdict) -> tuple[list[int], Counts]:
    """Count the board's votes up to the snapshot's last, and check the chain on the way; contestants give the order."""
    filters = {name: value for name, value in snapshot.board.filters.items() if name != "source"}
    running, votes = "", list[tuple[int, int, int, int]]()
    for entry in LedgerEntry.objects.filter(seq__lte=snapshot.through_seq).select_related("vote").iterator(2000):
        vote = entry.vote
        running = ledger.chain(running, vote, entry.sign)
        if entry.running_hash != running:
            verdict.problems.append(f"ledger {entry.seq}: the vote is not what it was when it was counted")
            running = entry.running_hash
        if not vote.leak and all(getattr(vote, name) == value for name, value in filters.items()):
            votes.append((vote.contestant_a_id, vote.contestant_b_id, RATED[Vote.Outcome(vote.outcome)], entry.sign))
    if running != snapshot.ledger_hash:
        verdict.problems.append("the snapshot's digest of its votes is another")
    contestants = sorted({v[0] for v in votes} | {v[1] for v in votes})
    place = {contestant: i for i, contestant in enumerate(contestants)}
    added, taken = (
        Counts.from_votes(
            np.array([place[v[0]] for v in votes if v[3] == sign], dtype=int),
            np.array([place[v[1]] for v in votes if v[3] == sign], dtype=int),
            np.array([v[2] for v in votes if v[3] == sign], dtype=int),
            len(place),
        )
        for sign in (1, -1)
    )
    return contestants, added - taken


def _compare_counts(verdict: Verdict, counted: Counts, stored: Counts) -> None:
    if counted.n_models != stored.n_models:
        verdict.problems.append(f"{stored.n_models} models in the snapshot, {counted.n_models} in the votes")
        return
    for name in ("wins", "ties", "both_bad"):
        if not np.array_equal(getattr(counted, name), getattr(stored, name)):
            verdict.problems.append(f"the votes give other counts of {name.replace('_', ' ')}")


def _compare(verdict: Verdict, what: str, published: Any, again: Any) -> None:
    if published is None or again is None:
        if published != again:
            verdict.problems.append(f"{what}: {published}, recomputed {again}")
        return
    verdict.largest = max(verdict.largest, abs(published - again))
    if abs(published - again) > TOLERANCE:
        verdict.problems.append(f"{what}: {published}, recomputed {again}")
