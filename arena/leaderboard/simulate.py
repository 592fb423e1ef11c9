"""A large arena of made-up models and votes, to try pages and timings. Marked as simulated wherever it shows."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from arena.catalogue.models import CatalogueModel, Contestant, Developer
from arena.leaderboard.imports import Key, add_to_cells
from arena.leaderboard.models import Import, Tally

COUNTRIES = ("CN", "US", "CN", "US", "FR")
MODELS_A_DEVELOPER = 4
TIES, BOTH_BAD = 0.25, 0.08
LANGUAGES = {"en": 0.6, "zh": 0.3, "other": 0.1}
SPREAD, BY_SIZE = 0.45, 0.18  # natural scale: between models, and per doubling of active parameters


@transaction.atomic
def simulate(source: str, models: int, votes: int, seed: int) -> Import:
    """Make models and votes under a source of their own; everything or nothing."""
    row = Import.objects.create(
        source=source, name=f"{models} models, {votes} votes, seed {seed}", digest=f"simulated-{seed}", simulated=True
    )
    generator = np.random.default_rng(seed)
    sizes = np.round(2 ** generator.uniform(-1, 7, models), 1)
    contestants = [_contestant(source, number, float(size)) for number, size in enumerate(sizes)]
    theta = generator.normal(0, SPREAD, models) + BY_SIZE * np.log2(sizes)
    totals: dict[Key, Counter[str]] = {}
    for language, share in LANGUAGES.items():
        for low, high, counts in _votes(contestants, theta, round(votes * share), generator):
            totals[low, high, language] = counts
    add_to_cells(source, totals, votes)
    Tally.objects.bulk_create(_tallies(contestants, sizes, votes, generator))
    Import.objects.filter(pk=row.pk).update(lines=votes, votes=votes, finished=timezone.now())
    row.refresh_from_db()
    return row


def _contestant(source: str, number: int, size: float) -> int:
    maker = number // MODELS_A_DEVELOPER
    developer, _ = Developer.objects.get_or_create(
        slug=f"{source}-developer-{maker}",
        defaults={"name": f"Simulated developer {maker} ({source})", "country": COUNTRIES[maker % len(COUNTRIES)]},
    )
    model = CatalogueModel.objects.create(
        slug=f"{source}-{number:03d}",
        name=f"Simulated {number:03d} ({source})",
        family="Simulated",
        developer=developer,
        openness=CatalogueModel.Openness.OPEN_WEIGHT,
        permissive=bool(maker % 3),
        total_params_b=size * (4 if number % 3 == 0 else 1),
        active_params_b=size,
        source="Made up by simulate_arena.",
        external=True,
    )
    return Contestant.objects.create(model=model, weights_digest="").pk


def _tallies(contestants: list[int], sizes: Any, votes: int, generator: np.random.Generator) -> list[Tally]:
    """Small models write faster, large ones fail less; how long the answers are has nothing to do with it."""
    seen = 2 * votes // len(contestants)
    failures = generator.binomial(seen, 0.04 / (1 + sizes))
    leaks = generator.binomial(seen, 0.01, len(contestants))
    tokens = seen * generator.uniform(150, 600, len(contestants))
    columns = zip(contestants, sizes.tolist(), failures.tolist(), leaks.tolist(), tokens.tolist(), strict=True)
    return [
        Tally(
            contestant_id=contestant,
            votes=seen,
            leaks=leaked,
            failures=failed,
            replies=seen,
            words=round(0.75 * long),
            tokens=round(long),
            eval_ms=round(long * (4 + 0.6 * size)),
        )
        for contestant, size, failed, leaked, long in columns
    ]


def _votes(
    contestants: list[int], theta: Any, votes: int, generator: np.random.Generator
) -> Iterator[tuple[int, int, Counter[str]]]:
    """Draw all pairs alike, and each pair's outcomes at once."""
    i, j = np.triu_indices(len(contestants), 1)
    games = generator.multinomial(votes, np.full(len(i), 1 / len(i)))
    p = 1 / (1 + np.exp(theta[j] - theta[i]))
    even = TIES * 2 * np.minimum(p, 1 - p)
    chances = np.stack([(p - even / 2) * (1 - BOTH_BAD), (1 - p - even / 2) * (1 - BOTH_BAD), even * (1 - BOTH_BAD)])
    outcomes = generator.multinomial(games, np.vstack([chances, np.full(len(i), BOTH_BAD)]).T)
    for a, b, (won, lost, tied, bad) in zip(i.tolist(), j.tolist(), outcomes.tolist(), strict=True):
        if won + lost + tied + bad:
            counts = Counter({"wins_low": won, "wins_high": lost, "ties": tied, "both_bad": bad})
            yield contestants[a], contestants[b], counts
