"""What could not be recorded: silent endings, thinking, stalls, JSON inside errors, cut chunks, cancel."""

import json
import threading
import time

import pytest

from tests.double import Script, done, double, lines, said
from workers import errors
from workers.ollama import Chat, Deadlines, Ollama
from workers.wire import Chunk, Done

QUICK = Deadlines(first_byte=0.4, between=0.4, overall=1.2)
ASK = Chat("m", [{"role": "user", "content": "hi"}], {"num_ctx": 8192})


def play(script: Script, deadlines: Deadlines = QUICK, speed: float = 1.0, cancelled=None):
    with double(speed) as server:
        server.play("POST", "/api/chat", script)
        return list(Ollama(server.url, deadlines).chat(ASK, cancelled))


def test_a_stream_that_just_stops_is_no_success():
    with pytest.raises(errors.SilentEnd):
        play(lines(said("half an"), said(" answer")))


def test_a_whole_200_with_done_false_is_no_success():
    with pytest.raises(errors.SilentEnd):
        play(Script(content_type="application/json", chunks=[(0, json.dumps(said("x")))], chunked=False))


def test_words_in_the_final_object_are_kept():
    items = play(lines(said("Hel"), {**done(), "message": {"role": "assistant", "content": "lo"}}))
    assert [item.content for item in items if isinstance(item, Chunk)] == ["Hel", "lo"]
    assert isinstance(items[-1], Done)


def test_reasoning_comes_apart_from_the_answer():
    items = play(lines(said("", thinking="Let me see"), said("42"), done()))
    assert items[0] == Chunk("", "Let me see")
    assert items[1] == Chunk("42", "")


def test_an_error_line_after_words_is_a_failure_that_a_retry_may_help():
    with pytest.raises(errors.ServerFailed, match="it broke") as caught:
        play(lines(said("x"), {"error": "it broke"}))
    assert caught.value.retry


def test_json_inside_an_error_text_is_read():
    inner = json.dumps({"error": {"code": 400, "message": "request (302 tokens) exceeds", "type": "exceed"}})
    script = Script("400 Bad Request", "application/json", [(0, json.dumps({"error": inner}))], chunked=False)
    with pytest.raises(errors.Rejected, match=r"^request \(302 tokens\) exceeds$") as caught:
        play(script)
    assert not caught.value.retry


def test_a_line_cut_in_two_chunks_is_one_line():
    whole = json.dumps(said("Hello 你好")) + "\n"
    items = play(lines(whole[:30], whole[30:], done()))
    assert items[0] == Chunk("Hello 你好")


def test_a_connection_cut_in_mid_line_is_a_silent_end():
    script = lines(said("x"), '{"model": "m", "mess')
    script.whole = False
    with pytest.raises(errors.SilentEnd):
        play(script)


def test_what_is_not_the_protocol_is_named_so():
    with pytest.raises(errors.Malformed):
        play(lines("<html>a proxy says hello</html>\n"))
    with pytest.raises(errors.Malformed):
        play(lines("[1, 2]\n"))


def test_nobody_listens():
    with pytest.raises(errors.Unreachable) as caught:
        list(Ollama("http://127.0.0.1:9", QUICK).chat(ASK))
    assert caught.value.retry


@pytest.mark.parametrize(
    ("script", "kind", "seconds"),
    [
        (Script(chunks=[(60, json.dumps(said("late")) + "\n")]), errors.NoFirstByte, 0.4),
        (Script(chunks=[(0, json.dumps(said("x")) + "\n"), (60, "late\n")]), errors.Stalled, 0.4),
        (lines(*[said("x")] * 30, pause=0.1), errors.TooSlow, 1.2),
    ],
)
def test_deadlines_are_exact(script: Script, kind: type[Exception], seconds: float):
    began = time.monotonic()
    with pytest.raises(kind):
        play(script)
    assert seconds <= time.monotonic() - began < seconds + 0.5


def test_a_server_that_dribbles_headers_does_not_hold_us():
    """Each byte would start a socket timeout anew; our deadline counts from the request."""
    script = Script(chunks=[(i * 0.2, " ") for i in range(40)])
    began = time.monotonic()
    with pytest.raises(errors.DeadlinePassed):
        play(script)
    assert time.monotonic() - began < 1.8


def test_cancel_closes_the_connection_while_nothing_has_come():
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    with pytest.raises(errors.Cancelled):
        play(Script(chunks=[(60, "never\n")]), Deadlines(30, 30, 60), cancelled=stop.is_set)
    assert time.monotonic() - began < 1


def test_both_sides_get_every_option_explicitly_and_nothing_is_cut_silently():
    with double() as server:
        server.play("POST", "/api/chat", lines(done()))
        list(Ollama(server.url).chat(Chat("m", [], {"seed": 1}, think=False)))
        list(Ollama(server.url).chat(ASK))
    first, second = (seen.body for seen in server.seen)
    assert first["truncate"] is first["shift"] is first["think"] is False
    assert "think" not in second


def test_a_cloud_stub_is_marked():
    row = {"name": "big:cloud", "remote_host": "https://ollama.com", "digest": "d", "size": 1}
    with double() as server:
        server.json("GET", "/api/tags", {"models": [row, {"name": "other", "digest": "e", "size": 1}]})
        assert [tag.remote for tag in Ollama(server.url).tags()] == [True, False]


def test_a_pull_is_cancelled_by_closing():
    layer = {"status": "pulling x", "digest": "sha256:1", "total": 10}
    with double(speed=1.0) as server:
        server.play("POST", "/api/pull", lines(*({**layer, "completed": n} for n in range(10)), pause=0.1))
        seen = []
        with pytest.raises(errors.Cancelled):
            seen.extend(Ollama(server.url).pull("m", lambda: bool(seen) or len(server.seen) > 0))


def test_progress_sums_over_layers():
    rows = [
        {"status": "pulling manifest"},
        {"status": "pulling a", "digest": "sha256:a", "total": 100},
        {"status": "pulling a", "digest": "sha256:a", "total": 100, "completed": 50},
        {"status": "pulling b", "digest": "sha256:b", "total": 300, "completed": 300},
        {"status": "pulling b", "digest": "sha256:b", "total": 300, "completed": 300},
        {"status": "success"},
    ]
    with double() as server:
        server.play("POST", "/api/pull", lines(*rows))
        last = list(Ollama(server.url).pull("m", lambda: False))[-1]
    assert (last.status, last.completed, last.total) == ("success", 350, 400)
