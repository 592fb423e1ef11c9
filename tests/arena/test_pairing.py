"""Who meets whom, and that the stored probability is the true one."""

import random

import pytest

from arena.battles import pairing
from arena.battles.pairing import Entrant, pair_probabilities
from arena.catalogue.models import Deployment
from arena.errors import NoPair
from tests.conftest import deploy, make_model


def entrant(number: int, country: str, weight: float = 1.0, model: int | None = None) -> Entrant:
    return Entrant(number, model or number, country, weight, ())


def test_cross_country_pairs_share_four_fifths():
    table = pair_probabilities([entrant(1, "CN"), entrant(2, "CN"), entrant(3, "US"), entrant(4, "FR")])
    cross = sum(p for (a, b), p in table.items() if {a.country, b.country} == {"CN", "US"})
    assert cross == pytest.approx(0.8)
    assert sum(table.values()) == pytest.approx(1)


def test_where_one_part_is_empty_the_other_has_everything():
    assert sum(pair_probabilities([entrant(1, "CN"), entrant(2, "US")]).values()) == pytest.approx(1)
    assert sum(pair_probabilities([entrant(1, "FR"), entrant(2, "FR")]).values()) == pytest.approx(1)


def test_the_same_model_in_two_weights_never_meets_itself():
    assert pair_probabilities([entrant(1, "CN", model=9), entrant(2, "CN", model=9)]) == {}


def test_weights_multiply():
    table = pair_probabilities([entrant(1, "CN", 2.0), entrant(2, "US"), entrant(3, "US")])
    assert list(table.values()) == [pytest.approx(0.8 / 2), pytest.approx(0.8 / 2), pytest.approx(0.2)]


def test_a_draw_states_its_probability_and_fair_sides(host, chinese: Deployment, american: Deployment):
    third = deploy(host, make_model("Muon", "US", "muon:1b"), "muon:1b")
    generator = random.Random(7)
    draws = [pairing.draw(generator) for _ in range(600)]
    assert sorted({round(d.probability, 9) for d in draws}) == [0.2, 0.4]
    assert sum(d.a == chinese or d.b == chinese for d in draws) / 600 == pytest.approx(0.8, abs=0.06)
    first = [d.a == chinese for d in draws if chinese in (d.a, d.b)]
    assert sum(first) / len(first) == pytest.approx(0.5, abs=0.08)
    assert all(third != d.a or d.a != d.b for d in draws)


def test_fewer_than_two_models_is_said_in_words(chinese: Deployment):
    with pytest.raises(NoPair, match="two models"):
        pairing.draw()


@pytest.mark.parametrize(
    "change", [{"state": "paused"}, {"present": False}, {"problem": "x"}, {"context_tokens": 4096}]
)
def test_what_is_not_eligible_is_not_drawn(pair, american: Deployment, change):
    Deployment.objects.filter(pk=american.pk).update(**change)
    assert len(pairing.entrants()) == 1


def test_newcomers_are_drawn_more_often(monkeypatch, pair, chinese: Deployment):
    monkeypatch.setattr(pairing, "_battles", lambda ids: {chinese.contestant_id: 10_000})
    old, new = sorted(pairing.entrants(), key=lambda e: e.weight)
    assert old.contestant_id == chinese.contestant_id
    assert new.weight / old.weight == pytest.approx((10_050 / 50) ** 0.4)
