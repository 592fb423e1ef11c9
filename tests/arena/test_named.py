"""Side by side with named models, and direct chat: they never count."""

import pytest
from django.test import Client

from arena.battles import making, services
from arena.battles.models import Battle, Reply, Vote, Voter
from arena.battles.pairing import entrants
from arena.catalogue.models import Deployment
from arena.errors import WrongState
from tests.conftest import finish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_worker")]
Pair = tuple[Deployment, Deployment]


def test_two_named_models_answer_side_by_side(pair: Pair, alices_browser: Client) -> None:
    sent = {"prompt": "Why?", "first": "kappachi", "second": "lambdani"}
    page = alices_browser.post("/side-by-side/", sent, follow=True)
    text = page.content.decode()
    assert Battle.objects.get().mode == Battle.Mode.NAMED
    assert "Kappachi" in text and "Lambdani" in text and "never counts" in text
    assert "data-vote" not in text


def test_direct_chat_has_one_side_and_goes_on(pair: Pair, alice: Voter, alices_browser: Client) -> None:
    alices_browser.post("/chat/", {"prompt": "Why?", "first": "lambdani"})
    battle = Battle.objects.get()
    assert battle.mode == Battle.Mode.DIRECT and battle.deployment_b is None
    assert [reply.side for reply in Reply.objects.all()] == ["A"]
    finish(battle)
    page = alices_browser.post(f"/battles/{battle.uuid}/ask", {"prompt": "And then?"}, follow=True)
    assert page.status_code == 200 and battle.turns.count() == 2


def test_no_vote_where_names_are_seen(pair: Pair, alice: Voter) -> None:
    battle = finish(making.start_named(alice, "Why?", list(pair)))
    with pytest.raises(WrongState, match="nothing to vote on"):
        services.vote(battle, "a")
    assert not Vote.objects.exists()


def test_named_battles_do_not_weigh_in_the_draw(pair: Pair, alice: Voter) -> None:
    before = {entrant.contestant_id: entrant.weight for entrant in entrants()}
    for _ in range(5):
        making.start_named(alice, "Why?", [pair[0]])
    assert {entrant.contestant_id: entrant.weight for entrant in entrants()} == before


def test_a_model_that_can_not_answer_is_refused_and_the_text_kept(pair: Pair, alices_browser: Client) -> None:
    for slug in ("nobody", "a\0b", ""):
        page = alices_browser.post("/chat/", {"prompt": "Keep me", "first": slug})
        assert page.status_code == 503 and "Keep me" in page.content.decode()
    assert not Battle.objects.exists()


def test_pages_list_models_that_can_answer(pair: Pair, client: Client) -> None:
    for address in ("/chat/", "/side-by-side/"):
        text = client.get(address).content.decode()
        assert "Kappachi" in text and "Lambdani" in text and "nothing here counts" in text


def test_without_models_the_page_says_so(client: Client, db: None) -> None:
    assert "No model is ready" in client.get("/chat/").content.decode()
