"""Each page with the right person, the wrong person, the wrong method."""

import pytest
from django.test import Client

from arena.battles import making
from arena.battles.models import Battle, Vote, Voter
from arena.catalogue.models import Deployment
from tests.conftest import finish

Pair = tuple[Deployment, Deployment]


@pytest.fixture
def battle(pair: Pair, alice: Voter) -> Battle:
    return making.start(alice, "Why <b>not</b>?")


def test_the_first_page(db, client: Client):
    response = client.get("/")
    assert response.status_code == 200
    assert "voter" not in response.cookies
    assert b"Start battle" in response.content


def test_without_models_it_says_what_an_admin_can_do(db, client: Client):
    content = client.get("/").content.decode()
    assert "it takes two" in content
    assert "ollama pull" in content


def test_with_one_model_it_says_so(client: Client, chinese: Deployment):
    assert "Only one model is ready" in client.get("/").content.decode()


def test_with_a_host_down_it_says_so(client: Client, pair: Pair):
    host = pair[0].host
    host.reachable = False
    host.save()
    assert "does not answer at the moment" in client.get("/").content.decode()


def test_starting_leads_to_the_battle_and_gives_a_cookie(client: Client, pair: Pair):
    response = client.post("/", {"prompt": "Why?"})
    battle = Battle.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/battles/{battle.uuid}/"
    cookie = response.cookies["voter"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("prompt", ["", "x" * 12_001, "a\x00b", "字" * 12_000])
def test_a_refused_question_stays_in_the_box(client: Client, pair: Pair, prompt: str):
    response = client.post("/", {"prompt": prompt})
    assert response.status_code == 400
    assert prompt.replace("\x00", "\x00") in response.content.decode()
    assert b'role="alert"' in response.content
    assert not Battle.objects.exists()


def test_a_megabyte_is_refused_with_a_sentence(client: Client, pair: Pair):
    response = client.post("/", {"prompt": "x" * 1_000_000})
    assert response.status_code == 400
    assert b"1,000,000 characters" in response.content


def test_no_pair_keeps_the_text(client: Client, db):
    response = client.post("/", {"prompt": "Anybody?"})
    assert response.status_code == 503
    assert b"Anybody?" in response.content


def test_the_owner_sees_the_battle_and_nobody_else(
    battle: Battle, alices_browser: Client, bobs_browser: Client, client: Client
):
    address = f"/battles/{battle.uuid}/"
    assert alices_browser.get(address).status_code == 200
    assert bobs_browser.get(address).status_code == 404
    assert client.get(address).status_code == 404
    assert alices_browser.post(address).status_code == 405


@pytest.mark.parametrize("action", ["vote", "stop", "retry", "leave", "ask", "report/A"])
def test_every_action_is_the_owners_and_post_only(
    battle: Battle, alices_browser: Client, bobs_browser: Client, action: str
):
    address = f"/battles/{battle.uuid}/{action}"
    assert alices_browser.get(address).status_code == 405
    assert bobs_browser.post(address).status_code == 404
    assert Client(enforce_csrf_checks=True).post(address).status_code == 403


def test_who_stands_at_a_forms_address_gets_back_to_the_page(battle: Battle, alices_browser: Client):
    """As after a vote in a browser that ran none of our scripts."""
    finish(battle)
    page = f"/battles/{battle.uuid}/"
    voted = alices_browser.post(f"{page}vote", {"outcome": "a"}).content.decode()
    assert f'name="next" value="{page}"' in voted
    loaded_anew = alices_browser.get(f"{page}vote")
    assert (loaded_anew.status_code, loaded_anew["Allow"]) == (405, "POST")
    assert f'<a href="{page}">To the page it belongs to</a>' in loaded_anew.content.decode()
    instant = alices_browser.get("/instant").content.decode()
    assert 'name="next" value="/"' in instant
    assert "This address only takes what a form sends." in instant


def test_a_forged_cookie_is_nobody(battle: Battle, client: Client):
    client.cookies["voter"] = "a" * 32
    assert client.get(f"/battles/{battle.uuid}/").status_code == 404


def test_the_question_is_text(battle: Battle, alices_browser: Client):
    assert b"Why &lt;b&gt;not&lt;/b&gt;?" in alices_browser.get(f"/battles/{battle.uuid}/").content


def test_a_vote_shows_who_was_who(battle: Battle, alices_browser: Client):
    finish(battle)
    response = alices_browser.post(f"/battles/{battle.uuid}/vote", {"outcome": "a"})
    content = response.content.decode()
    assert response.status_code == 200
    for fact in ("Kappachi", "Lambdani", "China", "United States", "Apache-2.0", "/models/kappachi/", "30.0"):
        assert fact in content
    assert content.count("your choice") == 1


def test_a_second_vote_is_200_and_the_first_ones_reveal(battle: Battle, alices_browser: Client):
    finish(battle)
    address = f"/battles/{battle.uuid}/vote"
    alices_browser.post(address, {"outcome": "a"})
    response = alices_browser.post(address, {"outcome": "b"})
    assert response.status_code == 200
    assert "You chose “A is better”" in response.content.decode()
    assert Vote.objects.count() == 1


def test_an_early_vote_is_refused(battle: Battle, alices_browser: Client):
    response = alices_browser.post(f"/battles/{battle.uuid}/vote", {"outcome": "a"})
    assert response.status_code == 409
    assert "Kappachi" not in response.content.decode()


def test_htmx_gets_the_fragment(battle: Battle, alices_browser: Client):
    finish(battle)
    response = alices_browser.post(f"/battles/{battle.uuid}/vote", {"outcome": "a"}, headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert b"Kappachi" in response.content


def test_buttons_are_there_and_disabled_until_whole(battle: Battle, alices_browser: Client):
    content = alices_browser.get(f"/battles/{battle.uuid}/").content.decode()
    for label in ("A is better", "B is better", "Tie", "Both are bad"):
        assert f">{label} <kbd" in content
    assert content.count("disabled>") == 4


def test_too_many_battles_are_slowed(client: Client, pair: Pair, settings):
    settings.BATTLE_RATE = "2/m"
    statuses = [client.post("/", {"prompt": "Why?"}).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(rf, settings):
    from arena.battles.limits import client_address

    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.9"})
    assert client_address(request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert client_address(request) == "10.0.0.9"


def test_the_headers_are_strict(db, client: Client):
    response = client.get("/")
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_address_offers_the_next_step(db, client: Client):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert b"Start a battle" in response.content
