"""A double of Ollama: a real HTTP server on loopback that plays recordings and hand-made scripts, with pauses.

It writes bytes itself, so that it can cut a chunk, stall, or close without a word, as real servers do.
"""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parent / "data" / "ollama"


LONG = 8192


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tag_row(name: str, digest: str = "") -> dict[str, object]:
    details = {"parameter_size": "1B", "quantization_level": "Q4_K_M"}
    return {"name": name, "model": name, "size": 1000, "digest": digest or f"manifest-{name}", "details": details}


def show_row(weights: str = "a" * 64, **fields: object) -> dict[str, object]:
    return {
        "license": "x",
        "modelfile": f"FROM /models/blobs/sha256-{weights}\n",
        "template": "{{ .Messages }}",
        "details": {"family": "llama"},
        "model_info": {"general.architecture": "llama", "llama.context_length": LONG},
        "capabilities": ["completion"],
        **fields,
    }


@dataclass
class Script:
    """One answer: `chunks` are (seconds since the request, text); None for status sends nothing at all."""

    status: str | None = "200 OK"
    content_type: str = "application/x-ndjson"
    chunks: list[tuple[float, str]] = field(default_factory=list)
    chunked: bool = True
    whole: bool = True  # False: the connection is cut in place of the last chunk


@dataclass
class Seen:
    """A request as it came."""

    method: str
    path: str
    body: Any


def recording(name: str) -> dict[str, Any]:
    return json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))


def script_of(name: str) -> Script:
    """Turn a recording into a script."""
    response = recording(name)["response"]
    headers = {key.lower(): value for key, value in response["headers"]}
    return Script(
        status=response["status"].split(" ", 1)[1] if response["status"] else None,
        content_type=headers.get("content-type", ""),
        chunks=[(at, text) for at, text in response["chunks"]],
        chunked=response["last_chunk_sent"] is not None,
        whole=response["last_chunk_sent"] is not False,
    )


def lines(*rows: dict[str, Any] | str, pause: float = 0.0) -> Script:
    """Make a script of NDJSON lines."""
    texts = [row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows]
    return Script(chunks=[(pause * i, text) for i, text in enumerate(texts)])


def said(text: str, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "created_at": "t", "message": {"role": "assistant", "content": text, **fields}, "done": False}


def done(reason: str = "stop", **fields: Any) -> dict[str, Any]:
    metrics = {"eval_count": 5, "eval_duration": 100_000_000, "prompt_eval_count": 9, "prompt_eval_duration": 10**7}
    return {**said(""), "done": True, "done_reason": reason, "total_duration": 2 * 10**8, **metrics, **fields}


def answer(text: str, pieces: int = 4, pause: float = 0.0) -> Script:
    """Make a script of a whole answer."""
    size = max(1, -(-len(text) // pieces))
    parts = [text[i : i + size] for i in range(0, len(text), size)]
    return lines(*(said(part) for part in parts), done(), pause=pause)


class Double:
    """Answers each (method, path) with the next of its scripts; the last one stays."""

    def __init__(self, speed: float = 0.0) -> None:
        self.speed = speed  # 1.0 plays pauses as they were, 0.0 leaves them out
        self.seen: list[Seen] = []
        self._scripts: dict[tuple[str, str], list[Script]] = {}
        self._by_model: dict[str, list[Script]] = {}
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._open = True
        threading.Thread(target=self._serve, daemon=True).start()

    def play(self, method: str, path: str, *scripts: Script) -> None:
        self._scripts[method, path] = list(scripts)

    def chat(self, model: str, *scripts: Script) -> None:
        """Answer /api/chat for one model."""
        self._by_model[model] = list(scripts)

    def json(self, method: str, path: str, body: Any, status: str = "200 OK") -> None:
        self.play(method, path, Script(status, "application/json", [(0.0, json.dumps(body))], chunked=False))

    def close(self) -> None:
        """Stop listening; connections that are open go on."""
        self._open = False
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def reopen(self) -> None:
        """Listen again at the same address."""
        self._server = socket.create_server(("127.0.0.1", int(self.url.rsplit(":", 1)[1])))
        self._open = True
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while self._open:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            file = connection.makefile("rb")
            first = file.readline().decode()
            if not first:  # somebody only looked whether we listen
                return
            method, path, _ = first.split(" ", 2)
            length = 0
            while (header := file.readline().strip()) != b"":
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            raw = file.read(length)
            body = None
            with contextlib.suppress(json.JSONDecodeError, UnicodeDecodeError):
                body = json.loads(raw)
            self.seen.append(Seen(method, path, body))
            self._write(connection, method, self._choose(method, path, body))

    def _choose(self, method: str, path: str, body: Any) -> Script:
        named = self._by_model.get(body.get("model", "")) if path == "/api/chat" and isinstance(body, dict) else None
        scripts = named or self._scripts.get((method, path)) or [Script("404 Not Found", "text/plain", chunked=False)]
        return scripts.pop(0) if len(scripts) > 1 else scripts[0]

    def _write(self, connection: socket.socket, method: str, script: Script) -> None:
        began = time.monotonic()
        if script.status is None:
            return
        body = "".join(text for _, text in script.chunks).encode()
        head = f"HTTP/1.1 {script.status}\r\nConnection: close\r\n"
        head += f"Content-Type: {script.content_type}\r\n" if script.content_type else ""
        length = "" if method == "HEAD" else f"Content-Length: {len(body)}\r\n"
        head += "Transfer-Encoding: chunked\r\n\r\n" if script.chunked else f"{length}\r\n"
        pending = head.encode()
        for at, text in script.chunks:
            wait = at * self.speed - (time.monotonic() - began)
            if wait > 0:
                time.sleep(wait)
            data = text.encode()
            connection.sendall(pending + (b"%x\r\n%s\r\n" % (len(data), data) if script.chunked else data))
            pending = b""
        if pending:
            connection.sendall(pending)
        if script.chunked and script.whole:
            connection.sendall(b"0\r\n\r\n")


@contextlib.contextmanager
def double(speed: float = 0.0) -> Iterator[Double]:
    server = Double(speed)
    try:
        yield server
    finally:
        server.close()
