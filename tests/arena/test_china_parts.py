"""The comparison part by part, and its cards and pictures for other sites."""

import pytest
from django.test import Client

from arena.catalogue.models import Contestant
from arena.leaderboard import services
from arena.leaderboard.models import Board, Cell
from tests.arena.conftest import BOARD, ask

pytestmark = pytest.mark.django_db


def test_the_answer_part_by_part(board: str, client: Client):
    """Each part against a comparison narrowed to it; sizes against their own formula; the page shows them."""
    Cell.objects.filter(language="en").update(changed_seq=2)
    low, high = (Contestant.objects.get(model__slug=slug).pk for slug in ("panda", "eagle"))
    Cell.objects.create(
        source="test", own_prompt=True, language="zh", category="code", low_id=low, high_id=high, wins_low=70,
        wins_high=30, changed_seq=2,
    )  # fmt: skip
    Board.objects.update(lease_until="2020-01-01T00:00:00Z")
    services.refit_boards()
    body = client.get("/api/v1/china-us/parts", {"board": BOARD, "out": "crane"}).json()
    parts = {(part["kind"], part["value"]): part for part in body["parts"]}
    assert list(parts) == [
        ("size", "0-2"), ("size", "5-10"), ("size", "all"), ("language", "en"), ("language", "zh"),
        ("category", "code"), ("category", "unlabelled"),
    ]  # fmt: skip
    for name, value in (("language", "en"), ("category", "unlabelled")):
        narrowed = ask(client, out="crane", **{name: value})["answers"]["fixed"]
        assert parts[name, value]["estimate"] == pytest.approx(narrowed["estimate"], abs=1e-6)
        assert parts[name, value]["votes"] == narrowed["votes"] > 0
    assert (parts["language", "zh"]["votes"], parts["language", "zh"]["estimate"]) == (
        100,
        pytest.approx(147.2, abs=0.1),
    )
    sizes = [parts["size", value]["estimate"] for value in ("0-2", "5-10", "all")]
    assert sizes[2] == pytest.approx(sum(sizes[:2]) / 2)  # one model a side in each class
    narrow = client.get(f"/api/v1/china-us/parts?board={BOARD}&language=en").json()["parts"]
    assert {part["kind"] for part in narrow} == {"size", "category"}
    page = client.get(f"/china-us/checks/?board={BOARD}").content.decode()
    for words in ("In what, and at what size", "Under 2 billion active", "English prompts", "Code"):
        assert words in page


@pytest.mark.parametrize(("other", "said"), [("bison", "one side only"), ("panda", "too few votes")])
def test_a_part_without_an_answer_says_why(board: str, client: Client, other: str, said: str):
    low, high = sorted(Contestant.objects.get(model__slug=slug).pk for slug in ("eagle", other))
    Cell.objects.create(
        source="test", own_prompt=True, language="zh", category="unlabelled", low_id=low, high_id=high, wins_low=1,
        wins_high=1, changed_seq=2,
    )  # fmt: skip
    Board.objects.update(lease_until="2020-01-01T00:00:00Z")
    services.refit_boards()
    page = client.get(f"/china-us/checks/?board={BOARD}").content.decode()
    row = page.partition('<th scope="row">Chinese prompts</th>')[2].partition("</tr>")[0]
    assert f"<small>{said}</small>" in row


def test_the_card_may_be_framed_and_nothing_else(board: str, client: Client):
    card = client.get(f"/china-us/card/?board={board}&one=1")
    page = client.get(f"/china-us/?board={board}&one=1")
    assert "frame-ancestors *" in card["Content-Security-Policy"]
    assert "X-Frame-Options" not in card
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert f"/china-us/?board={board}&amp;one=1" in card.content.decode()
    assert "Votes imported as test" in card.content.decode()
    assert "Choice: one model per developer." in card.content.decode()
    assert "/china-us/card/?board=" in page.content.decode()


def test_the_sentence_as_a_picture(board: str, client: Client):
    for address in (
        f"/china-us/card.png?board={board}&one=1",
        "/leaderboard/card.png",
        f"/leaderboard/card.png?board={board}",
    ):
        picture = client.get(address)
        assert picture["Content-Type"] == "image/png"
        width, height = (int.from_bytes(picture.content[at : at + 4], "big") for at in (16, 20))
        assert (width, height) == (1200, 630)
    assert client.get("/china-us/card.png?base=x").status_code == 400
    page = client.get(f"/china-us/?board={board}&one=1").content.decode()
    assert f'<meta property="og:image" content="http://testserver/china-us/card.png?board={board}&amp;one=1">' in page
    plain = client.get("/leaderboard/").content.decode()
    assert '<meta property="og:image" content="http://testserver/leaderboard/card.png">' in plain
