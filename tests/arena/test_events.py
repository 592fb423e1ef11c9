"""The event stream: both sides in one event, resume by tick, restarts, and nothing of the database held open."""

import time
from unittest.mock import patch

import pytest
from django.test import Client

from arena import queue
from arena.battles import making, services, streams
from arena.battles.models import Battle, Reply, Voter
from arena.catalogue.models import Deployment
from arena.redis import client as redis_client
from tests.arena.events import follow, parse
from tests.conftest import finish

pytestmark = pytest.mark.django_db(transaction=True)
Pair = tuple[Deployment, Deployment]


@pytest.fixture
def battle(pair: Pair, alice: Voter) -> Battle:
    with patch.object(queue, "_send"):
        return making.start(alice, "Why?")


def write(battle: Battle, side: str, *words: str, attempt: int = 1, end: str = "", pause: float = 0.0) -> None:
    reply = Reply.objects.get(turn__battle=battle, side=side)
    Reply.objects.filter(pk=reply.pk).update(attempt=attempt, state=end or "running")
    streams.begin(redis_client(), reply.turn_id, side, reply.pk, attempt)
    key, offset = streams.stream_key(reply.pk, attempt), 0
    for word in words:
        streams.write(redis_client(), key, offset, word)
        offset += len(word)
        time.sleep(pause)
    if end:
        streams.end(redis_client(), key, end)


def test_a_whole_battle_ends_the_stream(battle: Battle, alices_browser: Client):
    write(battle, "A", "Hello ", "there", end="whole")
    write(battle, "B", "你好", end="whole")
    status, _, body = follow(alices_browser, battle)
    events = parse(body)
    assert status == 200
    assert events[0][1]["over"]
    assert events[-1][1]["state"] == "whole"
    assert "".join(data["a"] for _, data in events) == "Hello there"
    assert "".join(data["b"] for _, data in events) == "你好"


def test_ids_are_small_counters(battle: Battle, alices_browser: Client):
    write(battle, "A", "x", end="whole")
    write(battle, "B", "y", end="whole")
    events = parse(follow(alices_browser, battle)[2])
    assert 0 <= events[0][0] < 1000


def test_resume_sends_only_what_is_new(battle: Battle, alices_browser: Client):
    write(battle, "A", "Hello ", "there", end="whole")
    write(battle, "B", "Good ", "day", end="whole")
    time.sleep(0.2)
    last = parse(follow(alices_browser, battle)[2])[-1]
    again = parse(follow(alices_browser, battle, str(last[0]))[2])
    assert all(not data["over"] and not data["a"] and not data["b"] for _, data in again)


def test_off_the_pace_a_resume_repeats_nothing(battle: Battle, alices_browser: Client, settings):
    """Break off in the middle at every event: what came before and what comes after is the whole text, once."""
    settings.PACED = False
    write(battle, "A", *(f"a{i} " for i in range(12)), end="whole", pause=0.03)
    write(battle, "B", *(f"b{i} " for i in range(12)), end="whole", pause=0.03)
    whole = "".join(f"a{i} " for i in range(12))
    began = battle.turns.get().created.timestamp() * 1000
    for tick in range(0, 60, 7):
        at_ms = began + tick * 20
        entries = redis_client().xrange(streams.stream_key(Reply.objects.get(turn__battle=battle, side="A").pk, 1))
        before = "".join(fields["t"] for key, fields in entries if "t" in fields and int(key.split("-")[0]) < at_ms)
        events = parse(follow(alices_browser, battle, str(tick))[2])
        after = "".join(data["a"] for _, data in events)
        assert after == whole if events and events[0][1]["over"] else before + after == whole


def test_resume_after_a_side_was_begun_anew_starts_over(battle: Battle, alices_browser: Client):
    write(battle, "A", "first try", end="whole")
    write(battle, "B", "other", end="whole")
    time.sleep(0.2)
    last = parse(follow(alices_browser, battle)[2])[-1]
    time.sleep(0.2)
    write(battle, "A", "second try", attempt=3, end="whole")
    events = parse(follow(alices_browser, battle, str(last[0]))[2])
    assert events[0][1]["over"]
    assert "".join(data["a"] for _, data in events) == "second try"


def test_any_number_as_last_id_is_harmless(battle: Battle, alices_browser: Client):
    write(battle, "A", "x", end="whole")
    write(battle, "B", "y", end="whole")
    for last in ("999999999999", "-1", "abc", "0"):
        assert parse(follow(alices_browser, battle, last)[2])[-1][1]["state"] == "whole"


def test_a_stream_that_is_gone_is_shown_from_the_database(battle: Battle, alices_browser: Client):
    finish(battle, "Stored A.", "Stored B.")
    events = parse(follow(alices_browser, battle)[2])
    assert events[-1][1] == {"state": "whole", "over": True, "a": "Stored A.", "b": "Stored B."}


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_one_broken_side_is_one_state_for_both(battle: Battle, alices_browser: Client, state: str):
    write(battle, "A", "some words", end="whole")
    write(battle, "B", "some", end=state)
    assert parse(follow(alices_browser, battle)[2])[-1][1]["state"] == state


def test_after_retry_the_old_end_is_not_read(battle: Battle, alices_browser: Client):
    write(battle, "A", "good", end="whole")
    write(battle, "B", "bad", end="failed")
    with patch.object(queue, "_send"):
        services.retry(battle)
    reply = Reply.objects.get(turn__battle=battle, side="B")
    write(battle, "B", "better", attempt=reply.attempt + 1, end="whole")
    events = parse(follow(alices_browser, battle)[2])
    assert events[-1][1]["state"] == "whole"
    assert "".join(data["b"] for _, data in events) == "better"


def test_strangers_hear_nothing(battle: Battle, bobs_browser: Client):
    assert follow(bobs_browser, battle)[0] == 404
    assert follow(Client(), battle)[0] == 404


def test_it_is_neither_cached_nor_compressed(battle: Battle, alices_browser: Client):
    finish(battle)
    headers = follow(alices_browser, battle)[1]
    assert "no-store" in headers
    assert "content-encoding" not in headers
    assert "text/event-stream" in headers


def test_no_database_connection_is_held_while_streaming(battle: Battle, alices_browser: Client):
    from arena.battles import events

    closed = []
    original = events.connections.close_all
    with patch.object(events.connections, "close_all", lambda: (closed.append(True), original())):
        finish(battle)
        follow(alices_browser, battle)
    assert closed
