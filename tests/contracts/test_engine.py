"""Shape and order of the engine's answers, against the recordings of the same questions."""

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.double import recording
from workers import errors
from workers.ollama import Chat, Ollama
from workers.wire import Chunk, Done

PAIR = ("smollm2:135m", "qwen2.5-coder:0.5b")
SAME = [
    "chat-chinese", "chat-emoji", "chat-html", "chat-image-unsupported", "chat-json-format", "chat-length-stop",
    "chat-multi-turn", "chat-num-predict-1", "chat-stop-sequence", "chat-stream-qwen", "chat-stream-smollm2",
    "chat-system", "chat-think-false", "chat-too-long-refused", "chat-unknown-option", "chat-whole-qwen",
    "chat-whole-smollm2", "chat-bad-role", "chat-bad-json", "chat-bad-option-type", "chat-empty-body",
    "chat-keep-alive-no-unit", "chat-missing-model", "chat-no-model", "chat-think-unsupported",
    "chat-tools-unsupported", "chat-wrong-type", "generate-missing-model", "generate-stream", "generate-whole",
    "load", "load-again", "load-by-chat", "unload", "unload-again", "ps-two", "root", "show-bad-json",
    "show-empty-body", "show-missing", "show-no-name", "tags", "unknown-path", "version",
    "version-head", "wrong-method",
]  # fmt: skip
# what the engine leaves out, and why
LEFT_OUT = {"context"}  # generate's token list: deprecated, and llama.cpp's stream does not carry it


def ask(engine: Ollama, name: str) -> httpx.Response:
    request = recording(name)["request"]
    body = request["body"]
    raw = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    if name in {"chat-bad-json", "show-bad-json"}:
        raw = b'{"model": '
    headers = {"Content-Type": "application/json"}
    return httpx.request(request["method"], engine.url + request["path"], content=raw, headers=headers, timeout=120)


