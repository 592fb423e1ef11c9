"""From votes to snapshot, pages and API."""

import json

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arena.battles import making
from arena.battles import services as battles
from arena.battles.models import Voter
from arena.catalogue.models import Deployment
from arena.leaderboard import ledger, services
from arena.leaderboard.models import Board, Snapshot
from arena.leaderboard.tables import wilson
from tests.conftest import finish
from workers import refits

Pair = tuple[Deployment, Deployment]


def cast(voter: Voter, winner: Deployment | None, times: int = 1) -> None:
    """Votes for one deployment, or ties."""
    for _ in range(times):
        battle = finish(making.start(voter, "Why?"))
        outcome = "tie" if winner is None else "a" if battle.deployment_a == winner else "b"
        battles.vote(battle, outcome)


@pytest.fixture
def voted(pair: Pair, alice: Voter) -> Snapshot:
    """Three for the Chinese model, two for the American one, a tie."""
    cast(alice, pair[0], 3)
    cast(alice, pair[1], 2)
    cast(alice, None)
    services.refit_boards()
    return Snapshot.objects.get(board__slug="all")


def test_no_votes_is_200_everywhere(db, client: Client):
    body = client.get("/api/v1/leaderboard").json()
    assert (body["snapshot"], body["board"], body["models"]) == (None, "all", [])
    assert body["comparison"]["missing"] == 30
    page = client.get("/leaderboard/").content.decode()
    assert "Not enough votes yet" in page
    assert "Start the first battle" in page


def test_a_snapshot_has_the_fit(voted: Snapshot):
    first, second = voted.rows
    assert (first["model"], first["country"], first["votes"], first["battles"]) == ("Kappachi", "CN", 6, 6)
    assert first["rating"] - second["rating"] == pytest.approx(400 * np.log10(3.5 / 2.5), abs=1e-6)
    assert first["rating"] + second["rating"] == pytest.approx(2000, abs=1e-6)
    assert first["lower"] < first["rating"] < first["upper"]
    assert (first["rank_low"], first["rank_high"], first["status"]) == (1, 2, "rated")
    assert first["win_rate"] == pytest.approx(3.5 / 6)
    assert voted.through_seq == 6
    assert len(voted.ledger_hash) == 64


def test_nothing_new_makes_no_snapshot(voted: Snapshot):
    Board.objects.update(lease_until="2020-01-01T00:00:00Z")
    services.refit_boards()
    assert Snapshot.objects.filter(board__slug="all").count() == 1


def test_a_quiet_site_writes_nothing_and_neither_does_a_second_look(voted: Snapshot, client: Client):
    """Passes come every second and readers often: SQLite has one writer."""
    services.refit_boards()
    client.get(f"/snapshots/{voted.pk}/")
    with CaptureQueriesContext(connection) as asked:
        services.refit_boards()
        client.get(f"/snapshots/{voted.pk}/")
    assert [row["sql"] for row in asked if not row["sql"].lstrip("(").upper().startswith("SELECT")] == []


def test_a_board_is_refitted_once_a_second_at_most(voted: Snapshot, alice: Voter):
    cast(alice, None)
    services.refit_boards()
    assert Snapshot.objects.filter(board__slug="all").count() == 1
    Board.objects.update(lease_until="2020-01-01T00:00:00Z")
    services.refit_boards()
    assert Snapshot.objects.filter(board__slug="all").count() == 2


def test_a_board_that_has_to_wait_says_how_long(voted: Snapshot, alice: Voter):
    assert services.refit_boards() is None
    cast(alice, None)
    wait = services.refit_boards()
    assert wait is not None
    assert 0 < wait <= services.REFIT_EVERY.total_seconds()


def test_a_runner_goes_on_until_every_vote_is_published(voted: Snapshot, alice: Voter):
    cast(alice, None)
    refits.keep_up()
    newest = Snapshot.objects.filter(board__slug="all").first()
    assert newest is not None
    assert newest.votes == voted.votes + 1


def test_a_second_runner_leaves_the_votes_to_the_first(voted: Snapshot, alice: Voter):
    cast(alice, None)
    cache.add(refits.RUNNING, True, 5)
    refits.keep_up()
    assert Snapshot.objects.filter(board__slug="all").count() == 1


def test_votes_that_are_counted_while_a_board_is_read_are_read_again(voted: Snapshot, alice: Voter, monkeypatch):
    """A snapshot must not hold a vote that its position doesn't name."""
    read, late = services.board_counts, iter([True])

    def board_counts(board: Board):
        found = read(board)
        if next(late, False):
            cast(alice, None)
            ledger.count_new()
        return found

    monkeypatch.setattr(services, "board_counts", board_counts)
    newest = services.refit(voted.board)
    assert (newest.through_seq, newest.votes) == (voted.through_seq + 1, voted.votes + 1)


def test_a_board_that_votes_overtake_again_and_again_is_read_all_the_same(voted: Snapshot, alice: Voter, monkeypatch):
    """Three times a vote comes while the board is read; the fourth look holds the counting up."""
    read, looks = services.board_counts, []

    def board_counts(board: Board):
        found = read(board)
        looks.append(board)
        if len(looks) <= 3:
            cast(alice, None)
            ledger.count_new()
        return found

    monkeypatch.setattr(services, "board_counts", board_counts)
    newest = services.refit(voted.board)
    assert len(looks) == 4
    assert newest.votes == newest.through_seq == voted.votes + 3


