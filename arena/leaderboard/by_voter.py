"""Ratings whose intervals allow for voters with tastes of their own: from single votes, by who gave them.

Votes of one voter hang together (`docs/methods.md`, Voters): intervals that take each vote for another person's are
too narrow where few people give many votes. The ratings themselves are those of all votes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arena.battles.models import Vote
from arena.battles.outcomes import RATED
from arena.leaderboard import ledger
from arena.leaderboard.models import Board
from ratings import Table
from ratings.clusters import fit_clustered

METHOD = "bradley-terry, ties half, sandwich by voter"
READ = (
    "vote__contestant_a_id",
    "vote__contestant_b_id",
    "vote__outcome",
    "vote__battle__voter_id",
    "vote_id",
)


@dataclass(frozen=True)
class ByVoter:
    """A table, by how many voters, and how many votes have lost theirs: each of those counts as a voter of its own."""

    table: Table
    voters: int
    forgotten: int


def fit(board: Board, through_seq: int, contestants: Sequence[int], level: float) -> ByVoter:
    """Fit a board's votes by voter; `contestants` give rows their meaning.

    Raises:
        BadCounts: fewer than two voters.
    """
    place = {contestant: i for i, contestant in enumerate(contestants)}
    entries = ledger.counted(through_seq, **board.filters).values_list(*READ).iterator(5000)
    rows = [
        (place[a], place[b], int(RATED[Vote.Outcome(outcome)]), -vote if voter is None else voter)
        for a, b, outcome, voter, vote in entries
    ]
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 4)
    who = table[:, 3]
    forgotten = int((who < 0).sum())
    found = fit_clustered(table[:, 0], table[:, 1], table[:, 2], who.tolist(), len(contestants), level=level)
    return ByVoter(found, len(np.unique(who)) - forgotten, forgotten)
