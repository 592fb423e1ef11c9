"""After the vote: undo, reasons, consent, sharing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from arena.battles import after, making, services
from arena.battles.models import Battle, Remark, Uncounted, Vote, Voter
from arena.catalogue.models import Deployment
from arena.errors import BadPrompt, NotYours, WrongState
from arena.leaderboard import services as boards
from tests.conftest import finish

pytestmark = pytest.mark.django_db
Pair = tuple[Deployment, Deployment]


@pytest.fixture
def voted(pair: Pair, alice: Voter, no_worker: None) -> Battle:
    battle = finish(making.start(alice, "Why is the sky blue?"), a="Because of light.", b="No idea.")
    services.vote(battle, "a")
    battle.refresh_from_db()
    return battle


def late(battle: Battle, seconds: float) -> None:
    Vote.objects.filter(battle=battle).update(created=timezone.now() - timedelta(seconds=seconds))


def test_undo_takes_the_count_back_once(voted: Battle) -> None:
    boards.refit_boards()
    assert boards.latest().votes == 1  # type: ignore[union-attr]
    after.undo(voted)
    after.undo(voted)
    voted.refresh_from_db()
    assert voted.state == Battle.State.UNDONE
    assert Uncounted.objects.count() == 1 and Uncounted.objects.get().sign == -1
    boards.publish("all")
    from arena.leaderboard.ledger import count_new

    count_new()
    boards.publish("all")
    assert boards.latest().votes == 0  # type: ignore[union-attr]


def test_an_undone_battle_can_not_be_voted_again(voted: Battle) -> None:
    after.undo(voted)
    assert services.vote(voted, "b").outcome == "a"  # the first vote's row stays
    voted.refresh_from_db()
    assert voted.state == Battle.State.UNDONE and Uncounted.objects.filter(sign=1).count() == 1


def test_undo_ends_after_ten_seconds(voted: Battle) -> None:
    late(voted, 13)
    with pytest.raises(WrongState, match="ten seconds"):
        after.undo(voted)


def test_the_page_offers_undo_for_ten_seconds_only(voted: Battle, alices_browser: Client) -> None:
    assert b"data-undo" in alices_browser.get(f"/battles/{voted.uuid}/").content
    late(voted, 13)
    assert b"data-undo" not in alices_browser.get(f"/battles/{voted.uuid}/").content
    assert alices_browser.post(f"/battles/{voted.uuid}/undo").status_code == 409
    voted.refresh_from_db()
    assert voted.state == Battle.State.VOTED


def test_an_undone_page_says_so(voted: Battle, alices_browser: Client) -> None:
    page = alices_browser.post(f"/battles/{voted.uuid}/undo").content.decode()
    assert "You took this vote back" in page and "Say why" not in page


def test_undo_is_the_owners(voted: Battle, bobs_browser: Client) -> None:
    assert bobs_browser.post(f"/battles/{voted.uuid}/undo").status_code == 404
    voted.refresh_from_db()
    assert voted.state == Battle.State.VOTED


def test_reasons_comment_and_consent_are_kept_and_can_be_taken_back(voted: Battle, alices_browser: Client) -> None:
    sent = {"reason_A": ["correct", "nonsense"], "reason_B": ["wrong", "made_up"], "comment": " Fine. ", "publish": "1"}
    assert alices_browser.post(f"/battles/{voted.uuid}/remark", sent).status_code == 200
    remark = Remark.objects.get(battle=voted)
    assert remark.reasons == {"A": ["correct"], "B": ["wrong", "made_up"]}
    assert remark.comment == "Fine." and remark.publish
    alices_browser.post(f"/battles/{voted.uuid}/remark", {"comment": "Fine."})
    remark.refresh_from_db()
    assert not remark.publish and remark.reasons == {"A": [], "B": []}


def test_consent_is_unticked(voted: Battle, alices_browser: Client) -> None:
    page = alices_browser.get(f"/battles/{voted.uuid}/").content.decode()
    assert '<input type="checkbox" name="publish" value="1">' in page


def test_a_remark_needs_a_vote_and_a_sane_comment(pair: Pair, alice: Voter, voted: Battle) -> None:
    with pytest.raises(WrongState):
        after.remark(making.start(alice, "Another?"), {}, "", False)
    with pytest.raises(BadPrompt, match="2,001"):
        after.remark(voted, {}, "x" * 2001, False)
    with pytest.raises(BadPrompt):
        after.remark(voted, {}, "a\0b", False)


def test_a_shared_battle_can_be_read_by_others_and_nothing_else(voted: Battle, bobs_browser: Client) -> None:
    token = after.share(voted)
    assert after.share(voted) == token != voted.uuid
    page = bobs_browser.get(f"/shared/{token}/")
    text = page.content.decode()
    assert page.status_code == 200 and "Because of light." in text and "Kappachi" in text
    assert "<form" not in text.split("<main")[1].split("</main>")[0]
    assert str(voted.uuid) not in text
    picture = bobs_browser.get(f"/shared/{token}.png")
    assert picture["Content-Type"] == "image/png" and picture.content[:8] == b"\x89PNG\r\n\x1a\n"
    after.unshare(voted)
    assert bobs_browser.get(f"/shared/{token}/").status_code == 404
    assert bobs_browser.get(f"/shared/{token}.png").status_code == 404


def test_nothing_is_shared_before_the_vote_or_after_undo(pair: Pair, alice: Voter, voted: Battle) -> None:
    with pytest.raises(WrongState):
        after.share(making.start(alice, "Another?"))
    token = after.share(voted)
    after.undo(voted)
    with pytest.raises(NotYours):
        after.shared(token)
