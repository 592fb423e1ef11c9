"""A reader's choice of rows, columns and order lives in the address, and the file holds what the page shows."""

import csv
import io
import json
import re

import pytest
from django.http import QueryDict
from django.test import Client

from arena.battles.models import Reply, Voter
from arena.catalogue.models import Deployment
from arena.leaderboard.look import COLUMNS, USUAL, Look
from arena.leaderboard.models import Snapshot, Speed
from arena.leaderboard.more import more_context
from tests.arena.test_boards import refit
from tests.arena.test_china import BOARD, board  # noqa: F401  (a fixture)
from tests.arena.test_leaderboard import cast

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


def test_speed_is_measured_over_voted_battles_only(pair: Pair, alice: Voter):
    cast(alice, pair[0], 2)
    Reply.objects.filter(side="A").update(text="four words are here", eval_ms=500)
    Reply.objects.filter(side="B").update(text="中文三字 and two", eval_ms=2000)
    refit()
    rows = Speed.objects.all()
    assert sum(row.words for row in rows) == 2 * (4 + 6)
    assert sum(row.eval_ms for row in rows) == 2 * 2500
    newest = Snapshot.objects.filter(board__slug="all").latest("pk")
    assert all(row["words_per_second"] for row in newest.rows)


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


@pytest.mark.usefixtures("board")
def test_on_the_front_are_those_that_none_beats_in_both():
    context = more_context(Snapshot.objects.get())
    assert context["size_front"] == ["panda"]  # the smallest and the best rated
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
