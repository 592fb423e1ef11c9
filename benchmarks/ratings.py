"""Times and memory of the ratings beside their peers, in one run.

    make peers && .venv-peers/bin/python -m benchmarks.ratings [--models 200] [--votes 10000000] [--runs 5]

Medians of warm runs in one process; memory is the rise of the process's peak while the work runs, each in a process of
its own. Peers that can't be imported are left out. "plain" is a trial of the recipe in numpy and scipy without
any check of its input: what the checks and the module's shape cost.
"""

import argparse
import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.linalg
from scipy.special import expit

from ratings import Counts, fit
from ratings.bootstrap import bootstrap
from ratings.reading import Votes

Work = Callable[[], object]
WORDS = np.array(["model_a", "model_b", "tie"], dtype=object)


def votes(models: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simulate votes with 30 % ties."""
    generator = np.random.default_rng(1)
    a = generator.integers(0, models, n)
    b = (a + generator.integers(1, models, n)) % models
    theta = np.linspace(-1, 1, models)
    p = 1 / (1 + np.exp(theta[b] - theta[a]))
    outcome = np.where(generator.random(n) < 0.3, 2, np.where(generator.random(n) < p, 0, 1))
    return a, b, outcome


def plain(a: np.ndarray, b: np.ndarray, outcome: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Return strengths and standard errors, from codes, unchecked."""
    cells = np.bincount((a * m + b) * 3 + outcome, minlength=m * m * 3).reshape(m, m, 3)
    wins, ties = (cells[:, :, 0] + cells[:, :, 1].T).astype(float), (cells[:, :, 2] + cells[:, :, 2].T).astype(float)
    games, won, theta = wins + wins.T + ties, (wins + ties / 2).sum(axis=1), np.zeros(m)
    for _ in range(20):
        p = expit(theta[:, None] - theta[None, :])
        curve = games * p * (1 - p)
        hessian = np.diag(curve.sum(axis=1)) - curve + 1
        step = scipy.linalg.solve(hessian, won - (games * p).sum(axis=1), assume_a="pos")
        theta += step
        if np.abs(step).max() < 1e-10:
            break
    p = expit(theta[:, None] - theta[None, :])
    squares = wins * (1 - p) ** 2 + wins.T * p**2 + ties * (0.5 - p) ** 2
    inverse = np.linalg.inv(hessian)
    return theta, np.sqrt(np.diagonal(inverse @ (np.diag(squares.sum(axis=1)) - squares) @ inverse))


def frame_of(a: np.ndarray, b: np.ndarray, outcome: np.ndarray, m: int) -> "object":
    """Return a data frame of strings, as the public arenas publish them."""
    import pandas as pd

    names = np.array([f"model-{i:03d}" for i in range(m)], dtype=object)
    return pd.DataFrame({"model_a": names[a], "model_b": names[b], "winner": WORDS[outcome]}).astype("str")


def ours(m: int, n: int) -> dict[str, Work]:
    """Return the pieces of work that are ours."""
    a, b, outcome = votes(m, n)
    counts = Counts.from_votes(a, b, outcome, m)

    def everything() -> object:
        table = fit(counts)
        return table.lower_all, table.rank_low

    work: dict[str, Work] = {
        "plain: codes -> intervals": lambda: plain(a, b, outcome, m),
        "ours: codes -> intervals": lambda: fit(Counts.from_votes(a, b, outcome, m)),
        "ours: counts -> intervals": lambda: fit(counts),
        "ours: counts -> all at once and ranks": everything,
        "ours: 1,000 resamples from counts": lambda: bootstrap(counts, 1000),
    }
    if importlib.util.find_spec("pandas"):
        frame = frame_of(a, b, outcome, m)

        def strings() -> object:
            return fit(Votes.from_columns(frame["model_a"], frame["model_b"], frame["winner"]).counts())

        work["ours: strings -> intervals"] = strings
    return work


def peers(m: int, n: int) -> dict[str, Work]:
    """Return the peers' pieces of work."""
    a, b, outcome = votes(m, n)
    work: dict[str, Work] = {}
    if importlib.util.find_spec("choix"):
        import choix

        counts = Counts.from_votes(a, b, outcome, m)
        score = counts.wins + counts.ties / 2
        work["choix: counts, no intervals"] = lambda: choix.ilsr_pairwise_dense(score)
    if importlib.util.find_spec("evalica"):
        import evalica

        kinds = (evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw)
        left, right, winners = a.tolist(), b.tolist(), [kinds[o] for o in outcome.tolist()]
        work["evalica: lists, no intervals"] = lambda: evalica.bradley_terry(left, right, winners)
    if importlib.util.find_spec("arena_rank"):
        from arena_rank.models.bradley_terry import BradleyTerry
        from arena_rank.utils.data_utils import PairDataset

        frame = frame_of(a, b, outcome, m)
        work["arena-rank: strings -> intervals"] = lambda: BradleyTerry(m).compute_ratings_and_cis(
            PairDataset.from_pandas(frame)
        )
    return work


def seconds(work: Work, runs: int) -> float:
    """Return the median of warm runs; one run is enough where it takes long."""
    began = time.perf_counter()
    work()
    if time.perf_counter() - began > 20:
        runs = 1
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def peak_mib() -> float:
    """Return the process's peak memory since the last reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def memory(name: str, m: int, n: int) -> float:
    """Return how far a piece of work raises this process's memory, MiB."""
    work = (ours(m, n) | peers(m, n))[name]
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_mib()
    work()
    return peak_mib() - before


def measured_apart(name: str, m: int, n: int) -> float:
    """Return `memory` of a fresh process."""
    command = [sys.executable, "-m", "benchmarks.ratings", "--models", str(m), "--votes", str(n), "--memory", name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    options = parser.parse_args()
    m, n = options.models, options.votes
    if options.memory:
        print(memory(options.memory, m, n))
        return
    found = {name: seconds(work, options.runs) for name, work in (ours(m, n) | peers(m, n)).items()}
    base = {"strings": found.get("ours: strings -> intervals", np.nan), "counts": found["ours: counts -> intervals"]}
    print(f"M {m}, N {n:,}")
    for name, time_taken in found.items():
        kind = next((kind for kind in base if f": {kind}" in name), "")
        ratio = time_taken / base.get(kind, found["ours: codes -> intervals"])
        print(f"  {name:<40} {time_taken * 1000:10.1f} ms {ratio:8.2f} x ours {measured_apart(name, m, n):8.0f} MiB")


if __name__ == "__main__":
    main()
