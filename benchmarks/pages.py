"""Requests a second of leaderboard and API beside the same bytes from nginx, on the same cores, in one run.

    .venv/bin/python -m benchmarks.pages [--models 200] [--votes 1000000] [--seconds 5] [--processes 2]

Needs nginx and wrk (Debian: nginx-light, wrk). A simulated arena is made in a temporary folder, the site is started
with uvicorn, wrk asks each server in turn and again; the medians' ratio is what counts, since machines differ.
"""

import argparse
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.double import free_port

ROOT = Path(__file__).resolve().parents[1]
BOARD = "source-simulated"
ADDRESSES = {
    "leaderboard": f"/leaderboard/?board={BOARD}",
    "china-us": f"/china-us/?board={BOARD}",
    "API leaderboard": f"/api/v1/leaderboard?board={BOARD}",
}
NGINX = """
{user}
worker_processes {processes}; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; default_type text/html; add_header Content-Encoding gzip; }}
}}
"""


@contextlib.contextmanager
def serving(command: list[str], address: str, environment: dict[str, str] | None = None) -> Iterator[None]:
    """Run a server until the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environment or {})})
    try:
        for _ in range(200):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(address, trust_env=False)
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


def rate(address: str, seconds: int) -> float:
    """Return requests a second as wrk sees them; any answer but 2xx fails."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", address]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output:
        raise SystemExit(f"{address} did not answer 200:\n{output}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert found
    return float(found.group(1))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    for needed in ("nginx", "wrk"):
        if shutil.which(needed) is None:
            raise SystemExit(f"{needed} is needed (Debian: apt-get install nginx-light wrk)")
    folder = Path(tempfile.mkdtemp(prefix="arena-pages-"))
    environment = {"VAR": str(folder), "SECRET_KEY": "benchmark" * 8, "REDIS_URL": "redis://127.0.0.1:1/0"}
    manage = [sys.executable, "manage.py"]
    for command in (["prepare"], ["simulate_arena", "--models", str(options.models), "--votes", str(options.votes)]):
        subprocess.run([*manage, *command], cwd=ROOT, env={**os.environ, **environment}, check=True, stdout=2)
    ours, theirs = free_port(), free_port()
    uvicorn = [sys.executable, "-m", "uvicorn", "arena.asgi:application", "--port", str(ours), "--log-level", "error"]
    uvicorn += ["--no-access-log", "--workers", str(options.processes)]
    site = f"http://127.0.0.1:{ours}"
    with serving(uvicorn, f"{site}/leaderboard/", environment):
        (folder / "files").mkdir()
        for name, path in ADDRESSES.items():
            headers = {"Accept-Encoding": "gzip"}
            with httpx.stream("GET", f"{site}{path}", headers=headers, trust_env=False, timeout=30) as response:
                (folder / "files" / name.replace(" ", "-")).write_bytes(b"".join(response.iter_raw()))
        configuration = folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""  # else its workers may not read the folder
        text = NGINX.format(user=user, folder=folder, port=theirs, processes=options.processes)
        configuration.write_text(text)
        with serving(["nginx", "-c", str(configuration), "-p", str(folder)], f"http://127.0.0.1:{theirs}/"):
            for name, path in ADDRESSES.items():
                file = name.replace(" ", "-")
                rates: dict[str, list[float]] = {"site": [], "nginx": []}
                for _ in range(3):
                    rates["site"].append(rate(f"{site}{path}", options.seconds))
                    rates["nginx"].append(rate(f"http://127.0.0.1:{theirs}/{file}", options.seconds))
                here, there = (statistics.median(rates[kind]) for kind in ("site", "nginx"))
                size = (folder / "files" / file).stat().st_size / 1000
                print(f"{name:<16} {here:8.0f} /s, nginx {there:8.0f} /s, ratio {here / there:.2f}, {size:.0f} kB")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
