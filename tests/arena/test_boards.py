"""A vote dirties only the boards that its cell is part of; other sources have boards of their own."""

import io
from collections import Counter
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from arena.battles import after
from arena.battles.models import Battle, Vote, Voter
from arena.catalogue.models import Deployment
from arena.leaderboard import boards, services
from arena.leaderboard.imports import add_to_cells
from arena.leaderboard.models import Board, Cell, Snapshot
from tests.arena.test_leaderboard import cast

Pair = tuple[Deployment, Deployment]


def snapshots() -> dict[str, int]:
    """How many of each board; that of style follows all votes and is tried below."""
    return dict(Counter(Snapshot.objects.filter(board__kind=Board.Kind.COUNTS).values_list("board__slug", flat=True)))


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Boards from single votes come early, so that a test needn't cast a hundred."""
    monkeypatch.setattr(boards, "VOTES_FOR_STYLE", 3)
    monkeypatch.setattr(boards, "VOTERS_FOR_INTERVALS", 6)


def refit() -> None:
    Board.objects.update(lease_until="2020-01-01T00:00:00Z")
    services.refit_boards()
    services.refit_from_votes()


def test_each_language_and_category_has_a_board(pair: Pair, alice: Voter):
    cast(alice, None, 2)
    refit()
    assert snapshots() == {"all": 1, "language-en": 1, "category-unlabelled": 1}


def test_a_vote_taken_back_before_a_refit_makes_no_snapshot(pair: Pair, alice: Voter):
    cast(alice, pair[0], 2)
    refit()
    before = snapshots()
    cast(alice, pair[1])
    after.undo(Battle.objects.latest("pk"))
    refit()
    assert snapshots() == before
    assert not any(boards.is_dirty(board) for board in Board.objects.all())
    cast(alice, pair[1])
    refit()
    assert snapshots()["all"] == 2


def test_a_new_version_of_the_code_makes_a_snapshot_of_its_own(
    pair: Pair, alice: Voter, monkeypatch: pytest.MonkeyPatch
):
    cast(alice, pair[0], 2)
    refit()
    monkeypatch.setattr(services, "VERSION", "99")
    services.refit(Board.objects.get(slug="all"))
    assert Snapshot.objects.filter(board__slug="all").values_list("code_version", flat=True)[0] == "99"


def test_a_vote_dirties_only_its_boards(pair: Pair, alice: Voter):
    cast(alice, None, 2)
    refit()
    cast(alice, None)
    Vote.objects.filter(pk=Vote.objects.latest("pk").pk).update(language="zh", category="code")
    refit()
    assert snapshots() == {"all": 2, "language-en": 1, "category-unlabelled": 1, "language-zh": 1, "category-code": 1}


def test_a_vote_that_counts_nowhere_makes_no_snapshot(pair: Pair, alice: Voter):
    cast(alice, None, 2)
    refit()
    before = snapshots()
    cast(alice, None)
    Vote.objects.filter(pk=Vote.objects.latest("pk").pk).update(leak=True)
    refit()
    assert snapshots() == before


def test_bank_prompts_can_be_read_apart(pair: Pair, alice: Voter):
    cast(alice, None, 3)
    Vote.objects.filter(pk=Vote.objects.latest("pk").pk).update(own_prompt=False)
    refit()
    votes = {s.board.slug: s.votes for s in Snapshot.objects.select_related("board")}
    assert (votes["all"], votes["own"], votes["bank"]) == (3, 2, 1)


def test_other_sources_are_never_mixed_with_ours(pair: Pair, alice: Voter, client: Client):
    cast(alice, None, 2)
    low, high = sorted(d.contestant_id for d in pair)
    add_to_cells("elsewhere", {(low, high, "en"): Counter(wins_low=60, wins_high=40)}, 100)
    refit()
    votes = {s.board.slug: s.votes for s in Snapshot.objects.select_related("board")}
    assert (votes["all"], votes["language-en"], votes["source-elsewhere"]) == (2, 2, 100)
    page = client.get("/leaderboard/?board=source-elsewhere").content.decode()
    assert "Votes imported from elsewhere as “elsewhere”" in page
    assert "imported from elsewhere" not in client.get("/leaderboard/").content.decode()


