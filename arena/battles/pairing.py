"""Which two models meet, and with what probability."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from arena.battles.models import Battle
from arena.catalogue.models import Deployment
from arena.catalogue.services import eligible_deployments
from arena.errors import NoPair

DAMPING, POWER = 50, 0.4  # w ∝ 1/(battles + 50)^0.4: newcomers are drawn more often, but not only they


@dataclass(frozen=True)
class Entrant:
    """A contestant that could be drawn. `deployments` are interchangeable: the same weights."""

    contestant_id: int
    model_id: int
    country: str
    weight: float
    deployments: tuple[Deployment, ...]


@dataclass(frozen=True)
class Draw:
    """Two deployments in side order, and the probability of the unordered pair."""

    a: Deployment
    b: Deployment
    probability: float


def draw(generator: random.Random | None = None) -> Draw:
    """Draw a pair and its sides among what can battle now."""
    chance = generator or random.SystemRandom()
    table = pair_probabilities(entrants())
    if not table:
        raise NoPair(_("Fewer than two models can battle right now. The question is kept; please try again soon."))
    pairs, weights = list(table), list(table.values())
    index = chance.choices(range(len(pairs)), weights)[0]
    sides = [chance.choice(entrant.deployments) for entrant in pairs[index]]
    chance.shuffle(sides)
    return Draw(sides[0], sides[1], weights[index])


def pair_probabilities(rows: Sequence[Entrant]) -> dict[tuple[Entrant, Entrant], float]:
    """Return the probability of each unordered pair of different models; empty with fewer than two.

    Chinese against American pairs share `CROSS_COUNTRY_SHARE`; all others share the rest. Where one
    part is empty the other has everything.
    """
    parts: dict[bool, dict[tuple[Entrant, Entrant], float]] = {True: {}, False: {}}
    for left, right in combinations(rows, 2):
        if left.model_id != right.model_id:
            cross = {left.country, right.country} == {"CN", "US"}
            parts[cross][left, right] = left.weight * right.weight
    share = settings.CROSS_COUNTRY_SHARE
    shares = {True: share if parts[False] else 1.0, False: 1.0 - share if parts[True] else 1.0}
    table: dict[tuple[Entrant, Entrant], float] = {}
    for cross, pairs in parts.items():
        total = sum(pairs.values())
        table |= {pair: shares[cross] * weight / total for pair, weight in pairs.items()}
    return {pair: probability for pair, probability in table.items() if probability > 0}


def entrants() -> list[Entrant]:
    """Return what can battle now, with the weight of each draw."""
    groups: dict[int, list[Deployment]] = {}
    for deployment in eligible_deployments():
        assert deployment.contestant_id is not None
        groups.setdefault(deployment.contestant_id, []).append(deployment)
    battles = _battles(list(groups))
    rows = []
    for contestant_id, deployments in groups.items():
        model = deployments[0].model
        assert model is not None
        weight = max(d.weight for d in deployments) / (battles.get(contestant_id, 0) + DAMPING) ** POWER
        if weight > 0:
            country = str(model.developer.country)
            rows.append(Entrant(contestant_id, model.pk, country, weight, tuple(deployments)))
    return rows


def _battles(contestants: list[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for side in ("contestant_a", "contestant_b"):
        blind = Battle.objects.filter(mode=Battle.Mode.BLIND, **{f"{side}__in": contestants})
        rows = blind.values_list(side).annotate(Count("pk"))
        for contestant, count in rows:
            counts[contestant] = counts.get(contestant, 0) + count
    return counts
