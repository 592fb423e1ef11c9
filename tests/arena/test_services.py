"""What can be done to a battle, and what can't."""

import threading
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connections

from arena import queue
from arena.battles import after, making, services, stopping
from arena.battles.models import Battle, Reply, Uncounted, Vote, Voter
from arena.catalogue.models import Deployment
from arena.errors import BadPrompt, DoesNotFit, NotYours, WrongState
from tests.conftest import finish

Pair = tuple[Deployment, Deployment]


@pytest.fixture
def battle(pair: Pair, alice: Voter) -> Battle:
    return making.start(alice, "Why?")


@pytest.mark.parametrize(
    ("raw", "word"),
    [("", "write"), (" \n\t ", "write"), ("x" * 12_001, "12,001"), ("a\x00b", "control"), ("\x1b[2J", "control")],
)
def test_a_bad_question_gets_a_sentence(raw: str, word: str):
    with pytest.raises(BadPrompt, match=word):
        making.check_prompt(raw)


@pytest.mark.parametrize(
    "raw", ["a", "x" * 12_000, "你好\r\n吗？", "tab\tis fine", "<script>alert(1)</script>", "👩‍🚀"]
)
def test_a_good_question_is_kept(raw: str):
    assert making.check_prompt(raw) == raw.replace("\r\n", "\n")


def test_a_question_that_does_not_fit_is_refused_before_anything_is_written(pair: Pair, alice: Voter):
    with pytest.raises(DoesNotFit):
        making.start(alice, "字" * 12_000)
    assert not Battle.objects.exists()


def test_a_start_writes_battle_turn_and_two_replies_in_side_order(battle: Battle):
    turn = battle.turns.get()
    assert list(turn.replies.order_by("pk").values_list("side", "state")) == [("A", "queued"), ("B", "queued")]
    assert battle.draw_probability == 1
    assert (battle.language, battle.category) == ("en", "unlabelled")
    assert turn.sampler["num_ctx"] == 8192


def test_both_sides_have_the_same_seed_and_sampler(battle: Battle):
    assert battle.turns.get().seed is not None  # one row for both


def test_a_vote_needs_two_whole_answers(battle: Battle):
    with pytest.raises(WrongState):
        services.vote(battle, "a")
    finish(battle)
    battle.turns.get().replies.filter(side="B").update(state="failed")
    with pytest.raises(WrongState):
        services.vote(battle, "a")
    assert not Vote.objects.exists()


def test_a_vote_is_frozen_with_its_facts(battle: Battle):
    finish(battle, a="# Title\n\n- one\n- two\n\n**bold**", b="plain")
    vote = services.vote(battle, "tie")
    assert (vote.contestant_a, vote.contestant_b) == (battle.contestant_a, battle.contestant_b)
    assert vote.covariates["A"] == {"characters": 30, "headers": 1, "list_items": 2, "bold": 1, "code_blocks": 0}
    assert Uncounted.objects.get().sign == 1
    battle.refresh_from_db()
    assert battle.state == "voted"


def test_a_second_vote_answers_with_the_first(battle: Battle):
    finish(battle)
    first = services.vote(battle, "a")
    assert services.vote(battle, "b") == first
    assert Vote.objects.get().outcome == "a"
    assert Uncounted.objects.count() == 1


def test_the_database_itself_refuses_a_second_vote(battle: Battle):
    finish(battle)
    vote = services.vote(battle, "a")
    vote.pk = None
    with pytest.raises(IntegrityError):
        vote.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_votes_at_the_same_moment_store_one(pair: Pair, alice: Voter):
    with patch.object(queue, "_send"):
        battle = finish(making.start(alice, "Why?"))
        results: list[str] = []

        def cast(outcome: str) -> None:
            try:
                results.append(services.vote(Battle.objects.get(pk=battle.pk), outcome).outcome)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=cast, args=(outcome,)) for outcome in ("a", "b", "tie", "both_bad") * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Vote.objects.count() == 1
    assert results == [Vote.objects.get().outcome] * 8


