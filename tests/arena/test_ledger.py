"""Votes into counts, exactly once."""

import threading

import pytest
from django.db import connections

from arena.battles import making, services
from arena.battles.models import Uncounted, Void, Vote, Voter
from arena.catalogue.models import Deployment
from arena.leaderboard import ledger
from arena.leaderboard.models import Cell, LedgerEntry
from tests.conftest import finish

Pair = tuple[Deployment, Deployment]


def cast(voter: Voter, outcome: str) -> Vote:
    return services.vote(finish(making.start(voter, "Why?")), outcome)


def totals() -> tuple[int, int, int, int]:
    cell = Cell.objects.get()
    return cell.wins_low, cell.wins_high, cell.ties, cell.both_bad


def test_each_outcome_has_its_column(pair: Pair, alice: Voter):
    low = min(d.contestant_id for d in pair)
    expected = [0, 0, 0, 0]
    for outcome in ("a", "b", "a", "tie", "both_bad"):
        vote = cast(alice, outcome)
        if outcome in {"a", "b"}:
            winner = vote.contestant_a_id if outcome == "a" else vote.contestant_b_id
            expected[0 if winner == low else 1] += 1
    expected[2:] = [1, 1]
    assert ledger.count_new() == 5
    assert totals() == tuple(expected)


def test_counting_twice_counts_once(pair: Pair, alice: Voter):
    cast(alice, "tie")
    assert (ledger.count_new(), ledger.count_new()) == (1, 0)
    assert totals() == (0, 0, 1, 0)


def test_numbers_have_no_gap_and_the_hash_names_the_votes(pair: Pair, alice: Voter):
    for outcome in ("a", "b", "tie"):
        cast(alice, outcome)
        ledger.count_new()
    rows = list(LedgerEntry.objects.values_list("seq", "running_hash"))
    assert [seq for seq, _ in rows] == [1, 2, 3]
    running = ""
    for entry in LedgerEntry.objects.select_related("vote"):
        running = ledger.chain(running, entry.vote, entry.sign)
        assert entry.running_hash == running


def test_a_void_takes_its_vote_away_once(pair: Pair, alice: Voter):
    vote = cast(alice, "tie")
    ledger.count_new()
    Void.objects.create(vote=vote)
    Uncounted.objects.create(vote=vote, sign=-1)
    ledger.count_new()
    assert totals() == (0, 0, 0, 0)
    assert ledger.position()[0] == 2


def test_a_vote_with_a_leak_has_a_number_and_no_count(pair: Pair, alice: Voter):
    vote = cast(alice, "tie")
    Vote.objects.filter(pk=vote.pk).update(leak=True)
    ledger.count_new()
    assert ledger.position()[0] == 1
    assert not Cell.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_writers_count_each_vote_once(pair: Pair, alice: Voter):
    from unittest.mock import patch

    from arena import queue

    with patch.object(queue, "_send"):
        for _ in range(12):
            cast(alice, "tie")
    errors: list[Exception] = []

    def write() -> None:
        try:
            ledger.count_new()
        except Exception as error:  # noqa: BLE001  (shown below)
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert totals() == (0, 0, 12, 0)
    assert list(LedgerEntry.objects.values_list("seq", flat=True)) == list(range(1, 13))
