"""The embedded engine and the estimates, held against the two real small models."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.double import free_port
from workers.errors import OllamaError
from workers.ollama import Deadlines, Ollama

MODELS = os.environ.get("ARENA_TEST_MODELS", "")
ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip with a reason where the models are not there."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.models)
            if not MODELS:
                item.add_marker(pytest.mark.skip(reason="needs the two small models: ARENA_TEST_MODELS=var/models"))


@pytest.fixture(scope="session")
def engine() -> Iterator[Ollama]:
    """The engine in a process of its own, as the supervisor starts it."""
    port = free_port()
    command = [sys.executable, "-m", "workers.engine", "--models", MODELS, "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    client = Ollama(f"http://127.0.0.1:{port}", Deadlines(120, 60, 300))
    for _ in range(300):
        try:
            client.version()
            break
        except OllamaError:
            time.sleep(0.1)
    yield client
    process.terminate()
    process.wait(10)