def test_counts_are_added_to_what_is_there(pair: Pair):
    low, high = sorted(d.contestant_id for d in pair)
    for seq in (5, 9):
        add_to_cells("elsewhere", {(low, high, "en"): Counter(wins_low=2, ties=1)}, seq)
    cell = Cell.objects.get()
    assert (cell.wins_low, cell.wins_high, cell.ties, cell.both_bad, cell.changed_seq) == (4, 0, 2, 0, 9)


def test_an_unknown_board_is_404_and_says_where_the_boards_are(db, client: Client):
    for address in ("/leaderboard/?board=nope", "/china-us/?board=nope"):
        response = client.get(address)
        assert response.status_code == 404
        assert "/api/v1/boards" in response.content.decode()
    response = client.get("/api/v1/leaderboard?board=nope")
    assert (response.status_code, list(response.json())) == (404, ["detail"])


def test_the_api_lists_the_boards(pair: Pair, alice: Voter, client: Client):
    cast(alice, None, 2)
    refit()
    rows = {row["board"]: row for row in client.get("/api/v1/boards").json()}
    assert rows["language-en"]["filters"] == {"source": "arena", "language": "en"}
    assert rows["all"]["votes"] == 2
    body = client.get("/api/v1/leaderboard?board=language-en").json()
    assert (body["board"], body["snapshot"]["id"]) == ("language-en", rows["language-en"]["snapshot"])


def test_filters_and_board_stay_in_every_address(pair: Pair, alice: Voter, client: Client):
    cast(alice, None, 2)
    refit()
    page = client.get("/leaderboard/?board=language-en&country=CN").content.decode()
    assert 'href="/leaderboard/?board=language-en&amp;country=CN&amp;sort=votes&amp;dir=desc"' in page
    assert 'href="/leaderboard/?board=language-en&amp;country=US"' in page
    assert 'href="/china-us/?board=language-en"' in page


@pytest.mark.parametrize("slug", ["all", "language-en"])
def test_the_source_of_a_board(pair: Pair, alice: Voter, slug: str):
    cast(alice, None)
    refit()
    assert boards.source_of(Board.objects.get(slug=slug)) == "arena"


