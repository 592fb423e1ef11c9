"""A reader's choice of rows, columns and order lives in the address, and the file holds what the page shows."""

import csv
import io
import json
import math
import re

import pytest
from django.http import QueryDict
from django.test import Client

from arena.battles import making, stopping
from arena.battles.models import Reply, Vote, Voter
from arena.catalogue.models import Deployment
from arena.leaderboard import energy
from arena.leaderboard.look import COLUMNS, USUAL, Look
from arena.leaderboard.models import Snapshot, Tally
from arena.leaderboard.more import more_context
from arena.templatetags.elo import significant
from tests.arena.conftest import BOARD
from tests.arena.test_boards import refit
from tests.arena.test_leaderboard import cast
from tests.conftest import finish

pytestmark = pytest.mark.django_db
Pair = tuple[Deployment, Deployment]


def names(client: Client, query: str) -> list[str]:
    page = client.get(f"/leaderboard/?board={BOARD}&{query}").content.decode()
    return re.findall(r'<th scope="row"><a href="/models/(\w+)/">', page)


@pytest.mark.usefixtures("board")
def test_rows_are_found_and_filtered(client: Client):
    assert names(client, "")[0] == "panda"
    assert set(names(client, "q=alpha")) == {"panda", "tiger"}
    assert names(client, "q=ALPHA+tig") == ["tiger"]
    assert set(names(client, "permissive=1&country=US")) == {"eagle", "otter"}
    assert set(names(client, "max_active=7")) == {"panda", "eagle", "heron"}
    assert names(client, "q=%3Cscript%3E") == []
    assert names(client, "sort=active_params_b&dir=asc")[:2] == ["panda", "eagle"]
    assert names(client, "sort=active_params_b&dir=asc")[-1] == "koi"  # unknown comes last


@pytest.mark.usefixtures("board")
def test_columns_are_chosen(client: Client):
    page = client.get(f"/leaderboard/?board={BOARD}&col=rating&col=all_at_once&col=active").content.decode()
    heads = re.findall(r'<th scope="col"[^>]*><a[^>]*>([^<]+)</a>', page)
    assert heads == ["Model", "Rating", "Interval, all models at once", "Active parameters, billions"]
    assert 'value="all_at_once" checked' in page


@pytest.mark.usefixtures("board")
def test_the_file_is_what_the_page_shows(client: Client):
    query = f"board={BOARD}&country=CN&sort=votes&dir=asc&col=rating&col=votes"
    response = client.get(f"/leaderboard/?{query}&download=csv")
    assert response["Content-Type"].startswith("text/csv")
    assert re.search(r'filename="leaderboard-\d+\.csv"', response["Content-Disposition"])
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [row["model"] for row in rows] == names(client, query.partition("&")[2])
    head = ["model", "slug", "rank_low", "rank_high", "status", "rating", "lower", "upper"]
    assert list(rows[0])[:8] == head
    assert "developer" not in rows[0]
    pk = Snapshot.objects.get().pk
    assert client.get(f"/snapshots/{pk}/?{query}&download=csv").content == response.content


def test_the_address_is_plain_and_survives():
    query = QueryDict("board=x&country=CN&q=+a+b+&permissive=1&max_active=10.0&sort=votes&dir=asc&col=votes&col=zzz")
    look = Look.read(query)
    assert look.columns == ("votes",)
    address = look.address()
    assert address == "/leaderboard/?board=x&country=CN&q=a+b&permissive=1&max_active=10&col=votes&sort=votes&dir=asc"
    assert Look.read(QueryDict(address.partition("?")[2])) == look
    assert Look().address() == "/leaderboard/"
    assert Look.read(QueryDict("max_active=-3&sort=evil&col=no")) == Look()
    assert set(USUAL) < set(COLUMNS)


def test_speed_is_measured_over_closed_battles_only(pair: Pair, alice: Voter):
    cast(alice, pair[0], 2)
    Reply.objects.filter(side="A").update(text="four words are here", eval_ms=500)
    Reply.objects.filter(side="B").update(text="中文三字 and two", eval_ms=2000)
    finish(making.start(alice, "And this?"))  # open: must not show
    refit()
    rows = Tally.objects.all()
    assert sum(row.words for row in rows) == 2 * (4 + 6)
    assert sum(row.eval_ms for row in rows) == 2 * 2500
    refit()
    assert sum(row.votes for row in Tally.objects.all()) == 4  # each battle once
    newest = Snapshot.objects.filter(board__slug="all").latest("pk")
    assert all(row["words_per_second"] for row in newest.rows)


