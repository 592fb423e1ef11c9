"""Like for like within classes of size, and how few models turn an answer."""

import numpy as np
import pytest

from ratings import fit
from ratings.classes import within_classes
from ratings.fragile import mean_difference, models_to_turn
from tests.simulate import simulate

NAMES = ("Chinese", "American")


def test_a_difference_of_sizes_is_no_difference_of_groups():
    """The first group has larger models, and size is all that matters."""
    sizes = [1.0, 7.0, 7.0, 7.0, 1.0, 1.0, 1.0, 7.0]
    groups = ["CN"] * 4 + ["US"] * 4
    counts = simulate(np.where(np.array(sizes) > 2, 0.5, -0.5), 20_000, 1)
    table = fit(counts)
    classes, pooled = within_classes(counts, table, groups, "CN", "US", NAMES, sizes)
    assert mean_difference(table, groups, "CN", "US") > 60
    assert pooled.lower < 0 < pooled.upper
    assert [(c.low, c.high, c.contrast.models) for c in classes] == [(0, 2, (1, 3)), (5, 10, (3, 1))]


def test_the_pooled_answer_weighs_classes_by_their_models():
    sizes = [1.0, 1.0, 1.0, 1.0, 30.0, 30.0]
    groups = ["CN", "CN", "US", "US", "CN", "US"]
    counts = simulate(np.array([0.3, 0.3, -0.3, -0.3, -0.4, 0.4]), 20_000, 2)
    classes, pooled = within_classes(counts, fit(counts), groups, "CN", "US", NAMES, sizes)
    small, large = (c.contrast.estimate for c in classes)
    assert pooled.estimate == pytest.approx((1.0 * small + 0.5 * large) / 1.5)
    assert small > 0 > large
    assert "People prefer American" in classes[1].contrast.sentence


def test_unknown_sizes_and_empty_classes_take_no_part():
    counts = simulate(np.zeros(4), 2000, 3)
    args = (counts, fit(counts), ["CN", "US", "CN", "US"], "CN", "US", NAMES)
    classes, pooled = within_classes(*args, [1.0, None, 300.0, 300.0])
    assert [(c.low, c.high) for c in classes] == [(120.0, np.inf)]
    assert pooled.models == (1, 1)
    classes, pooled = within_classes(*args, [None] * 4)
    assert classes == []
    assert np.isnan(pooled.estimate)


def test_the_models_that_turn_an_answer():
    groups = ["CN", "CN", "CN", "US", "US", "US"]
    table = fit(simulate(np.array([1.5, -0.2, -0.2, 0.0, 0.0, 0.0]), 20_000, 4))
    assert mean_difference(table, groups, "CN", "US") > 0
    assert models_to_turn(table, groups, "CN", "US") == [0]
    far = fit(simulate(np.array([0.9, 0.8, 0.7, -0.7, -0.8, -0.9]), 20_000, 5))
    assert models_to_turn(far, groups, "CN", "US") is None
