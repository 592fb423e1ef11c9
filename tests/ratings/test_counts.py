"""Votes into counts: exact, in one pass, and never a silent tie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratings import Counts, Outcome
from ratings.errors import BadCounts, BadModel, BadVote, BadWeight, SelfPair, UnknownOutcome

M = 4
votes = st.lists(
    st.tuples(st.integers(0, M - 1), st.integers(0, M - 1), st.integers(0, 3)).filter(lambda v: v[0] != v[1]),
    max_size=60,
)


def counts(rows: list[tuple[int, int, int]]) -> Counts:
    a, b, outcome = (np.array([row[i] for row in rows], dtype=int) for i in range(3))
    return Counts.from_votes(a, b, outcome, M)


def same(left: Counts, right: Counts) -> bool:
    return all(np.array_equal(getattr(left, n), getattr(right, n)) for n in ("wins", "ties", "both_bad"))


def test_each_outcome_has_its_place():
    c = Counts.from_votes([0, 0, 1, 2], [1, 1, 0, 0], [Outcome.A, Outcome.B, Outcome.TIE, Outcome.BOTH_BAD], 3)
    assert (c.wins[0, 1], c.wins[1, 0]) == (1, 1)
    assert c.ties[0, 1] == c.ties[1, 0] == 1
    assert c.both_bad[0, 2] == c.both_bad[2, 0] == 1
    assert c.votes == 3


@given(votes, st.randoms())
def test_the_order_of_votes_changes_nothing(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert same(counts(rows), counts(shuffled))


@given(votes)
def test_swapping_sides_changes_nothing(rows):
    swapped = [(b, a, {0: 1, 1: 0}.get(o, o)) for a, b, o in rows]
    assert same(counts(rows), counts(swapped))


@given(votes, votes)
def test_shards_merge_exactly_and_come_apart_again(left, right):
    assert same(counts(left) + counts(right), counts(left + right))
    assert same(counts(left + right) - counts(right), counts(left))


@given(votes)
def test_it_survives_json(rows):
    import json

    assert same(counts(rows), Counts.from_dict(json.loads(json.dumps(counts(rows).to_dict()))))


def test_many_chunks_are_one_count():
    generator = np.random.default_rng(1)
    a = generator.integers(0, M, 200_001)
    b = (a + generator.integers(1, M, len(a))) % M
    outcome = generator.integers(0, 4, len(a))
    c = Counts.from_votes(a, b, outcome, M)
    assert c.votes == (outcome != Outcome.BOTH_BAD).sum()
    assert c.wins[1, 2] == ((a == 1) & (b == 2) & (outcome == 0)).sum() + ((a == 2) & (b == 1) & (outcome == 1)).sum()


@pytest.mark.parametrize(
    ("a", "b", "outcome", "weight", "kind", "row"),
    [
        ([0, 1], [1, 1], [0, 0], None, SelfPair, 1),
        ([0, 9], [1, 0], [0, 0], None, BadModel, 1),
        ([-1], [0], [0], None, BadModel, 0),
        ([0, 0, 0], [1, 1, 1], [0, 2, 4], None, UnknownOutcome, 2),
        ([0, 0], [1, 1], [0, -1], None, UnknownOutcome, 1),
        ([0, 0], [1, 1], [0, 0], [1, -1], BadWeight, 1),
        ([0, 0], [1, 1], [0, 0], [np.nan, 1], BadWeight, 0),
    ],
)
def test_a_bad_row_is_named(a, b, outcome, weight, kind: type[BadVote], row: int):
    with pytest.raises(kind, match=f"row {row}") as caught:
        Counts.from_votes(a, b, outcome, M, weight)
    assert caught.value.row == row


def test_a_bad_row_in_a_later_chunk_has_its_own_number():
    a, b = np.zeros(70_000, dtype=int), np.ones(70_000, dtype=int)
    b[69_999] = 0
    with pytest.raises(SelfPair, match="row 69999"):
        Counts.from_votes(a, b, np.zeros(70_000, dtype=int), M)


@pytest.mark.parametrize("bad", [[[0.5, 1]], [0.5], ["a"]])
def test_columns_must_be_integers(bad):
    with pytest.raises(BadCounts):
        Counts.from_votes(bad, [1], [0], M)


def test_lengths_must_agree():
    with pytest.raises(BadCounts, match="lengths"):
        Counts.from_votes([0, 1], [1], [0], M)


def test_tables_must_be_counts():
    zero = np.zeros((2, 2))
    for broken in (np.full((2, 2), -1.0), np.eye(2), np.full((2, 2), np.inf), np.zeros((2, 3))):
        with pytest.raises(BadCounts):
            Counts(broken, zero, zero)


def test_taking_away_what_was_not_there_is_refused():
    with pytest.raises(BadCounts):
        Counts.empty(2) - Counts.from_votes([0], [1], [0], 2)
