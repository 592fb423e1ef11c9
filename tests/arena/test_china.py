"""Chinese against American models in any field: page, API and what the answer hangs on."""

import itertools
import re

import numpy as np
import pytest
from django.db.models import F
from django.http import QueryDict
from django.test import Client

from arena.errors import BadField
from arena.leaderboard import china_us, services
from arena.leaderboard.field import BASES, Field
from arena.leaderboard.models import Board, Cell
from ratings import Counts, fit, groups
from tests.arena.conftest import BOARD, ask

pytestmark = pytest.mark.django_db
NAMES = ("Chinese", "American")


def test_both_bad_can_count_as_half_a_win_each(board: str, client: Client):
    """Against a fit of the same counts with the both-bad votes written as ties."""
    Cell.objects.update(both_bad=300)
    Board.objects.update(lease_until="2020-01-01T00:00:00Z")
    Cell.objects.update(changed_seq=F("changed_seq") + 1)
    services.refit_boards()
    out, tie = ask(client), ask(client, both_bad="tie")
    found = china_us.newest(Field(BOARD))
    assert found is not None
    counts = Counts(found.counts.wins, found.counts.ties + 300 * (1 - np.eye(8)), np.zeros((8, 8)))
    table = fit(counts)
    labels = [row["country"] for row in found.rows]
    expected = groups.fixed(counts, table, labels, "CN", "US", ("Chinese", "American"))
    assert tie["answers"]["fixed"]["estimate"] == pytest.approx(expected.estimate, abs=1e-6)
    assert tie["answers"]["fixed"]["upper"] == pytest.approx(expected.upper, abs=1e-6)
    assert abs(tie["answers"]["fixed"]["estimate"]) < abs(out["answers"]["fixed"]["estimate"])  # ties pull together
    page = client.get(f"/china-us/?board={BOARD}&both_bad=tie").content.decode()
    assert 'value="tie" selected' in page
    assert "half a win each" in client.get(f"/china-us/checks/?board={BOARD}").content.decode()


def test_where_style_is_held_equal_both_bad_stays_out(board: str, client: Client):
    Board.objects.filter(slug=BOARD).update(kind="style")
    assert ask(client, both_bad="tie") == ask(client)
    response = client.get(f"/china-us/?board={BOARD}&both_bad=tie")
    assert "both_bad" not in response["HX-Push-Url"]
    assert "Votes that find both bad" not in response.content.decode()


def test_one_language_and_one_category_can_be_chosen_together(board: str, client: Client):
    """Against a fit of those votes alone."""
    every = sorted({pk for cell in Cell.objects.all() for pk in (cell.low_id, cell.high_id)})
    for number, (low, high) in enumerate(itertools.combinations(every, 2)):
        won = {"wins_low": 30 + number, "wins_high": 60 - number}
        Cell.objects.create(
            source="test", own_prompt=True, language="zh", category="code", low_id=low, high_id=high, **won
        )
    Cell.objects.create(
        source="test", own_prompt=True, language="zh", category="maths", low_id=every[0], high_id=every[1], wins_low=500
    )
    found = china_us.newest(Field(BOARD))
    assert found is not None
    wins = np.zeros((8, 8))
    for number, (i, j) in enumerate(itertools.combinations(range(8), 2)):
        wins[i, j], wins[j, i] = 30 + number, 60 - number
    counts = Counts(wins, np.zeros((8, 8)), np.zeros((8, 8)))
    expected = groups.fixed(counts, fit(counts), [row["country"] for row in found.rows], "CN", "US", NAMES)
    answer = ask(client, language="zh", category="code")["answers"]["fixed"]
    assert answer["estimate"] == pytest.approx(expected.estimate, abs=1e-6)
    assert answer["votes"] == expected.votes < ask(client)["answers"]["fixed"]["votes"]
    page = client.get(f"/china-us/?board={BOARD}&language=zh&category=code").content.decode()
    assert 'value="zh" selected' in page
    assert 'value="code" selected' in page


def test_a_language_nobody_asked_in_has_no_votes_and_no_word_is_refused(board: str, client: Client):
    assert ask(client, language="xx")["answers"]["fixed"]["estimate"] is None
    assert client.get(f"/china-us/?board={BOARD}&language=xx").status_code == 200
    assert client.get(f"/china-us/checks/?board={BOARD}&language=xx").status_code == 200
    assert client.get(f"/china-us/?board={BOARD}&language=%00").status_code == 400
    assert client.get(f"/api/v1/china-us?board={BOARD}&category=a%20b").status_code == 422


