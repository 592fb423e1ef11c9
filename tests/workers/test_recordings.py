"""Every recording of a real Ollama, and for each what the client must return or raise."""

from typing import Any

import pytest

from tests.double import RECORDINGS, Double, Script, double, recording, script_of
from workers import errors
from workers.ollama import Deadlines, Ollama
from workers.wire import Chunk, Done

NAMES = sorted(path.stem for path in RECORDINGS.glob("*.json"))

# (first words or whole text, reason) of streams that succeed
WHOLE = {
    "after-cancel": ("The capital", "length"),
    "after-runner-killed": ("The capital of France", "length"),
    "busy-1": ("The world is a vast", "length"),
    "busy-3": ("The world is a vast", "length"),
    "chat-bad-role": ("Hello! How can", "length"),
    "chat-chinese": ("", "stop"),
    "chat-emoji": ("", "stop"),
    "chat-fills-context": ("The ocean is a place", "stop"),
    "chat-html": ("", "stop"),
    "chat-image-unsupported": ("", "stop"),
    "chat-json-format": ('{\n  "capital": "Paris"\n}', "stop"),
    "chat-length-stop": ("", "length"),
    "chat-multi-turn": ("My name is Wren.", "stop"),
    "chat-num-predict-1": ("", "length"),
    "chat-stop-sequence": ("", "stop"),
    "chat-stream-qwen": ("The capital of France is Paris.", "stop"),
    "chat-stream-smollm2": ("The capital of France is Paris.", "stop"),
    "chat-system": ("", "stop"),
    "chat-think-false": ("The capital of France", "length"),
    "chat-too-long-truncated": ("", "length"),
    "chat-unknown-option": ("The capital of France", "length"),
    "chat-whole-qwen": ("The capital of France is Paris.", "stop"),
    "chat-whole-smollm2": ("The capital of France is Paris.", "stop"),
    "generate-stream": ("Hello", "stop"),
    "generate-whole": ("Hello! How can I assist you today?", "stop"),
    "load": ("", "load"),
    "load-again": ("", "load"),
    "load-by-chat": ("", "load"),
    "two-at-once-first": ("", "length"),
    "two-at-once-second": ("", "length"),
    "unload": ("", "unload"),
    "unload-again": ("", "unload"),
}
EMPTY = {"load", "load-again", "load-by-chat", "unload", "unload-again"}
STREAM_ERRORS: dict[str, tuple[type[errors.OllamaError], int | None]] = {
    "busy-0": (errors.ServerBusy, 503),
    "busy-2": (errors.ServerBusy, 503),
    "cancel-by-close": (errors.SilentEnd, None),
    "chat-bad-json": (errors.Rejected, 400),
    "chat-bad-option-type": (errors.ServerFailed, 500),
    "chat-cloud-name": (errors.Rejected, 403),
    "chat-empty-body": (errors.Rejected, 400),
    "chat-keep-alive-no-unit": (errors.Rejected, 400),
    "chat-missing-model": (errors.ModelMissing, 404),
    "chat-no-model": (errors.Rejected, 400),
    "chat-think-unsupported": (errors.Rejected, 400),
    "chat-too-long-refused": (errors.Rejected, 400),
    "chat-tools-unsupported": (errors.Rejected, 400),
    "chat-wrong-type": (errors.Rejected, 400),
    "generate-missing-model": (errors.ModelMissing, 404),
    "runner-killed": (errors.ServerFailed, None),
    "runner-killed-whole": (errors.ServerFailed, 500),
    "server-stopped": (errors.CutOff, None),
}
PULLS = {"pull-again": 6, "pull-resumed": 20}
PULL_ERRORS = {
    "pull-bad-name": errors.Rejected,
    "pull-cancelled": errors.CutOff,
    "pull-missing": errors.ServerFailed,
    "pull-missing-whole": errors.ServerFailed,
    "pull-registry-down": errors.ServerFailed,
}
TAGS = {"tags": ["qwen2.5-coder:0.5b", "smollm2:135m"], "tags-empty": []}
LOADED = {
    "ps-after-unload": ["qwen2.5-coder:0.5b"],
    "ps-empty": [],
    "ps-one": ["smollm2:135m"],
    "ps-two": ["qwen2.5-coder:0.5b", "smollm2:135m"],
}
SHOWN = {
    "show-smollm2": ("b179c952", 8192, True),
    "show-qwen": ("1d961463", 32768, True),
    "show-no-chat-template": ("1d961463", 32768, False),
}
SHOW_ERRORS = {
    "show-bad-json": errors.Rejected,
    "show-empty-body": errors.Rejected,
    "show-missing": errors.ModelMissing,
    "show-no-name": errors.Rejected,
}
# administration that the site leaves to the `ollama` package: what its client returns or raises, in our words
PACKAGE: dict[str, type[errors.OllamaError] | str | None] = {
    "copy": "success",
    "create-bad-name": errors.Rejected,
    "create-bad-template": errors.ServerFailed,
    "create-blob-missing": errors.ServerFailed,
    "create-no-chat-template": "success",
    "create-not-gguf": errors.ServerFailed,
    "create-not-stream": "success",
    "create-nothing": errors.Rejected,
    "create-stream": "success",
    "create-truncated-gguf": errors.ServerFailed,
    "delete": "success",
    "delete-missing": errors.ModelMissing,
}
# no call of ours: what any client sees of them, held so that the double plays them right
PLAIN = {
    "blob-digest-mismatch": 400,
    "blob-head-bad-digest": 400,
    "blob-head-missing": 404,
    "blob-head-present": 200,
    "blob-upload": 201,
    "blob-upload-again": 200,
    "root": 200,
    "unknown-path": 404,
    "version-head": 200,
    "wrong-method": 405,
}


