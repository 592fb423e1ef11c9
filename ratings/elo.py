"""Online Elo (Elo, 1978), for those who expect it.

The result depends on the order of the votes: the same votes in another order give other numbers, and the
last ones weigh most. Use `fit` for anything that is quoted.
"""

import numpy as np
import numpy.typing as npt

from ratings.counts import Counts, Floats, Outcome
from ratings.scale import CENTRE

SCORES = {Outcome.A: 1.0, Outcome.B: 0.0, Outcome.TIE: 0.5}


def online(a: npt.ArrayLike, b: npt.ArrayLike, outcome: npt.ArrayLike, n_models: int, k: float = 4.0) -> Floats:
    """Return ratings (n_models,) after going through the votes once, in order; both-bad is passed over.

    Args:
        a, b, outcome: shape (N,), as for `Counts.from_votes`, and refused as there.
        k: the largest change of one vote, in Elo.
    """
    Counts.from_votes(a, b, outcome, n_models)  # refuses what is no vote
    ratings = [CENTRE] * n_models
    for left, right, result in zip(
        np.asarray(a).tolist(), np.asarray(b).tolist(), np.asarray(outcome).tolist(), strict=True
    ):
        if result == Outcome.BOTH_BAD:
            continue
        expected = 1 / (1 + 10 ** ((ratings[right] - ratings[left]) / 400))
        change = k * (SCORES[Outcome(result)] - expected)
        ratings[left] += change
        ratings[right] -= change
    return np.array(ratings)


def symmetrised(
    a: npt.ArrayLike, b: npt.ArrayLike, outcome: npt.ArrayLike, n_models: int, k: float = 4.0, shuffles: int = 100
) -> tuple[Floats, Floats]:
    """Return mean and standard deviation, (n_models,) each, of online Elo over random orders of the votes.

    The spread says how much of a single pass is the order alone.
    """
    left, right, result = (np.asarray(column) for column in (a, b, outcome))
    generator = np.random.default_rng(0)
    runs = []
    for _ in range(shuffles):
        order = generator.permutation(len(left))
        runs.append(online(left[order], right[order], result[order], n_models, k))
    return np.mean(runs, axis=0), np.std(runs, axis=0)
