"""Times and memory of the ratings, from codes and from counts, with a peer beside them where installed.

    .venv/bin/python -m benchmarks.ratings [--models 200] [--votes 1000000]

Medians of warm runs in one process; evalica is timed beside ours where it can be imported.
"""

import argparse
import importlib.util
import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from ratings import Counts, fit


def votes(models: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simulate votes with 30 % ties."""
    generator = np.random.default_rng(1)
    a = generator.integers(0, models, n)
    b = (a + generator.integers(1, models, n)) % models
    theta = np.linspace(-1, 1, models)
    p = 1 / (1 + np.exp(theta[b] - theta[a]))
    outcome = np.where(generator.random(n) < 0.3, 2, np.where(generator.random(n) < p, 0, 1))
    return a, b, outcome


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Return the median of warm runs."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--votes", type=int, default=1_000_000)
    options = parser.parse_args()
    a, b, outcome = votes(options.models, options.votes)
    counts = Counts.from_votes(a, b, outcome, options.models)
    ours = seconds(lambda: fit(Counts.from_votes(a, b, outcome, options.models)))
    print(f"M {options.models}, N {options.votes:,}")
    print(f"  codes -> intervals    {ours * 1000:9.1f} ms")
    print(f"  counts -> intervals   {seconds(lambda: fit(counts)) * 1000:9.1f} ms")

    def everything() -> None:
        table = fit(counts)
        assert len(table.lower_all) == len(table.rank_low)

    print(f"  ... with all-at-once  {seconds(everything, 3) * 1000:9.1f} ms")
    tracemalloc.start()
    fit(Counts.from_votes(a, b, outcome, options.models))
    print(f"  peak extra memory     {tracemalloc.get_traced_memory()[1] / 2**20:9.1f} MiB")
    tracemalloc.stop()
    if importlib.util.find_spec("evalica"):
        import evalica

        winners = [{0: evalica.Winner.X, 1: evalica.Winner.Y, 2: evalica.Winner.Draw}[int(o)] for o in outcome]
        left, right = a.tolist(), b.tolist()
        peer = seconds(lambda: evalica.bradley_terry(left, right, winners), 3)
        print(f"  evalica, lists        {peer * 1000:9.1f} ms   {peer / ours:6.1f} x ours, no intervals")


if __name__ == "__main__":
    main()