def test_every_recording_has_an_expectation() -> None:
    tables = (WHOLE, STREAM_ERRORS, PULLS, PULL_ERRORS, TAGS, LOADED, SHOWN, SHOW_ERRORS, PACKAGE, PLAIN)
    assert sorted([*(name for table in tables for name in table), "version"]) == NAMES


def playing(server: Double, name: str) -> Ollama:
    request = recording(name)["request"]
    server.play(request["method"], request["path"], script_of(name))
    return Ollama(server.url, Deadlines(5, 5, 10))


def text_of(name: str) -> str:
    """The answer in a recording, read in the plainest way."""
    whole = "".join(text for _, text in recording(name)["response"]["chunks"])
    rows = [__import__("json").loads(line) for line in whole.splitlines() if line.strip()]
    return "".join((row.get("message") or {}).get("content") or row.get("response") or "" for row in rows)


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_answer(name: str) -> None:
    with double() as server:
        client = playing(server, name)
        request = recording(name)["request"]
        items: list[Any] = list(client.stream(request["path"], request["body"]))
    beginning, reason = WHOLE[name]
    text = "".join(item.content for item in items[:-1])
    assert all(isinstance(item, Chunk) for item in items[:-1])
    assert isinstance(items[-1], Done)
    assert items[-1].reason == reason
    assert text == text_of(name)
    assert text.startswith(beginning)
    assert bool(text) != (name in EMPTY)


@pytest.mark.parametrize("name", STREAM_ERRORS)
def test_a_failed_answer(name: str) -> None:
    kind, status = STREAM_ERRORS[name]
    with double() as server:
        client = playing(server, name)
        with pytest.raises(kind) as caught:
            list(client.stream("/api/generate" if name.startswith("generate") else "/api/chat", {"model": "m"}))
    assert type(caught.value) is kind
    assert caught.value.status == status


@pytest.mark.parametrize("name", PULLS)
def test_a_pull(name: str) -> None:
    with double() as server:
        steps = list(playing(server, name).pull("m", lambda: False))
    assert steps[-1].status == "success"
    assert steps[-1].completed == steps[-1].total > 98_000_000
    assert len(steps) >= PULLS[name]
    assert all(step.completed <= step.total for step in steps)


@pytest.mark.parametrize("name", PULL_ERRORS)
def test_a_failed_pull(name: str) -> None:
    with double() as server, pytest.raises(PULL_ERRORS[name]):
        list(playing(server, name).pull("m", lambda: False))


@pytest.mark.parametrize("name", TAGS)
def test_tags(name: str) -> None:
    with double() as server:
        tags = playing(server, name).tags()
    assert [tag.name for tag in tags] == TAGS[name]
    assert not any(tag.remote for tag in tags)


@pytest.mark.parametrize("name", LOADED)
def test_loaded(name: str) -> None:
    with double() as server:
        assert playing(server, name).loaded() == LOADED[name]


@pytest.mark.parametrize("name", SHOWN)
def test_show(name: str) -> None:
    digest, context, templated = SHOWN[name]
    with double() as server:
        facts = playing(server, name).show("m")
    assert facts.weights_digest.startswith(digest)
    assert len(facts.weights_digest) == 64
    assert facts.context_tokens == context
    assert (facts.template != "{{ .Prompt }}") is templated


@pytest.mark.parametrize("name", SHOW_ERRORS)
def test_a_refused_show(name: str) -> None:
    with double() as server, pytest.raises(SHOW_ERRORS[name]):
        playing(server, name).show("m")


@pytest.mark.parametrize("name", PACKAGE)
def test_administration(name: str) -> None:
    expected = PACKAGE[name]
    with double() as server:
        client = playing(server, name)
        if isinstance(expected, str):
            assert _administer(client, name) == expected
        else:
            assert expected is not None
            with pytest.raises(expected):
                _administer(client, name)


def _administer(client: Ollama, name: str) -> str | None:
    with client.package() as package:
        if name == "copy":
            return package.copy("a", "b").status
        if name.startswith("delete"):
            return package.delete("m").status
        return list(package.create("m", from_="x", stream=True))[-1].status


@pytest.mark.parametrize("name", PLAIN)
def test_the_double_plays_the_rest(name: str) -> None:
    import httpx

    request = recording(name)["request"]
    with double() as server:
        server.play(request["method"], request["path"], script_of(name))
        response = httpx.request(request["method"], server.url + request["path"], trust_env=False)
    assert response.status_code == PLAIN[name]
    assert response.text == "".join(text for _, text in recording(name)["response"]["chunks"])


def test_version() -> None:
    with double() as server:
        assert playing(server, "version").version() == "0.24.0"


def test_pauses_are_played() -> None:
    import time

    script = script_of("chat-stream-qwen")
    with double(speed=1.0) as server:
        server.play("POST", "/api/chat", script)
        began = time.monotonic()
        list(Ollama(server.url).stream("/api/chat", {}))
    assert time.monotonic() - began >= script.chunks[-1][0]


def test_a_script_without_chunks_is_an_empty_body() -> None:
    with double() as server:
        server.play("POST", "/api/chat", Script())
        with pytest.raises(errors.CutOff):
            list(Ollama(server.url).stream("/api/chat", {}))