def test_voting_closes_a_battle(battle: Battle):
    finish(battle)
    services.vote(battle, "a")
    for act in (stopping.stop, services.retry, lambda b: making.ask_again(b, "And?")):
        with pytest.raises(WrongState):
            act(battle)


def test_each_side_gets_its_own_history(battle: Battle):
    from arena.battles.prompting import messages

    finish(battle, a="Side A said this.", b="Side B said that.")
    turn = making.ask_again(battle, "And then?")
    a, b = (messages(reply) for reply in turn.replies.order_by("side"))
    assert [m["role"] for m in a] == ["system", "user", "assistant", "user"]
    assert a[2]["content"] == "Side A said this."
    assert b[2]["content"] == "Side B said that."
    assert a[0] == b[0]
    assert a[3] == b[3]


def test_ask_again_needs_whole_answers(battle: Battle):
    with pytest.raises(WrongState):
        making.ask_again(battle, "And?")


def test_twenty_turns_and_no_more(battle: Battle, settings):
    settings.MAX_TURNS = 2
    finish(battle)
    making.ask_again(battle, "2?")
    finish(battle)
    with pytest.raises(WrongState, match="at most 2"):
        making.ask_again(battle, "3?")


def test_the_longer_history_decides_what_fits(battle: Battle):
    finish(battle, a="short", b="字" * 3600)
    with pytest.raises(DoesNotFit):
        making.ask_again(battle, "And?")


def test_stop_then_retry(battle: Battle):
    stopping.stop(battle)
    assert services.display_state(stopping.last_turn(battle)) == "stopped"
    with pytest.raises(WrongState):
        stopping.stop(battle)
    services.retry(battle)
    assert services.display_state(stopping.last_turn(battle)) == "waiting"
    with pytest.raises(WrongState):
        services.retry(battle)


def test_retry_asks_only_what_broke(battle: Battle):
    finish(battle)
    Reply.objects.filter(side="B").update(state="failed", cause="x")
    services.retry(battle)
    assert list(Reply.objects.order_by("side").values_list("state", flat=True)) == ["whole", "queued"]


def test_leaving_stops_and_never_counts(battle: Battle):
    stopping.leave(battle)
    battle.refresh_from_db()
    assert battle.state == "abandoned"
    assert set(Reply.objects.values_list("state", flat=True)) == {"stopped"}
    with pytest.raises(WrongState):
        services.vote(battle, "a")


def test_somebody_elses_battle_does_not_exist(battle: Battle):
    with pytest.raises(NotYours):
        services.owned(battle.uuid, Voter.objects.create(key="b" * 32))
    with pytest.raises(NotYours):
        services.owned(battle.uuid, None)


def test_others_who_agree_are_counted_across_sides(battle: Battle, alice: Voter):
    finish(battle)
    mine = services.vote(battle, "a")
    for swapped in (False, True):
        other = making.start(alice, "Same?")
        pair = (battle.contestant_b, battle.contestant_a) if swapped else (battle.contestant_a, battle.contestant_b)
        Battle.objects.filter(pk=other.pk).update(contestant_a=pair[0], contestant_b=pair[1])
        services.vote(finish(other), "b" if swapped else "a")
    assert services.agreeing(mine) == 2


def test_an_answer_is_reported_after_the_vote_only(battle: Battle, alice: Voter):
    finish(battle)
    with pytest.raises(WrongState):
        after.report(battle, alice, "A")
    services.vote(battle, "a")
    battle.refresh_from_db()
    assert after.report(battle, alice, "A") == after.report(battle, alice, "A")


def test_a_broker_that_is_away_loses_nothing(pair: Pair, alice: Voter, django_capture_on_commit_callbacks, monkeypatch):
    from kombu.exceptions import OperationalError

    from arena.celery import app

    def away(*args, **kwargs):
        raise OperationalError("away")

    class Signature:
        apply_async = staticmethod(away)

    monkeypatch.setattr(app, "signature", lambda *a, **k: Signature)
    with django_capture_on_commit_callbacks(execute=True):
        battle = making.start(alice, "Anyone?")
    assert battle.turns.get().replies.filter(state="queued").count() == 2
