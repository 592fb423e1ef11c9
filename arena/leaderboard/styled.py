"""Ratings with the style of the answers held equal: from single votes, since style differs from vote to vote."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arena.battles.models import Vote
from arena.battles.outcomes import RATED
from arena.leaderboard import ledger
from arena.leaderboard.models import Board
from ratings import Table
from ratings.rows import number
from ratings.style import differences, fit_style

METHOD = "bradley-terry with style, ties half, sandwich"
FEATURES = ("characters", "headers", "list_items", "bold", "code_blocks")
PRIOR = 1.0  # log-odds per standard deviation: weak beside real effects (0.25 for length), finite with few votes


@dataclass(frozen=True)
class Styled:
    """A table, and for each feature its effect: log-odds per standard deviation of the difference, and its error."""

    table: Table
    effects: dict[str, dict[str, float | None]]


def fit(board: Board, through_seq: int, contestants: Sequence[int], level: float) -> Styled:
    """Fit strengths and style together over a board's votes; `contestants` give rows their meaning."""
    place = {contestant: i for i, contestant in enumerate(contestants)}
    entries = ledger.counted(through_seq, **board.filters).select_related("vote").iterator(5000)
    rows = [
        (
            place[vote.contestant_a_id],
            place[vote.contestant_b_id],
            int(RATED[Vote.Outcome(vote.outcome)]),
            *(vote.covariates.get(side, {}).get(name, 0) for side in ("A", "B") for name in FEATURES),
        )
        for vote in (entry.vote for entry in entries)
    ]
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 3 + 2 * len(FEATURES))
    x = differences(table[:, 3 : 3 + len(FEATURES)], table[:, 3 + len(FEATURES) :])
    used = np.asarray(x.any(axis=0))  # a feature that no answer has can't have an effect
    found = fit_style(table[:, 0], table[:, 1], table[:, 2], x[:, used], len(contestants), level, PRIOR)
    names = [name for name, there in zip(FEATURES, used.tolist(), strict=True) if there]
    effects = {
        name: {"effect": number(effect), "error": number(error)}
        for name, effect, error in zip(names, found.effect.tolist(), found.effect_se.tolist(), strict=True)
    }
    return Styled(found.table, effects)
