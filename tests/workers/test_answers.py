"""A reply from claim to end, over a real HTTP double and a real Valkey."""

import threading
import time
from unittest.mock import patch

import pytest

from arena import queue
from arena.battles import making, stopping, streams
from arena.battles.models import Battle, Reply, Voter
from arena.battles.pace import Track
from arena.catalogue.models import Deployment, Lease
from arena.redis import client
from tests.conftest import CN_TAG, US_TAG, tag_row
from tests.double import Double, Script, answer, done, lines, said
from workers import answers, leases

Pair = tuple[Deployment, Deployment]


@pytest.fixture
def battle(pair: Pair, alice: Voter) -> Battle:
    """A battle whose replies wait: tasks are not sent, as nothing commits here."""
    return making.start(alice, "Why is the sky blue?")


def reply_of(battle: Battle, tag: str) -> Reply:
    return Reply.objects.get(turn__battle=battle, deployment__tag=tag)


def stream_of(reply: Reply) -> Track:
    track = Track()
    for entry, fields in client().xrange(streams.stream_key(reply.pk, reply.attempt)):
        track.add(int(entry.split("-")[0]), fields)
    return track


def test_a_whole_reply_is_stored_and_streamed(battle: Battle, ollama: Double):
    ollama.chat(CN_TAG, answer("  Because of <think>hm</think>Rayleigh.\n"))
    reply = reply_of(battle, CN_TAG)
    answers.answer(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, reply.text, reply.attempt) == ("whole", "Because of Rayleigh.", 1)
    assert reply.raw == "  Because of <think>hm</think>Rayleigh.\n"
    assert reply.reasoning == "hm"
    assert (reply.tokens, reply.eval_ms, reply.total_ms is not None) == (5, 100, True)
    assert reply.weights_digest == reply.deployment.weights_digest
    assert (stream_of(reply).text, stream_of(reply).end) == ("Because of Rayleigh.", "whole")
    assert client().ttl(streams.stream_key(reply.pk, 1)) > 0


def test_the_request_is_the_same_for_both_sides_but_for_the_model(battle: Battle, ollama: Double):
    for tag in (CN_TAG, US_TAG):
        ollama.chat(tag, answer("ok"))
        answers.answer(reply_of(battle, tag).pk)
    first, second = (seen.body for seen in ollama.seen if seen.path == "/api/chat")
    assert first.pop("model") != second.pop("model")
    assert first == second
    assert first["messages"][0]["role"] == "system"
    assert set(first["options"]) >= {
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "repeat_penalty",
        "seed",
        "num_ctx",
        "num_predict",
    }


