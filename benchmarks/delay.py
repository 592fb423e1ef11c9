"""What the way from Ollama's chunk to the browser adds: p50 and p95 over 100 battles, paced and unpaced.

    .venv/bin/python -m benchmarks.delay [--battles 100] [--at-once 10] [--tokens 40] [--per-second 20]

A double of Ollama writes each chunk with the time in it; a reader of the event stream looks at the clock
when the chunk arrives. Everything between is the real site: client, worker, Valkey, web server. With the
pace on, waiting for the slower side and for the next 100 ms tick is part of the delay.
"""

import argparse
import json
import re
import socket
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.double import Double, Script, done, said, show_row, tag_row
from tests.site import CN, US, running

STAMP = re.compile(r"(\d{13})\.")


class Stamping(Double):
    """Writes words that are times, at an even rate."""

    tokens, per_second = 40, 20.0

    def _write(self, connection: socket.socket, method: str, script: Script) -> None:
        if script.status != "chat":
            super()._write(connection, method, script)
            return
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        rows = [None] * self.tokens + [done()]
        for row in rows:
            line = json.dumps(row or said(f"{time.time_ns() // 1_000_000}. ")).encode() + b"\n"
            connection.sendall(b"%x\r\n%s\r\n" % (len(line), line))
            time.sleep(1 / self.per_second)
        connection.sendall(b"0\r\n\r\n")


def battle(url: str) -> list[float]:
    """Ask once and return the delay of every chunk in milliseconds."""
    delays: list[float] = []
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        page = client.get("/")
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token
        started = client.post("/", data={"prompt": "Benchmark?", "csrfmiddlewaretoken": token[1]})
        where = started.headers["location"]
        texts = {"a": "", "b": ""}
        seen = {"a": 0, "b": 0}
        with client.stream("GET", f"{where}events", timeout=120) as events:
            for line in events.iter_lines():
                if not line.startswith("data: "):
                    continue
                now = time.time_ns() / 1e6
                data = json.loads(line[6:])
                for side in "ab":
                    texts[side] += data[side]
                    stamps = STAMP.findall(texts[side])
                    delays += [now - float(stamp) for stamp in stamps[seen[side] :]]
                    seen[side] = len(stamps)
    return delays


def measure(options: argparse.Namespace, paced: bool) -> list[float]:
    """Run one site and all battles; return every delay."""
    server = Stamping()
    server.tokens, server.per_second = options.tokens, options.per_second
    server.json("GET", "/api/version", {"version": "0.24.0"})
    server.json("GET", "/api/tags", {"models": [tag_row(CN), tag_row(US)]})
    server.json("POST", "/api/show", show_row())
    for tag in (CN, US):
        server.chat(tag, Script("chat"))
    slots = str(2 * options.at_once)
    with tempfile.TemporaryDirectory() as folder:
        environment = {"HOST_SLOTS": slots, "WORKER_THREADS": slots, "PACED": str(paced), "OLLAMA_HOST": server.url}
        with (
            running(Path(folder) / "var", ARENA_ENGINE="ollama", **environment) as site,
            ThreadPoolExecutor(options.at_once) as pool,
        ):
            rows = list(pool.map(lambda _: battle(site.url), range(options.battles)))
    server.close()
    return [delay for row in rows for delay in row]


def main() -> None:
    """Print a line for each setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--battles", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=10)
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--per-second", type=float, default=20.0)
    options = parser.parse_args()
    print(f"{options.battles} battles, {options.at_once} at once, {options.per_second:g} chunks/s a side")
    for paced in (False, True):
        delays = sorted(measure(options, paced))
        p50, p95 = statistics.median(delays), delays[int(len(delays) * 0.95)]
        print(f"PACED={paced!s:<5}  p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   of {len(delays)} chunks")


if __name__ == "__main__":
    main()
