"""What the intervals hold, what chosen pairs save, what an attacker moves: by simulation, where the truth is known.

.venv/bin/python -m benchmarks.simulations [coverage|verdicts|design|attack] [--sets 200]
"""

import argparse
from collections.abc import Callable, Iterable

import numpy as np

from ratings import Counts, fit
from ratings.bootstrap import bootstrap
from ratings.clusters import fit_clustered
from ratings.groups import as_makers, contrast_weights, fixed
from ratings.integrity import against_the_crowd
from ratings.sampling import next_pairs
from ratings.scale import CENTRE, ELO
from tests.simulate import simulate, simulate_votes

NAMES = ("Chinese", "American")
Result = dict[str, float]


def averages(rows: Iterable[Result]) -> Result:
    """Return the mean of each column."""
    table = list(rows)
    return {key: float(np.mean([row[key] for row in table])) for key in table[0]}


def coverage(sets: int, models: int = 20, votes: int = 5000) -> Result:
    """Return how often 95 % intervals and rank ranges hold the truth, for each model and for all at once."""
    truth = np.linspace(-0.8, 0.8, models)
    target, place = truth * ELO + CENTRE, models - np.arange(models)

    def once(seed: int) -> Result:
        counts = simulate(truth, votes, seed)
        table = fit(counts)
        low, high = bootstrap(counts, 1000, seed).interval()
        plain = (table.lower <= target) & (target <= table.upper)
        wide = (table.lower_all <= target) & (target <= table.upper_all)
        ranks = (table.rank_low <= place) & (place <= table.rank_high)
        drawn = (low <= target) & (target <= high)
        return {
            "sandwich, each model": plain.mean(),
            "sandwich, all at once": plain.all(),
            "simultaneous, each model": wide.mean(),
            "simultaneous, all at once": wide.all(),
            "rank ranges, all at once": ranks.all(),
            "bootstrap 1,000, each model": drawn.mean(),
        }

    return averages(once(seed) for seed in range(sets))