def inside(**query: object) -> dict[str, str]:
    """Return who takes part under which flag."""
    data = QueryDict(mutable=True)
    for name, value in {"board": BOARD, **query}.items():
        data.setlist(name, [str(v) for v in value] if isinstance(value, list) else [str(value)])
    found = china_us.newest(Field(BOARD))
    assert found is not None
    labels = Field.read(data).labels(found.rows)
    return {row["slug"]: label for row, label in zip(found.rows, labels, strict=True) if label in {"CN", "US"}}


def test_the_answers_agree_with_the_leaderboard(board: str, client: Client):
    answers = ask(client)["answers"]
    assert set(answers) == {"fixed", "hierarchical", "matched", "best", "top"}
    rows = {row["slug"]: row for row in client.get(f"/api/v1/leaderboard?board={board}").json()["models"]}
    mean = {c: np.mean([r["rating"] for r in rows.values() if r["country"] == c]) for c in ("CN", "US")}
    assert answers["fixed"]["estimate"] == pytest.approx(mean["CN"] - mean["US"], abs=1e-6)
    assert answers["fixed"]["models"] == [4, 3]
    assert answers["fixed"]["votes"] == 4 * 3 * 2000
    assert answers["best"]["estimate"] == pytest.approx(rows["panda"]["rating"] - rows["eagle"]["rating"], abs=1e-6)
    assert answers["hierarchical"]["upper"] - answers["hierarchical"]["lower"] > 100


def test_a_field_chooses_models(board: str):
    assert inside(out=["panda", "eagle"]).keys() == {"tiger", "crane", "koi", "bison", "otter"}
    assert inside(permissive=1).keys() == {"panda", "tiger", "eagle", "otter"}
    assert inside(max_active=8).keys() == {"panda", "tiger", "eagle", "bison"}
    assert inside(one=1).keys() == {"panda", "crane", "koi", "eagle", "otter"}
    assert inside(best=3).keys() == {"panda", "eagle"}  # the third is heron, of neither
    assert inside(permissive=1, max_active=4, one=1).keys() == {"panda", "eagle"}


def test_models_on_foreign_weights_count_as_asked(board: str):
    assert (inside()["crane"], inside()["otter"]) == ("CN", "US")
    assert (inside(base="base")["crane"], inside(base="base")["otter"]) == ("US", "CN")
    assert not {"crane", "otter"} & set(inside(base="out"))


def test_every_field_has_an_answer_or_a_reason(board: str, client: Client):
    for permissive, size, best, one, base in itertools.product(("", 1), ("", 0.5, 8), ("", 1, 3), ("", 1), BASES):
        body = ask(client, permissive=permissive, max_active=size, best=best, one=one, base=base)
        for answer in body["answers"].values():
            assert answer["sentence"]
            assert (answer["estimate"] is None) == (answer["lower"] is None)


@pytest.mark.parametrize(("query", "said"), [("max_active=10", True), ("permissive=1", True), ("one=1", False)])
def test_models_of_which_a_fact_is_unknown_are_told(board: str, client: Client, query: str, said: bool):
    page = client.get(f"/china-us/?board={board}&{query}").content.decode()
    assert ("1 model whose size or licence is not known takes no part in this choice." in page) == said


def test_one_side_empty_says_so(board: str, client: Client):
    body = ask(client, out=["eagle", "bison", "otter"])
    assert body["answers"]["fixed"]["estimate"] is None
    assert body["sentence"].endswith("here: no American models take part.")
    assert body["answers"]["fixed"]["missing"] == 0
    page = client.get(f"/china-us/?board={board}&out=eagle&out=bison&out=otter").content.decode()
    assert body["sentence"] in page
    chinese = client.get(f"/china-us/?board={board}&out=eagle&out=bison&out=otter", headers={"Accept-Language": "zh"})
    assert "没有美国模型参加" in chinese.content.decode()


@pytest.mark.parametrize(
    "query", ["base=x", "permissive=yes", "one=2", "max_active=-1", "max_active=nan", "best=0", "best=ten", "best=٣"]
)
def test_what_means_nothing_is_refused(board: str, client: Client, query: str):
    name = query.partition("=")[0]
    assert client.get(f"/api/v1/china-us?{query}").status_code == 422
    for address in ("/china-us/", "/china-us/checks/"):
        response = client.get(f"{address}?{query}")
        assert response.status_code == 400
        assert f"{name} must be" in response.content.decode()
    with pytest.raises(BadField):
        Field.read(QueryDict(query))