@pytest.mark.parametrize(
    "script",
    [
        lines(said("half")),
        lines(said("<think>only this</think>"), done()),
        lines(done("length")),
        Script("400 Bad Request", "application/json", [(0, '{"error": "too long"}')], chunked=False),
    ],
    ids=["silent end", "only reasoning", "empty", "refused"],
)
def test_anything_but_a_whole_answer_fails(battle: Battle, ollama: Double, script: Script):
    ollama.chat(CN_TAG, script)
    reply = reply_of(battle, CN_TAG)
    answers.answer(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "failed"
    assert reply.cause
    assert stream_of(reply).end == "failed"


def test_a_busy_server_is_asked_again_before_the_first_word(battle: Battle, ollama: Double, monkeypatch):
    monkeypatch.setattr(answers, "BACKOFF_SECONDS", (0.0, 0.0))
    busy = Script("503 Service Unavailable", "application/json", [(0, '{"error": "busy"}')], chunked=False)
    ollama.chat(CN_TAG, busy, busy, answer("Here."))
    reply = reply_of(battle, CN_TAG)
    answers.answer(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, reply.text, reply.attempt) == ("whole", "Here.", 1)


def test_a_model_that_dies_in_mid_stream_is_asked_once_more_as_a_new_attempt(
    battle: Battle, ollama: Double, monkeypatch
):
    monkeypatch.setattr(answers, "BACKOFF_SECONDS", (0.0, 0.0))
    ollama.chat(CN_TAG, lines(said("Half a"), {"error": "unexpected EOF"}), answer("All of it."))
    reply = reply_of(battle, CN_TAG)
    answers.answer(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, reply.text, reply.attempt) == ("whole", "All of it.", 2)
    assert stream_of(reply).text == "All of it."
    assert client().zscore(streams.turn_key(reply.turn_id), reply.side) == 2


def test_a_message_delivered_twice_ends_at_once(battle: Battle, ollama: Double):
    ollama.chat(CN_TAG, answer("Once."))
    reply = reply_of(battle, CN_TAG)
    answers.answer(reply.pk)
    answers.answer(reply.pk)
    assert len([seen for seen in ollama.seen if seen.path == "/api/chat"]) == 1


def test_no_more_runs_at_once_than_the_host_has_slots(battle: Battle, ollama: Double):
    reply = reply_of(battle, CN_TAG)
    for slot in range(2):
        assert leases.acquire(reply.deployment.host, f"other:{slot}") is not None
    answers.answer(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "queued"
    assert not [seen for seen in ollama.seen if seen.path == "/api/chat"]


def test_a_finished_reply_gives_its_slot_back(battle: Battle, ollama: Double):
    ollama.chat(CN_TAG, answer("Done."))
    answers.answer(reply_of(battle, CN_TAG).pk)
    assert not Lease.objects.exclude(holder="").exists()


def test_a_worker_that_lost_its_attempt_writes_nowhere_that_is_read(battle: Battle, ollama: Double):
    """The fence: while the worker listens, the sweep gives the reply to another attempt."""
    reply = reply_of(battle, CN_TAG)

    class Overtaken(answers.Words):
        def add(self, chunk: object) -> None:
            Reply.objects.filter(pk=reply.pk).update(attempt=7)
            super().add(chunk)  # type: ignore[arg-type]

    ollama.chat(CN_TAG, answer("Too late."))
    original, answers.Words = answers.Words, Overtaken  # type: ignore[misc]
    try:
        answers.answer(reply.pk)
    finally:
        answers.Words = original  # type: ignore[misc]
    reply.refresh_from_db()
    assert (reply.state, reply.text, reply.attempt) == ("running", "", 7)
    assert stream_of(reply).text == ""


def test_other_weights_under_the_tag_fail_the_reply(battle: Battle, ollama: Double):
    ollama.json("GET", "/api/tags", {"models": [tag_row(CN_TAG, digest="moved")]})
    ollama.chat(CN_TAG, answer("From somebody else."))
    reply = reply_of(battle, CN_TAG)
    answers.answer(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, reply.text) == ("failed", "")


@pytest.mark.django_db(transaction=True)
def test_stop_ends_a_running_reply_and_keeps_what_was_said(pair: Pair, alice: Voter, ollama: Double):
    ollama.speed = 1.0
    ollama.chat(CN_TAG, lines(*[said("word ")] * 200, done(), pause=0.05))
    ollama.chat(US_TAG, lines(*[said("word ")] * 200, done(), pause=0.05))
    with patch.object(queue, "_send"):
        battle = making.start(alice, "Count.")
        reply = reply_of(battle, CN_TAG)
        worker = threading.Thread(target=_work, args=(reply.pk,))
        worker.start()
        _until(lambda: stream_of(Reply.objects.get(pk=reply.pk)).text)
        stopping.stop(battle)
        worker.join(5)
    assert not worker.is_alive()
    reply.refresh_from_db()
    assert reply.state == "stopped"
    assert reply.text.startswith("word")
    assert reply_of(battle, US_TAG).state == "stopped"


def _work(reply_id: int) -> None:
    from django.db import connections

    try:
        answers.answer(reply_id)
    finally:
        connections.close_all()


def _until(check, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