def test_public_pages_travel_compressed_and_battles_do_not(pair: Pair, alice: Voter, client: Client):
    cast(alice, None, 2)
    refit()
    headers = {"Accept-Encoding": "gzip"}
    for address in ("/leaderboard/", "/china-us/", "/api/v1/leaderboard"):
        response = client.get(address, headers=headers)
        assert response["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in response["Vary"]
    assert "Content-Encoding" not in client.get("/", headers=headers)
    first = client.get("/api/v1/leaderboard", headers=headers)
    again = client.get("/api/v1/leaderboard", headers={**headers, "If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_style_is_held_equal_on_a_board_of_its_own(pair: Pair, alice: Voter, few_are_enough: None):
    """The first model wins by length alone: with the style held equal little is left of its lead."""
    cast(alice, pair[0], 12)
    cast(alice, pair[1], 8)
    first = pair[0].contestant_id
    for number, vote in enumerate(Vote.objects.all()):
        won = (vote.outcome == "a") == (vote.contestant_a_id == first)
        longer = 900 if won or number % 5 == 0 else 200
        lengths = (longer, 500) if vote.contestant_a_id == first else (500, longer)
        sides = {side: {"characters": length} for side, length in zip("AB", lengths, strict=True)}
        Vote.objects.filter(pk=vote.pk).update(covariates=sides)
    refit()
    lead = {}
    for slug in ("all", "style"):
        snapshot = Snapshot.objects.get(board__slug=slug)
        rows = {row["index"]: row["rating"] for row in snapshot.rows}
        lead[slug] = rows[0] - rows[1] if first < pair[1].contestant_id else rows[1] - rows[0]
    assert lead["style"] < lead["all"]
    effect = Snapshot.objects.get(board__slug="style").parameters["style"]
    assert list(effect) == ["characters"]
    assert effect["characters"]["effect"] > 0


def test_the_board_of_style_waits_a_minute(pair: Pair, alice: Voter, few_are_enough: None):
    cast(alice, None, 3)
    services.refit_boards()
    services.refit_from_votes()
    lease = Board.objects.get(slug="style").lease_until - Board.objects.get(slug="all").lease_until
    assert lease.total_seconds() > 50


def test_a_board_that_can_not_be_fitted_does_not_hold_up_the_others(
    pair: Pair,
    alice: Voter,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    few_are_enough: None,
):
    from arena.leaderboard import styled
    from ratings.errors import NotConverged

    def fails(*arguments: object) -> None:
        raise NotConverged("no")

    cast(alice, None, 3)
    monkeypatch.setattr(styled, "fit", fails)
    refit()
    assert snapshots() == {"all": 1, "language-en": 1, "category-unlabelled": 1}
    assert "the board style could not be fitted" in caplog.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/leaderboard/?board=%00", 404),
        ("/leaderboard/?q=%00&country=%00", 200),
        ("/china-us/?board=%00", 404),
        ("/china-us/?out=%00", 200),
        ("/models/%00/", 404),
        ("/developers/%00/", 404),
        ("/api/v1/leaderboard?board=%00", 404),
        ("/api/v1/snapshots?board=%00", 200),
        ("/api/v1/models?country=%00", 200),
        ("/api/v1/models/%00", 422),
    ],
)
def test_no_address_with_a_nul_is_an_error_of_ours(db, client: Client, address: str, status: int):
    """PostgreSQL refuses NUL in texts."""
    assert client.get(address).status_code == status


def verified(slug: str) -> str:
    out = io.StringIO()
    call_command("verify_snapshot", str(Snapshot.objects.filter(board__slug=slug).latest("pk").pk), stdout=out)
    return out.getvalue()


def test_boards_of_single_votes_come_when_there_are_enough(pair: Pair, alice: Voter, few_are_enough: None):
    cast(alice, None, boards.VOTES_FOR_STYLE - 1)
    refit()
    assert not Board.objects.exclude(kind=Board.Kind.COUNTS).exists()  # one voter is no sample of voters
    for number in range(boards.VOTERS_FOR_INTERVALS - 1):
        cast(Voter.objects.create(key=f"{number:032d}"), None, 1)
    refit()
    assert {"style", "voters"} < set(Board.objects.values_list("slug", flat=True))


def test_intervals_by_voter_are_wider_where_each_has_a_taste(
    pair: Pair, alice: Voter, settings: Any, alices_browser: Client, few_are_enough: None
):
    settings.BATTLE_RATE = settings.VOTE_RATE = "9999/m"
    cast(alice, pair[0], 8)
    for number in range(5):
        voter = Voter.objects.create(key=f"{number:032d}")
        cast(voter, pair[number % 2], 8)
    refit()
    plain, by_voter = (Snapshot.objects.filter(board__slug=slug).latest("pk") for slug in ("all", "voters"))
    assert by_voter.parameters["voters"] == 6
    for one, other in zip(plain.rows, by_voter.rows, strict=True):
        assert other["rating"] == pytest.approx(one["rating"], abs=1e-6)
        assert other["upper"] - other["lower"] > 1.5 * (one["upper"] - one["lower"])
    assert "holds: 48 votes" in verified("voters")
    alices_browser.post("/me/delete")
    assert "its intervals can't be, 8 votes have lost their voter" in verified("voters")
