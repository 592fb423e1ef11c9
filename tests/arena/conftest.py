"""What the tests of the comparison share: a board of eight models."""

import itertools
from collections import Counter

import numpy as np
import pytest
from django.test import Client

from arena.catalogue.models import CatalogueModel, Contestant, Developer
from arena.leaderboard import services
from arena.leaderboard.imports import add_to_cells

BOARD = "source-test"
# slug, developer, country, base country, permissive, active parameters, strength
MODELS = [
    ("panda", "Alpha", "CN", "", True, 1.0, 0.9),
    ("tiger", "Alpha", "CN", "", True, 8.0, -0.3),
    ("crane", "Beta", "CN", "US", False, 30.0, 0.2),
    ("koi", "Gamma", "CN", "", None, None, -0.4),
    ("eagle", "Delta", "US", "", True, 1.0, 0.3),
    ("bison", "Delta", "US", "", False, 8.0, 0.0),
    ("otter", "Epsilon", "US", "CN", True, 70.0, -0.2),
    ("heron", "Zeta", "FR", "", True, 7.0, 0.6),
]


@pytest.fixture
def board() -> str:
    """2,000 votes on each pair, as often as the strengths say."""
    ids = []
    for slug, developer, country, base, permissive, active, _ in MODELS:
        maker, _ = Developer.objects.get_or_create(slug=developer, name=developer, country=country)
        model = CatalogueModel.objects.create(
            slug=slug, name=slug, family=slug, developer=maker, base_country=base, permissive=permissive,
            active_params_b=active, openness="open-weight", source="test",
        )  # fmt: skip
        ids.append(Contestant.objects.create(model=model, weights_digest="").pk)
    totals = {}
    for i, j in itertools.combinations(range(len(MODELS)), 2):
        won = round(2000 / (1 + np.exp(MODELS[j][6] - MODELS[i][6])))
        totals[ids[i], ids[j], "en"] = Counter(wins_low=won, wins_high=2000 - won)
    add_to_cells("test", totals, 1)
    services.refit_boards()
    return BOARD


def ask(client: Client, **query: object) -> dict:
    response = client.get("/api/v1/china-us", {"board": BOARD, **query})
    assert response.status_code == 200, response.content
    return response.json()