def test_recomputing_a_snapshot_gives_the_same_numbers(voted: Snapshot):
    again = services.refit(voted.board)
    assert again.rows == voted.rows
    assert again.comparison == voted.comparison
    assert again.ledger_hash == voted.ledger_hash


def test_a_model_that_only_won_is_unranked_and_says_why(pair: Pair, alice: Voter, client: Client):
    cast(alice, pair[0])
    services.refit_boards()
    rows = {row["model"]: row for row in client.get("/api/v1/leaderboard").json()["models"]}
    assert (rows["Kappachi"]["rating"], rows["Kappachi"]["status"]) == (None, "unranked: needs a loss")
    assert rows["Lambdani"]["status"] == "unranked: needs a win"
    assert "needs a loss" in client.get("/leaderboard/").content.decode()


def test_the_api_has_the_agreed_keys(voted: Snapshot, client: Client):
    response = client.get("/api/v1/leaderboard")
    body = response.json()
    assert set(body) == {"snapshot", "board", "models", "comparison"}
    assert set(body["snapshot"]) == {"id", "created", "through_seq", "method", "code_version"}
    assert set(body["comparison"]) == {"sentence", "estimate", "lower", "upper", "votes", "missing"}
    row = {"model", "rating", "lower", "upper", "rank_low", "rank_high", "votes", "status", "slug", "country"}
    assert row <= set(body["models"][0])
    assert "NaN" not in response.content.decode()


def test_the_api_answers_304(voted: Snapshot, client: Client):
    tag = client.get("/api/v1/leaderboard")["ETag"]
    assert client.get("/api/v1/leaderboard", headers={"If-None-Match": tag}).status_code == 304


def test_too_few_votes_give_no_verdict(voted: Snapshot):
    comparison = voted.comparison
    assert (comparison["estimate"], comparison["votes"], comparison["missing"]) == (None, 6, 24)
    assert "24 more are needed" in comparison["sentence"]


def test_enough_votes_give_a_number_and_an_honest_sentence(pair: Pair, alice: Voter, settings):
    settings.VOTES_FOR_VERDICT = 5
    settings.BATTLE_RATE = "9999/m"
    cast(alice, pair[0], 4)
    cast(alice, pair[1], 3)
    services.refit_boards()
    comparison = Snapshot.objects.get(board__slug="all").comparison
    assert comparison["lower"] < 0 < comparison["upper"]
    assert comparison["sentence"].startswith("Can't tell yet")
    assert comparison["missing"] > 0


def test_the_page_filters_and_sorts_by_its_address(voted: Snapshot, client: Client):
    page = client.get("/leaderboard/?country=US").content.decode()
    assert "Lambdani" in page
    assert "/models/kappachi/" not in page
    by_name = client.get("/leaderboard/?sort=model&dir=desc").content.decode()
    assert by_name.index("/models/lambdani/") < by_name.index("/models/kappachi/")
    assert client.get("/leaderboard/?sort=nonsense&dir=x&country=%00").status_code == 200


def test_the_page_asks_for_news_and_gets_204_without(voted: Snapshot, client: Client):
    assert client.get(f"/leaderboard/?since={voted.pk}").status_code == 204
    news = client.get("/leaderboard/?since=0")
    assert news.status_code == 200
    assert b"<html" not in news.content


def test_a_models_page_has_facts_sources_and_record(voted: Snapshot, client: Client):
    page = client.get("/models/kappachi/").content.decode()
    for fact in ("China", "Apache-2.0", "Source of these facts", "Lambdani", "Record against each opponent"):
        assert fact in page
    assert client.get("/models/nothing/").status_code == 404
    assert client.get("/models/").status_code == 200


def test_documents_are_pages(db, client: Client):
    assert "Bradley" in client.get("/methods/").content.decode()
    assert "cookie" in client.get("/terms/").content.decode()


def test_pairs_are_in_the_snapshot(voted: Snapshot):
    (row,) = services.pairs(voted)
    assert sorted(row[2:4]) == [2, 3]
    assert row[4:] == [1, 0]
    assert json.dumps(voted.rows)


def test_old_snapshots_are_thinned_to_one_a_day_unless_linked(voted: Snapshot, client: Client, alice: Voter):
    from datetime import timedelta

    from django.utils import timezone

    old = timezone.now().replace(hour=12) - timedelta(days=9)
    kept = []
    for _ in range(4):
        cast(alice, None)
        ledger.count_new()
        kept.append(services.refit(voted.board).pk)
    for number, pk in enumerate(kept):
        Snapshot.objects.filter(pk=pk).update(created=old + timedelta(minutes=number, days=number // 3))
    client.get(f"/snapshots/{kept[0]}/")  # somebody opened it, and may have passed the address on
    assert services.thin_snapshots() == 1
    left = Snapshot.objects.filter(board=voted.board)
    assert set(left.values_list("pk", flat=True)) == {voted.pk, kept[0], kept[2], kept[3]}


def test_wilson():
    assert wilson(0, 0) == (0, 1)
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))
