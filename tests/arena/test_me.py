"""`/me/`: a voter's own arena, and how it is forgotten."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from arena.battles import after, forget, making, mine, services, streams
from arena.battles.models import Battle, Remark, Reply, Report, Turn, Vote, Voter
from arena.catalogue.models import Deployment
from arena.leaderboard import export_rows
from arena.leaderboard import services as boards
from arena.redis import client as redis_client
from tests.conftest import finish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_worker")]
Pair = tuple[Deployment, Deployment]
TEXT = {"judge", "turn", "conversation_a", "conversation_b"}


def votes(alice: Voter, pair: Pair, count: int, country: str = "CN") -> list[Battle]:
    done = []
    for number in range(count):
        battle = finish(making.start(alice, f"Question {number}?"))
        assert battle.contestant_a is not None
        left = str(battle.contestant_a.model.developer.country) == country
        services.vote(battle, "a" if left else "b")
        battle.refresh_from_db()
        done.append(battle)
    return done


def test_before_the_first_battle_the_page_says_so(client: Client, db: None) -> None:
    text = client.get("/me/").content.decode()
    assert "have not started a battle" in text and "Delete everything of mine" in text


def test_names_are_masked_until_the_vote(pair: Pair, alice: Voter, alices_browser: Client) -> None:
    battle = finish(making.start(alice, "Why?"))
    text = alices_browser.get("/me/").content.decode()
    assert "hidden until you vote" in text and "Kappachi" not in text and "Lambdani" not in text
    services.vote(battle, "tie")
    text = alices_browser.get("/me/").content.decode()
    assert "Kappachi" in text and "Tie" in text


def test_only_my_battles_are_listed(pair: Pair, alice: Voter, bobs_browser: Client) -> None:
    making.start(alice, "Alice asks")
    assert "Alice asks" not in bobs_browser.get("/me/").content.decode()


def test_too_few_votes_say_nothing(pair: Pair, alice: Voter, alices_browser: Client) -> None:
    votes(alice, pair, 3)
    assert "Too few votes to say" in alices_browser.get("/me/").content.decode()


def test_my_ranking_is_shrunk_and_the_answer_follows(pair: Pair, alice: Voter, alices_browser: Client) -> None:
    votes(alice, pair, 25)
    taste = mine.taste(alice)
    first, second = taste.rows
    assert str(first["of"].developer.country) == "CN"
    # all wins: without the prior there would be no number at all
    assert 20 < first["rating"] - 1000 < 300 and first["lower"] < first["rating"] < first["upper"]
    assert second["rating"] == pytest.approx(2000 - first["rating"])
    assert taste.contrast.votes == 25 and taste.contrast.lower > 0
    assert "You prefer Chinese models" in alices_browser.get("/me/").content.decode()


def test_undone_and_leaking_votes_do_not_count(pair: Pair, alice: Voter) -> None:
    first, _second = votes(alice, pair, 2)
    after.undo(first)
    Vote.objects.exclude(battle=first).update(leak=True)
    assert mine.taste(alice).votes == 0


def test_delete_everything_leaves_the_bare_vote(pair: Pair, alice: Voter, alices_browser: Client) -> None:
    battle = votes(alice, pair, 1)[0]
    after.remark(battle, {"A": ["clear"]}, "A comment", True)
    after.report(battle, alice, "A")
    token = after.share(battle)
    open_one = making.start(alice, "Still open?")
    reply = Reply.objects.filter(turn__battle=battle).first()
    assert reply is not None
    streams.write(redis_client(), streams.stream_key(reply.pk, 1), 0, "words")
    boards.refit_boards()
    before = list(export_rows.rows(boards.latest()))  # type: ignore[arg-type]

    page = alices_browser.post("/me/delete", follow=True)
    assert "Everything of yours was deleted" in page.content.decode()
    assert not any(model.objects.exists() for model in (Voter, Turn, Reply, Remark, Report))
    open_one.refresh_from_db()
    battle.refresh_from_db()
    assert open_one.state == Battle.State.ABANDONED and battle.voter is None and battle.share is None
    assert alices_browser.get(f"/battles/{battle.uuid}/").status_code == 404
    assert alices_browser.get(f"/shared/{token}/").status_code == 404
    left = list(export_rows.rows(boards.latest()))  # type: ignore[arg-type]
    same = [{k: v for k, v in row.items() if k not in TEXT} for row in left]
    assert same == [{k: v for k, v in row.items() if k not in TEXT} for row in before]
    assert left[0]["judge"] == "voter_deleted"


def test_deleting_clears_streams_and_passages(
    pair: Pair, alice: Voter, django_capture_on_commit_callbacks: object
) -> None:
    battle = finish(making.start(alice, "Who are you?"))
    services.vote(battle, "a")
    reply = Reply.objects.filter(turn__battle=battle).first()
    assert reply is not None and Vote.objects.get().leak_words
    key = streams.stream_key(reply.pk, 1)
    streams.write(redis_client(), key, 0, "words")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        forget.everything_of(alice)
    assert not redis_client().exists(key)
    assert Vote.objects.get().leak and Vote.objects.get().leak_words == {}


def test_delete_needs_a_post_and_a_stranger_loses_nothing(pair: Pair, alice: Voter, client: Client) -> None:
    making.start(alice, "Why?")
    assert client.get("/me/delete").status_code == 405
    assert client.post("/me/delete").status_code == 302
    assert Turn.objects.count() == 1


def test_purge_deletes_old_text_but_for_published(pair: Pair, alice: Voter, alices_browser: Client) -> None:
    old, published, new = votes(alice, pair, 3)
    after.remark(published, {}, "", True)
    Battle.objects.exclude(pk=new.pk).update(closed=timezone.now() - timedelta(days=400))
    call_command("purge")
    assert {turn.battle_id for turn in Turn.objects.all()} == {published.pk, new.pk}
    page = alices_browser.get(f"/battles/{old.uuid}/")
    assert page.status_code == 200 and "was deleted" in page.content.decode()
    assert "(text deleted)" in alices_browser.get("/me/").content.decode()
    with pytest.raises(CommandError):
        call_command("purge", days=-1)


def test_the_privacy_page_says_how_long(client: Client, settings: object) -> None:
    settings.KEEP_TEXT_DAYS = 91  # type: ignore[attr-defined]
    assert "91 days" in client.get("/terms/").content.decode()
    assert "91 天" in client.get("/terms/", headers={"Accept-Language": "zh-CN"}).content.decode()


def test_purge_deletes_voters_without_battles(alice: Voter) -> None:
    Voter.objects.update(created=timezone.now() - timedelta(days=400))
    assert forget.older_than(365) == (0, 1)
