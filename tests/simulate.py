"""Votes of simulated arenas whose truth is known."""

import os
from pathlib import Path

import numpy as np

from ratings import Counts, Outcome

# Counts of 1.67 million votes of Chatbot Arena up to 14 August 2024; not shipped, see docs/methods.md.
REAL = Path(
    os.environ.get(
        "ARENA_REAL_COUNTS", Path(__file__).parents[2] / "shared/data/chatbot_arena_20240814_pair_counts.csv"
    )
)


def simulate_votes(
    theta: np.ndarray,
    n: int,
    seed: int,
    tie_share: float = 0.3,
    a: np.ndarray | None = None,
    b: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a, b, outcome of n votes on uniform pairs; a tie is drawn so that the expected score stays p."""
    generator = np.random.default_rng(seed)
    m = len(theta)
    if a is None or b is None:
        a = generator.integers(0, m, n)
        b = (a + generator.integers(1, m, n)) % m
    p = 1 / (1 + np.exp(theta[b] - theta[a]))
    even = 2 * np.minimum(p, 1 - p) * tie_share
    tie = generator.random(n) < even
    wins = generator.random(n) < (p - even / 2) / (1 - even)
    return a, b, np.where(tie, Outcome.TIE, np.where(wins, Outcome.A, Outcome.B)).astype(int)


def simulate(theta: np.ndarray, n: int, seed: int, tie_share: float = 0.3) -> Counts:
    """Return the counts of n such votes."""
    return Counts.from_votes(*simulate_votes(theta, n, seed, tie_share), len(theta))


def real_counts(bad_as_ties: bool = False) -> tuple[list[str], Counts]:
    """Return the models' names and the real counts."""
    import csv

    with REAL.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = sorted({row[side] for row in rows for side in ("model_a", "model_b")})
    place = {name: i for i, name in enumerate(names)}
    wins, ties, bad = (np.zeros((len(names), len(names))) for _ in range(3))
    for row in rows:
        i, j = place[row["model_a"]], place[row["model_b"]]
        wins[i, j] += float(row["win_a"])
        wins[j, i] += float(row["win_b"])
        for table, column in ((ties, "tie"), (bad, "both_bad")):
            table[i, j] += float(row[column])
            table[j, i] += float(row[column])
    return names, Counts(wins, ties + bad, np.zeros_like(bad)) if bad_as_ties else Counts(wins, ties, bad)