def test_the_address_is_the_state_and_is_plain(board: str):
    query = QueryDict("board=x&out=b&out=a&out=a&permissive=1&max_active=10.0&best=&one=0&base=maker")
    assert Field.read(query).address() == "board=x&out=a&out=b&permissive=1&max_active=10"
    assert Field().address() == ""


def test_the_page_shows_the_answers_and_keeps_the_choice(board: str, client: Client):
    page = client.get(f"/china-us/?board={board}&max_active=10&base=out&out=tiger").content.decode()
    for title in ("These models", "Countries as makers", "Like for like", "Best against best"):
        assert title in page
    assert '<option value="10" selected>' in page
    assert '<option value="out" selected>' in page
    assert re.search(r'value="tiger" checked', page)
    assert "as JSON" in page
    assert f'hx-get="/china-us/checks/?board={board}&amp;out=tiger&amp;max_active=10&amp;base=out"' in page


def test_htmx_gets_the_answer_alone_and_a_plain_address(board: str, client: Client):
    response = client.get(f"/china-us/?board={board}&max_active=&best=&one=1", headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert response["HX-Push-Url"] == f"/china-us/?board={board}&one=1"
    assert "HX-Request" in response["Vary"]
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert b"<html" in client.get(f"/china-us/?board={board}", headers=back).content


def test_before_the_first_vote_it_says_what_is_missing(client: Client):
    page = client.get("/china-us/").content.decode()
    assert "Not enough votes yet" in page
    assert "Start a battle" in page
    body = client.get("/api/v1/china-us").json()
    assert (body["snapshot"], body["answers"]) == (None, {})
    assert "There is no answer yet" in client.get("/china-us/checks/").content.decode()


def test_what_the_answer_hangs_on(board: str, client: Client):
    page = client.get(f"/china-us/checks/?board={board}").content.decode()
    assert re.search(r"<strong>[\d,]+ votes?</strong> of 56,000", page)
    assert "panda" in page
    found = china_us.newest(Field(board))
    assert found is not None
    checks = china_us.robustness(found, Field(board=board))
    assert checks["models"][0]["row"]["slug"] == "panda"
    assert [row["slug"] for row in checks["turning_models"]] == ["panda"]


def test_every_listed_choice_is_there_once(board: str):
    found = china_us.newest(Field(board))
    assert found is not None
    rows = china_us.specifications(found)
    assert [row["estimate"] for row in rows] == sorted(row["estimate"] for row in rows)
    plain = next(row for row in rows if row["label"] == "this board")
    assert plain["address"] == f"board={board}"
    assert len({(*row["models"], row["estimate"]) for row in rows}) == len(rows)


def test_the_api_answers_304_and_can_be_read_from_other_sites(board: str, client: Client):
    first = client.get(f"/api/v1/china-us?board={board}&one=1")
    assert first["Access-Control-Allow-Origin"] == "*"
    same = client.get(f"/api/v1/china-us?one=1&board={board}", headers={"If-None-Match": f'W/"x", {first["ETag"]}'})
    assert same.status_code == 304
    other = client.get(f"/api/v1/china-us?board={board}", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200


def test_the_feed_has_a_days_last_snapshot(board: str, client: Client):
    from arena.leaderboard.models import Board, Snapshot

    Snapshot.objects.update(board=Board.objects.get_or_create(slug="all", defaults={"title": "All"})[0])
    feed = client.get("/feed.atom").content.decode()
    assert feed.count("<entry>") == 1
    assert f"/snapshots/{Snapshot.objects.get().pk}/" in feed


def test_a_models_page_says_where_it_is_strong(board: str, client: Client):
    page = client.get("/models/panda/").content.decode()
    assert "Where it is strong" in page
    assert f"/leaderboard/?board={board}" in page
    assert "25.0 % of battles" in page


def test_the_methods_page_speaks_with_the_newest_numbers(board: str, client: Client):
    from arena.leaderboard.examples import sentences
    from arena.leaderboard.models import Board, Snapshot

    assert "With today" not in client.get("/methods/").content.decode()
    Snapshot.objects.update(board=Board.objects.get_or_create(slug="all", defaults={"title": "All"})[0])
    snapshot = Snapshot.objects.get()
    best = snapshot.rows[0]
    page = client.get("/methods/").content.decode()
    assert f"panda is rated {best['rating']:.0f} and heron" in page
    assert f"snapshot {snapshot.pk}, 56,000 votes" in page
    snapshot.rows = snapshot.rows[:1]
    assert sentences(snapshot) == []