def shape(value: Any) -> Any:
    """Keys and types; numbers of either kind are numbers, and lists are known by their first member."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in sorted(value.items()) if key not in LEFT_OUT}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def rows(text: str) -> list[Any]:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except json.JSONDecodeError:
        return [text]


@pytest.mark.parametrize("name", SAME)
def test_it_answers_as_ollama_does(engine: Ollama, name: str):
    if name == "ps-two":
        for model in PAIR:
            list(engine.chat(Chat(model, [], {"num_ctx": 2048})))
    answer, recorded = ask(engine, name), recording(name)["response"]
    theirs = rows("".join(text for _, text in recorded["chunks"]))
    ours = rows(answer.text)
    assert answer.status_code == int(recorded["status"].split()[1])
    kind = {k.lower(): v for k, v in recorded["headers"]}.get("content-type", "")
    if theirs:
        assert answer.headers["content-type"].split(";")[0] == kind.split(";")[0]
        assert shape(ours[0]) == shape(theirs[0])
        assert shape(ours[-1]) == shape(theirs[-1])
    if theirs and isinstance(theirs[-1], dict) and "done_reason" in theirs[-1]:
        assert ours[-1]["done_reason"] == theirs[-1]["done_reason"]
        assert list(ours[-1])[:2] == list(theirs[-1])[:2] == ["model", "created_at"]
    if theirs and isinstance(theirs[-1], dict) and "error" in theirs[-1] and name != "chat-wrong-type":
        assert ours[-1]["error"] == theirs[-1]["error"]


def test_show_has_the_same_keys_and_facts(engine: Ollama):
    for model, name in zip(PAIR, ("show-smollm2", "show-qwen"), strict=True):
        ours = httpx.post(f"{engine.url}/api/show", json={"model": model}).json()
        theirs = rows("".join(text for _, text in recording(name)["response"]["chunks"]))[0]
        assert set(theirs) - {"system"} <= set(ours)
        for key in ("format", "family", "families", "parameter_size", "quantization_level"):
            assert ours["details"][key] == theirs["details"][key]
        for key in ("general.architecture", "general.parameter_count", "general.file_type"):
            assert ours["model_info"][key] == theirs["model_info"][key]
        assert ours["capabilities"] == theirs["capabilities"]
        facts = engine.show(model)
        assert facts.weights_digest in theirs["modelfile"]
        assert facts.template != "{{ .Prompt }}"


def test_the_python_client_works_unchanged(engine: Ollama):
    with engine.package(read=120) as package:
        assert {row.model for row in package.list().models} == set(PAIR)
        assert package.show(PAIR[0]).details.family == "llama"
        question = [{"role": "user", "content": "Say hello."}]
        whole = package.chat(PAIR[0], question, options={"num_predict": 8, "seed": 1})
        assert whole.done
        assert whole.message.content
        parts = list(package.chat(PAIR[0], question, stream=True, options={"num_predict": 8, "seed": 1}))
        assert parts[-1].done
        assert package.generate(PAIR[0], "Say hello.", options={"num_predict": 4}).response
        assert PAIR[0] in {row.model for row in package.ps().models}


LONG = [{"role": "user", "content": "Write a very long essay about rivers."}]


def test_closing_the_connection_frees_the_slot(engine: Ollama):
    chat = Chat(PAIR[1], LONG, {"num_ctx": 2048, "num_predict": 1500})
    streams = [engine.chat(chat) for _ in range(2)]  # both slots
    for stream in streams:
        next(stream)
        stream.close()  # type: ignore[attr-defined]
    began = time.monotonic()
    items = list(engine.chat(Chat(PAIR[1], [{"role": "user", "content": "Hi"}], {"num_ctx": 2048, "num_predict": 2})))
    assert isinstance(items[-1], Done)
    assert time.monotonic() - began < 5


def test_requests_beyond_the_slots_wait_their_turn(engine: Ollama):
    done: list[Done] = []

    def one() -> None:
        items = list(engine.chat(Chat(PAIR[0], LONG, {"num_ctx": 2048, "num_predict": 30, "seed": 1})))
        done.append(items[-1])  # type: ignore[arg-type]

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [item.reason for item in done] == ["length"] * 5


def test_a_model_process_that_dies_ends_its_stream_with_ollamas_error_and_is_started_again(engine: Ollama):
    chat = Chat(PAIR[0], LONG, {"num_ctx": 2048, "num_predict": 1500})
    with pytest.raises(errors.ServerFailed, match="an error was encountered while running the model"):
        for count, _ in enumerate(engine.chat(chat)):
            if count == 3:
                _kill_runner("smollm2")
    items = list(engine.chat(Chat(PAIR[0], LONG, {"num_ctx": 2048, "num_predict": 3})))
    assert isinstance(items[0], Chunk)
    assert isinstance(items[-1], Done)


def _kill_runner(word: str) -> None:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if "workers.engine.runner" in command and word in command and MODELS_FOLDER in command:
            os.kill(int(folder.name), signal.SIGKILL)


MODELS_FOLDER = os.environ.get("ARENA_TEST_MODELS", "")


def test_another_context_loads_the_model_anew(engine: Ollama):
    list(engine.chat(Chat(PAIR[0], LONG, {"num_ctx": 1024, "num_predict": 2})))
    rows_now = httpx.get(f"{engine.url}/api/ps").json()["models"]
    assert {row["name"]: row["context_length"] for row in rows_now}[PAIR[0]] == 1024


def test_a_conversation_that_is_too_long_is_cut_when_asked_for(engine: Ollama):
    body = {"model": PAIR[0], "messages": [{"role": "user", "content": "word " * 3000}], "stream": False}
    body["options"] = {"num_ctx": 512, "num_predict": 4}
    answer = httpx.post(f"{engine.url}/api/chat", json=body, timeout=60).json()
    assert answer["done"]
    assert answer["prompt_eval_count"] <= 512


def test_it_listens_on_loopback_only(engine: Ollama):
    import socket

    port = int(engine.url.rsplit(":", 1)[1])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        if not address.startswith("127."):
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((address, port), timeout=1)


def test_a_file_that_is_no_model_is_named_and_not_served(tmp_path: Path):
    from workers.engine.files import scan

    (tmp_path / "broken.gguf").write_bytes(b"GGUF but not really")
    (tmp_path / "empty.gguf").write_bytes(b"")
    models, refused = scan(tmp_path)
    assert models == {}
    assert set(refused) == {"broken.gguf", "empty.gguf"}


@pytest.mark.parametrize(
    ("text", "word"), [('{"tag": "x:1b",}', "can't be read as JSON"), ("[]", "is no object"), ("\xff", "can't be read")]
)
def test_a_sidecar_that_can_not_be_read_stops_its_own_model_only(tmp_path: Path, text: str, word: str):
    from workers.engine.files import NotAModel, scan, sidecar_of

    (tmp_path / "odd.gguf").write_bytes(b"GGUF")
    (tmp_path / "odd.json").write_bytes(text.encode("latin-1"))
    (tmp_path / "other.gguf").write_bytes(b"GGUF")
    _, refused = scan(tmp_path)
    assert word in refused["odd.gguf"]
    assert "odd.json" not in refused["other.gguf"]
    with pytest.raises(NotAModel, match=r"odd\.json"):
        sidecar_of(tmp_path / "odd.gguf")
    assert sidecar_of(tmp_path / "other.gguf") == {}
