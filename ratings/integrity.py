"""Suspicions about voters: against the crowd, repeated, in bursts. Nothing is ever dropped here.

Against the crowd: on each pair outcomes are ordered (first model, undecided, second model), and a vote gets exact
p-values under the crowd's distribution, without the voter's own votes and with one pseudo-count each, made uniform by
randomisation: for each of its two models how far it favours that one, and how rare the outcome is at all. Fisher's
combination (1932) over a voter's votes on each model, in favour and against, and over all of them for rarity;
corrected for looking at 1, 2, 4, 8 … votes by spending α/((k+1)(k+2)) at the k-th look from 0 (repeated looks, arXiv
2403.04132), and for the number of combinations tried (Bonferroni).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, poisson

PLACE = np.array([0, 2, 1, 1])  # of A, B, tie and both bad on the scale from one model to the other
N_PLACES = 3
TINY = 1e-300
FOR, AGAINST = "for", "against"
Test = tuple[int, str]  # a model, or −1, and which way
RARE: Test = (-1, "unlike")


@dataclass(frozen=True)
class Suspicion:
    """`p`: of an honest voter doing at least this, corrected for many looks, not for many voters.

    `model`: the one that the votes favour or shun, or None where it is about no single model.
    """

    kind: str
    voter: str
    votes: int
    p: float
    model: int | None = None


def against_the_crowd(
    a: npt.ArrayLike, b: npt.ArrayLike, outcome: npt.ArrayLike, voter: Sequence[str], seed: int = 0
) -> list[Suspicion]:
    """Return one suspicion for each voter, the smallest p first.

    Args:
        a, b, outcome: (N,) in the order of the votes; swapped sides are read as one pair.
        voter: (N,), who voted.
        seed: of the randomised p-values.
    """
    left, right, result = (np.asarray(column, dtype=np.intp) for column in (a, b, outcome))
    swap = left > right
    keys = list(zip(np.where(swap, right, left).tolist(), np.where(swap, left, right).tolist(), strict=True))
    turned = np.where(swap, 2 - PLACE[result], PLACE[result])
    crowd: dict[tuple[int, int], npt.NDArray[np.float64]] = defaultdict(lambda: np.ones(N_PLACES))
    own: dict[tuple[str, tuple[int, int]], npt.NDArray[np.float64]] = defaultdict(lambda: np.zeros(N_PLACES))
    for key, who, value in zip(keys, voter, turned.tolist(), strict=True):
        crowd[key][value] += 1
        own[who, key][value] += 1
    generator = np.random.default_rng(seed)
    values: dict[str, dict[Test, list[float]]] = defaultdict(lambda: defaultdict(list))
    for key, who, value in zip(keys, voter, turned.tolist(), strict=True):
        others = crowd[key] - own[who, key]
        for test, p in _p_values(key, others / others.sum(), value, generator.random()):
            values[who][test].append(p)
    return sorted((_judge(who, tests) for who, tests in values.items()), key=lambda row: row.p)


def repeated(voter: Sequence[str], question: Sequence[str]) -> list[Suspicion]:
    """Return voters who voted on one question several times: certain, so p is 0."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for pair in zip(voter, question, strict=True):
        seen[pair] += 1
    counts: dict[str, int] = defaultdict(int)
    for (who, _), times in seen.items():
        counts[who] += times - 1
    return [Suspicion("repeated", who, times, 0.0) for who, times in counts.items() if times]


def bursts(times: npt.ArrayLike, voter: Sequence[str], window: float = 60.0) -> list[Suspicion]:
    """Return voters with more votes in a window than their own mean rate explains.

    Args:
        times: (N,) seconds, in any order.
        voter: (N,).
        window: seconds. Poisson tail of the fullest window, corrected for the number of windows (Bonferroni).
    """
    by_voter: dict[str, list[float]] = defaultdict(list)
    for at, who in zip(np.asarray(times, dtype=float).tolist(), voter, strict=True):
        by_voter[who].append(at)
    found = []
    for who, moments in by_voter.items():
        clock = np.sort(moments)
        span = max(float(clock[-1] - clock[0]), window)
        fullest = int((np.searchsorted(clock, clock + window, side="right") - np.arange(len(clock))).max())
        tail = float(poisson.sf(fullest - 1, len(clock) * window / span))
        p = min(1.0, tail * len(clock)) if span > window else 1.0
        found.append(Suspicion("burst", who, fullest, p))
    return sorted(found, key=lambda row: row.p)


def _p_values(
    pair: tuple[int, int], probability: npt.NDArray[np.float64], value: int, uniform: float
) -> list[tuple[Test, float]]:
    """Exact, randomised p-values of a vote, each uniform on (0, 1) when the vote follows `probability`."""
    own = float(probability[value])
    first = max(float(probability[:value].sum()) + uniform * own, TINY)  # small: towards the first model
    second = max(1 - first, TINY)
    rare = float(probability[probability < own].sum()) + uniform * float(probability[probability == own].sum())
    low, high = pair
    return [
        ((low, FOR), first),
        ((low, AGAINST), second),
        ((high, FOR), second),
        ((high, AGAINST), first),
        (RARE, max(rare, TINY)),
    ]


def _judge(voter: str, tests: dict[Test, list[float]]) -> Suspicion:
    p, (model, way) = min((_fisher_with_looks(values), test) for test, values in tests.items())
    kind = f"{way} the crowd" if way == RARE[1] else f"{way} a model, more than the crowd"
    votes = len(tests[model, way])
    return Suspicion(kind, voter, votes, min(1.0, p * len(tests)), None if model < 0 else model)


def _fisher_with_looks(values: list[float]) -> float:
    sums = (-2 * np.cumsum(np.log(values))).tolist()
    looks = [2**k for k in range(64) if 2**k <= len(values)]
    looks += [len(values)] if looks[-1] != len(values) else []
    spent = [float(chi2.sf(sums[n - 1], 2 * n)) * (k + 1) * (k + 2) for k, n in enumerate(looks)]
    return float(min([1.0, *spent]))
