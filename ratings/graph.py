"""Which models can be compared at all, and what the others lack."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ratings.counts import Counts, Floats, Outcome

SINGLE = 1 + 1e-9  # effective votes: a single vote, even a tie, rates nobody
OUTSIDE = "unranked: outside the largest group"  # where only that group is rated


SCORE = np.array([1.0, 0.0, 0.5, np.nan])  # of A, B, tie and both bad


@dataclass(frozen=True)
class Pieces:
    """`component` (M,): number of the piece a model is rated in, −1 for none. `status` says why not."""

    component: npt.NDArray[np.intp]
    status: tuple[str, ...]

    def largest(self) -> "Pieces":
        """Return the largest piece alone: models of the others count as unranked."""
        labelled = zip(self.component.tolist(), self.status, strict=True)
        status = tuple(OUTSIDE if number > 0 else words for number, words in labelled)
        return Pieces(np.where(self.component == 0, 0, -1), status)


@dataclass(frozen=True)
class Inside:
    """Votes within the largest piece. `keep`: (N,) which of all; of these `a`, `b`: places in it; `score` of a."""

    keep: npt.NDArray[np.bool_]
    a: npt.NDArray[np.intp]
    b: npt.NDArray[np.intp]
    score: Floats


def inside(component: npt.NDArray[np.intp], a: npt.ArrayLike, b: npt.ArrayLike, outcome: npt.ArrayLike) -> Inside:
    """Return the votes within the largest piece, of (N,) columns as for `Counts.from_votes`; "both bad" is left out."""
    left, right, result = (np.asarray(column, dtype=np.intp) for column in (a, b, outcome))
    keep = (result != Outcome.BOTH_BAD) & (component[left] == 0) & (component[right] == 0)
    place = np.cumsum(component == 0) - 1
    return Inside(keep, place[left[keep]], place[right[keep]], SCORE[result[keep]])


def pieces(counts: Counts, always_finite: bool = False) -> Pieces:
    """Split the models into pieces whose maximum-likelihood ratings exist.

    They exist and are finite exactly where the graph "i was preferred to, or tied with, j" is strongly
    connected (Ford, 1957). Pieces are numbered by size, the largest 0. With `always_finite`, as under a
    prior, being compared at all is enough.
    """
    beats = (counts.wins + counts.ties / 2).astype(np.bool_)
    links = csr_array(beats | beats.T if always_finite else beats)
    kind = "weak" if always_finite else "strong"
    _, label = connected_components(links, directed=True, connection=kind)
    votes = counts.effective
    sizes = np.bincount(label, minlength=1)
    few = np.zeros(len(sizes), dtype=bool)
    if not always_finite:
        few[label[votes <= SINGLE]] = True
    order = [int(i) for i in np.argsort(-sizes, kind="stable") if sizes[i] > 1 and not few[i]]
    number = {piece: index for index, piece in enumerate(order)}
    component = np.array([number.get(int(piece), -1) for piece in label], dtype=np.intp)
    wins = np.asarray(beats.any(axis=1)).reshape(-1).tolist()
    losses = np.asarray(beats.any(axis=0)).reshape(-1).tolist()
    status = tuple(
        "rated" if component[i] >= 0 else _lack(wins[i], losses[i], float(votes[i])) for i in range(counts.n_models)
    )
    return Pieces(component, status)


def _lack(wins: bool, losses: bool, votes: float) -> str:
    if votes == 0:
        return "unranked: no votes"
    if votes <= SINGLE and wins and losses:
        return "unranked: needs 1 more vote"
    if not losses:
        return "unranked: needs a loss"
    if not wins:
        return "unranked: needs a win"
    return "unranked: needs a win and a loss against the same group"
