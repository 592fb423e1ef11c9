"""Instant battles: a bank of our own, a buffer made while nobody waits, one voter each."""

from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone

from arena.battles import bank, instant, leaks, making, services, stopping
from arena.battles.models import Battle, Reply, Vote, Voter
from arena.catalogue.models import Deployment
from arena.errors import NoPair
from tests.conftest import finish
from workers.answers import answer, send_next

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_worker")]
Pair = tuple[Deployment, Deployment]


def buffer(count: int = 1, language: str = "en") -> list[Battle]:
    prompts = [row for row in bank.prompts() if row.language == language][:count]
    return [finish(making.start_bank(row)) for row in prompts]


@pytest.fixture(autouse=True)
def quiet_queue(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    sent: list[tuple[str, object]] = []
    monkeypatch.setattr("arena.queue._send", lambda name, args, queue: sent.append((name, queue)))
    return sent


def test_the_bank_has_three_hundred_prompts_evenly() -> None:
    rows = bank.prompts()
    assert len(rows) >= 300
    assert Counter(row.language for row in rows) == {"en": len(rows) // 2, "zh": len(rows) // 2}
    categories = Counter((row.language, row.category) for row in rows)
    assert len(categories) == 18 and len(set(categories.values())) == 1
    assert len({row.id for row in rows}) == len({row.prompt for row in rows}) == len(rows)
    assert {row.difficulty for row in rows} == {"easy", "medium", "hard"}
    assert {row.licence for row in rows} == {"CC0-1.0"}


def test_no_prompt_of_the_bank_asks_who_answers_and_all_fit(pair: Pair) -> None:
    detector = leaks.detector()
    for row in bank.prompts():
        assert detector.asked(row.prompt) == [], row.id
        assert making.check_prompt(row.prompt) == row.prompt
        assert len(row.id) <= 40 and len(row.category) <= 24


def test_an_idle_battle_waits_in_the_idle_queue(
    pair: Pair, quiet_queue: list[tuple[str, object]], django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        making.start_bank(bank.prompts()[0])
    assert {queue for _, queue in quiet_queue} == {f"host.{pair[0].host_id}.idle"}


def test_the_buffer_is_filled_half_in_each_language(pair: Pair, settings: object) -> None:
    settings.INSTANT_BUFFER = 6  # type: ignore[attr-defined]
    instant.fill()
    instant.fill()
    assert Counter(instant.waiting().values_list("language", flat=True)) == {"en": 3, "zh": 3}
    assert len(set(instant.waiting().values_list("bank_id", flat=True))) == 6


def test_nothing_is_made_while_a_voter_waits(pair: Pair, alice: Voter) -> None:
    making.start(alice, "Why?")
    instant.fill()
    assert not instant.waiting().exists()


def test_one_voter_gets_a_battle_and_no_other(pair: Pair, alice: Voter) -> None:
    (battle,) = buffer()
    bob = Voter.objects.create(key="b" * 32)
    claimed = instant.show(alice, "en")
    assert claimed.pk == battle.pk and claimed.voter == alice and not claimed.idle
    assert instant.show(bob, "en").pk != battle.pk


def test_a_voter_left_is_not_shown_to_another(pair: Pair, alice: Voter) -> None:
    (battle,) = buffer()
    stopping.leave(instant.show(alice, "en"))
    assert instant.show(Voter.objects.create(key="b" * 32), "en").pk != battle.pk


def test_the_voters_language_comes_first_and_no_prompt_twice(pair: Pair, alice: Voter) -> None:
    buffer(2, "en")
    buffer(1, "zh")
    assert instant.show(alice, "zh").language == "zh"
    assert instant.show(alice, "zh").language == "en"
    finish(making.start_bank(next(row for row in bank.prompts() if row.language == "zh")))
    assert instant.show(alice, "zh").language == "en"  # that prompt in Chinese was met before


def test_an_unfinished_or_failed_battle_is_not_shown(pair: Pair, alice: Voter) -> None:
    unfinished = making.start_bank(bank.prompts()[0])
    failed = finish(making.start_bank(bank.prompts()[1]), state="failed")
    assert instant.show(alice, "en").pk not in {unfinished.pk, failed.pk}
    Battle.objects.filter(voter=alice).update(state=Battle.State.ABANDONED)
    instant.fill()
    assert not instant.waiting().filter(bank_id=bank.prompts()[1].id).exists()


def test_a_model_that_left_takes_its_battles_along(pair: Pair, alice: Voter) -> None:
    (battle,) = buffer()
    Deployment.objects.filter(pk=pair[0].pk).update(state=Deployment.State.PAUSED)
    with pytest.raises(NoPair):
        instant.show(alice, "en")
    instant.fill()
    battle.refresh_from_db()
    assert battle.state == Battle.State.ABANDONED


def test_a_voters_question_stops_idle_replies_that_run(pair: Pair, alice: Voter) -> None:
    idle = making.start_bank(bank.prompts()[0])
    Reply.objects.filter(turn__battle=idle, side="A").update(state=Reply.State.RUNNING, attempt=1)
    queued = making.start_bank(bank.prompts()[2])
    making.start(alice, "Why?")
    idle.refresh_from_db()
    queued.refresh_from_db()
    assert idle.state == Battle.State.ABANDONED
    assert set(Reply.objects.filter(turn__battle=idle).values_list("state", flat=True)) == {"stopped"}
    assert queued.state == Battle.State.OPEN  # it waits its turn


def test_an_idle_reply_waits_while_a_voter_does(
    pair: Pair, alice: Voter, quiet_queue: list[tuple[str, object]], django_capture_on_commit_callbacks: object
) -> None:
    idle = making.start_bank(bank.prompts()[0])
    battle = making.start(alice, "Why?")
    reply = Reply.objects.filter(turn__battle=idle).first()
    assert reply is not None
    answer(reply.pk)
    reply.refresh_from_db()
    assert reply.state == Reply.State.QUEUED
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        quiet_queue.clear()
        send_next(pair[0].host)
    assert {queue for _, queue in quiet_queue} == {f"host.{pair[0].host_id}.voter"}
    finish(battle)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        quiet_queue.clear()
        send_next(pair[0].host)
    assert {queue for _, queue in quiet_queue} == {f"host.{pair[0].host_id}.idle"}


def test_a_vote_on_it_counts_as_one_of_the_bank(pair: Pair, alice: Voter) -> None:
    buffer()
    battle = instant.show(alice, "en")
    vote = services.vote(battle, "a")
    assert (vote.own_prompt, vote.category, vote.language) == (False, "everyday", "en")
    assert Vote.objects.get().draw_probability == battle.draw_probability == 1.0


def test_the_page_shows_both_answers_at_once_without_names(pair: Pair, alice: Voter, alices_browser: Client) -> None:
    finish(making.start_bank(bank.prompts()[0]), a="First words.", b="Other words.")
    page = alices_browser.post("/instant", follow=True)
    text = page.content.decode()
    assert "First words." in text and "Other words." in text
    assert "data-events" not in text
    assert not any(name in text for name in ("Kappachi", "Lambdani"))
    assert text.count("data-vote") == 4 and " disabled" not in text


def test_where_none_is_ready_one_is_written_for_the_voter(
    pair: Pair,
    alice: Voter,
    alices_browser: Client,
    quiet_queue: list[tuple[str, object]],
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        page = alices_browser.post("/instant", follow=True)
    assert {queue for _, queue in quiet_queue} == {f"host.{pair[0].host_id}.voter"}
    assert b"data-events" in page.content  # at the even pace, as any other
    battle = Battle.objects.get()
    assert battle.voter == alice and battle.bank_id and not battle.idle
    finish(battle)
    Reply.objects.update(finished=timezone.now())
    again = alices_browser.get(f"/battles/{battle.uuid}/")
    assert b"data-events" in again.content and b"Words of A." not in again.content  # a reload shows no more


def test_without_models_the_page_says_so_and_keeps_the_text(alices_browser: Client) -> None:
    page = alices_browser.post("/instant", {"prompt": "half a question"})
    assert page.status_code == 503
    assert "Fewer than two models" in page.content.decode()
    assert "half a question" in page.content.decode()


def test_a_further_question_is_a_voters(
    pair: Pair, alice: Voter, quiet_queue: list[tuple[str, object]], django_capture_on_commit_callbacks: object
) -> None:
    buffer()
    battle = instant.show(alice, "en")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        quiet_queue.clear()
        making.ask_again(battle, "And why?")
    assert {queue for _, queue in quiet_queue} == {f"host.{pair[0].host_id}.voter"}