def verdicts(sets: int, models: int = 20, votes: int = 5000) -> Result:
    """Return how often an answer names a winner when nothing differs, and covers when models are draws."""
    groups = ["CN", "US"] * (models // 2)

    def once(seed: int) -> Result:
        generator = np.random.default_rng(seed)
        truth = np.repeat(generator.normal(0, 0.5, models // 2), 2)  # as many strong ones on either side
        counts = simulate(truth - truth.mean(), votes, seed)
        these = fixed(counts, fit(counts), groups, "CN", "US", NAMES)
        drawn = generator.normal(0, 0.5, models)
        counts = simulate(drawn - drawn.mean(), votes, seed + 10_000)
        table = fit(counts)
        makers = as_makers(counts, table, groups, "CN", "US", NAMES)
        fixed_too = fixed(counts, table, groups, "CN", "US", NAMES)
        actual = (drawn[::2].mean() - drawn[1::2].mean()) * ELO
        return {
            "fixed, false verdicts, equal means": these.lower > 0 or these.upper < 0,
            "makers, false verdicts, equal makers": makers.lower > 0 or makers.upper < 0,
            "fixed, covers these models' difference": fixed_too.lower <= actual <= fixed_too.upper,
            "fixed, covers the makers' difference": fixed_too.lower <= 0 <= fixed_too.upper,
        }

    return averages(once(seed) for seed in range(sets))


def design(sets: int, models: int = 24, votes: int = 6000, step: int = 300) -> Result:
    """Return the share of votes that chosen pairs save against uniform ones at equal width of interval."""
    truth = np.linspace(-1.5, 1.5, models)
    groups = ["CN"] * 6 + ["US"] * 6 + [""] * (models - 12)  # half of the board belongs to other countries

    def widths(seed: int, choose: Callable[[Counts], np.ndarray | None]) -> tuple[np.ndarray, np.ndarray]:
        generator, counts, rows = np.random.default_rng(seed), Counts.empty(models), []
        i, j = np.triu_indices(models, 1)
        for start in range(0, votes, step):
            chance = choose(counts) if start else None
            pair = generator.choice(len(i), step, p=chance)
            new = simulate_votes(truth, step, seed * 1000 + start, a=i[pair], b=j[pair])
            counts = counts + Counts.from_votes(*new, models)
            table = fit(counts)
            w = contrast_weights(table, groups, "CN", "US")
            if start < votes // 2 or not np.isfinite(table.rating).all():
                rows.append((np.nan, np.nan))
            else:
                rows.append((table.standard_error.mean(), float(np.sqrt(w @ table.covariance @ w))))
        ranking, contrast = np.array(rows).T
        return ranking, contrast

    weights = np.array([{"CN": 1 / 6, "US": -1 / 6}.get(group, 0.0) for group in groups])

    def once(seed: int) -> Result:
        uniform = widths(seed, lambda _: None)
        ranked = widths(seed, lambda counts: next_pairs(counts).probability)[0]
        contrasted = widths(seed, lambda counts: next_pairs(counts, weights).probability)[1]
        # widths fall with the root of the votes: equal width after (width / width')² of them
        return {
            "votes saved, ranking": 1 - (ranked[-1] / uniform[0][-1]) ** 2,
            "votes saved, contrast": 1 - (contrasted[-1] / uniform[1][-1]) ** 2,
        }

    return averages(once(seed) for seed in range(sets))


def attack(sets: int, models: int = 10, honest: int = 200, each: int = 15, forged: int = 150) -> Result:
    """Return how far one attacker's votes for a middling model move it, and what is left without suspects."""
    truth = np.linspace(-0.6, 0.6, models)
    target = models // 2

    def once(seed: int) -> Result:
        generator = np.random.default_rng(seed)
        a, b, outcome = simulate_votes(truth, honest * each, seed)
        rival = generator.integers(0, models - 1, forged)
        rival += rival >= target
        left = np.concatenate([a, np.full(forged, target)])
        right = np.concatenate([b, rival])
        result = np.concatenate([outcome, np.zeros(forged, dtype=int)])
        voter = [f"v{k}" for k in np.repeat(np.arange(honest), each)] + ["attacker"] * forged
        found = against_the_crowd(left, right, result, voter, seed)
        suspects = {row.voter for row in found if row.p < 0.01 / len(found)}
        kept = np.array([name not in suspects for name in voter])
        clean = fit(Counts.from_votes(a, b, outcome, models))
        moved = fit(Counts.from_votes(left, right, result, models))
        saved = fit(Counts.from_votes(left[kept], right[kept], result[kept], models))
        return {
            "attacker found": "attacker" in suspects,
            "honest voters suspected, per arena": len(suspects - {"attacker"}),
            "Elo moved": moved.rating[target] - clean.rating[target],
            "Elo moved without suspects": saved.rating[target] - clean.rating[target],
            "ranks moved": float(
                (clean.rating > clean.rating[target]).sum() - (moved.rating > moved.rating[target]).sum()
            ),
            "ranks moved without suspects": float(
                (clean.rating > clean.rating[target]).sum() - (saved.rating > saved.rating[target]).sum()
            ),
        }

    return averages(once(seed) for seed in range(sets))


def voters(sets: int, models: int = 8, people: int = 150, each: int = 12) -> Result:
    """Return how often intervals by vote and by voter hold the truth when voters have tastes of their own."""
    truth = np.linspace(-0.5, 0.5, models)

    def draw(seed: int) -> tuple[np.ndarray, ...]:
        generator = np.random.default_rng(seed)
        columns = [
            simulate_votes(truth + generator.normal(0, 1.5, models), each, seed * 1000 + k) for k in range(people)
        ]
        return tuple(np.concatenate(column) for column in zip(*columns, strict=True))

    many = [np.concatenate(c) for c in zip(*(draw(seed) for seed in range(5000, 5200)), strict=True)]
    target = fit(Counts.from_votes(*many, models)).rating

    def once(seed: int) -> Result:
        votes = draw(seed)
        plain = fit(Counts.from_votes(*votes, models))
        clustered = fit_clustered(*votes, np.repeat(np.arange(people), each).tolist(), models)
        return {
            "by vote, each model": ((plain.lower <= target) & (target <= plain.upper)).mean(),
            "by voter, each model": ((clustered.lower <= target) & (target <= clustered.upper)).mean(),
        }

    return averages(once(seed) for seed in range(sets))


def attack_sizes(sets: int) -> Result:
    """Return `attack` for several numbers of forged votes."""
    rows = {}
    for forged in (20, 50, 150, 500):
        rows |= {f"{forged} votes: {key}": value for key, value in attack(sets, forged=forged).items()}
    return rows


WORK = {"coverage": coverage, "verdicts": verdicts, "voters": voters, "design": design, "attack": attack_sizes}


def main() -> None:
    """Print what was asked for, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*WORK, []], default=[])
    parser.add_argument("--sets", type=int, default=200)
    options = parser.parse_args()
    for name in options.what or WORK:
        print(f"{name}, {options.sets} simulated arenas")
        for key, value in WORK[name](options.sets).items():
            print(f"  {key:<48} {value:8.3f}")


if __name__ == "__main__":
    main()