def test_failures_count_when_the_battle_closes_and_a_retry_does_not_undo_them(pair: Pair, alice: Voter, client: Client):
    cast(alice, pair[0])
    battle = making.start(alice, "Who fails?")
    Reply.objects.filter(turn__battle=battle, side="A").update(state="failed", failures=2)
    refit()
    assert sum(row.failures for row in Tally.objects.all()) == 0
    stopping.leave(battle)
    cast(alice, None)
    refit()
    contestant = battle.contestant_a
    assert Tally.objects.get(contestant=contestant).failures == 2
    newest = Snapshot.objects.filter(board__slug="all").latest("pk")
    row = next(row for row in newest.rows if row["slug"] == contestant.model.slug)
    assert row["failure_share"] == pytest.approx(2 / row["asked"])
    text = client.get("/leaderboard/?col=failures&download=csv").content.decode()
    assert text.startswith(
        "model,slug,rank_low,rank_high,status,failures,asked,failure_percent,failure_low,failure_high"
    )


def test_a_leak_shows_in_the_row_of_who_leaked(pair: Pair, alice: Voter, client: Client):
    cast(alice, pair[0], 2)
    Vote.objects.update(leak_a=True)
    refit()
    rows = Snapshot.objects.filter(board__slug="all").latest("pk").rows
    assert sum(row["leaks"] for row in rows) == 2
    assert [row["seen"] for row in rows] == [2, 2]
    page = client.get("/leaderboard/?col=leaks").content.decode()
    assert "Said who it is" in page


def test_the_energy_of_an_answer_is_by_the_published_formula():
    """Worked out here from the coefficients that docs/methods.md prints, not by the package."""
    for active, total, tokens, processors in ((0.5, 0.5, 300, 1), (70, 70, 400, 4), (37, 671, 500, 32)):
        each = 1.16653e-6 * math.exp(-0.0112059 * 64) * active + 4.05293e-5
        seconds = tokens * (6.78509e-4 * active + 3.11931e-4 * 64 + 0.0194737)
        rest = 1200 * seconds / 3600 * processors / 8 / 64
        assert energy.of_answer(active, total, tokens) == pytest.approx(tokens * processors * each + rest, rel=1e-3)
    assert energy.of_answer(None, 7, 100) is energy.of_answer(7, None, 100) is energy.of_answer(7, 7, 0) is None


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0001673, "0.00017"), (0.0314, "0.031"), (3.04, "3"), (12.6, "13"), (1500.0, "1500")]
)
def test_a_small_energy_is_not_shown_as_nothing(value: float, shown: str):
    assert significant(value) == shown


@pytest.mark.usefixtures("board")
def test_the_other_pictures(client: Client):
    page = client.get(f"/leaderboard/more/?board={BOARD}").content.decode()
    heat = json.loads(re.search(r'id="heat-data" type="application/json">(.*?)</script>', page).group(1))
    assert len(heat) == 8 * 7
    cell = next(c for c in heat if (c["model"], c["opponent"]) == ("panda", "koi"))
    back = next(c for c in heat if (c["model"], c["opponent"]) == ("koi", "panda"))
    assert cell["votes"] == back["votes"] == 2000
    assert cell["share"] + back["share"] == pytest.approx(100, abs=0.11)
    assert "Every pair has met" in page
    assert "Ratings over time" not in page  # one snapshot is no history


def test_who_beat_whom_is_known_before_anybody_is_rated(pair: Pair, alice: Voter):
    cast(alice, pair[0], 1)
    refit()
    context = more_context(Snapshot.objects.get(board__slug="all"))
    assert context["heat_models"] == 2
    assert sorted((cell["share"], cell["votes"]) for cell in context["heat"]) == [(0.0, 1), (100.0, 1)]
    assert (context["drawn_least"], context["drawn_most"], context["size"]) == (1, 1, [])


@pytest.mark.usefixtures("board")
def test_on_the_front_are_those_that_none_beats_in_both():
    context = more_context(Snapshot.objects.get())
    assert context["size_front"] == "panda"  # the smallest and the best rated
    assert {point["model"] for point in context["size"]} == {
        "panda",
        "tiger",
        "crane",
        "eagle",
        "bison",
        "otter",
        "heron",
    }


def test_history_has_every_snapshot_of_a_short_past(pair: Pair, alice: Voter):
    cast(alice, pair[0], 2)
    cast(alice, pair[1], 1)
    for _ in range(3):
        cast(alice, None)
        refit()
    newest = Snapshot.objects.filter(board__slug="all").latest("pk")
    context = more_context(newest)
    assert context["moments"] == 3
    assert len(context["history"]) == 6


def test_no_votes_no_pictures(client: Client):
    assert client.get("/leaderboard/more/").status_code == 204
