"""Settings: read strictly, documented, and refused where they contradict each other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from arena.checks import production

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (ROOT / "arena/settings.py").read_text()
NAMES = set(re.findall(r'(?:env\.\w+|_boolean)\(\s*"([A-Z_]+)"', SOURCE))
INTERNAL = {"ARENA_TESTING", "TASKS_EAGER"}


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in NAMES}
    command = [sys.executable, "-c", "import arena.settings"]
    return subprocess.run(command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, check=False)


def test_every_setting_is_in_the_readmes_table():
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert table == NAMES - INTERNAL


def test_production_needs_a_secret():
    assert "SECRET_KEY is not set" in start().stderr
    assert start(SECRET_KEY="x" * 50).returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("PORT", "0"),
        ("PORT", "http"),
        ("NUM_CTX", "many"),
        ("CROSS_COUNTRY_SHARE", "2"),
        ("ARENA_ENGINE", "x"),
    ],
)
def test_a_value_that_cant_be_read_stops_the_start_by_name(name: str, value: str):
    result = start(SECRET_KEY="x" * 50, **{name: value})
    assert result.returncode != 0
    assert name in result.stderr


def test_an_empty_boolean_is_the_default():
    assert start(SECRET_KEY="x" * 50, DEBUG="").returncode == 0


def ids(settings, **changes) -> list[str]:
    for name, value in changes.items():
        setattr(settings, name, value)
    return [error.id for error in production(None)]


def test_contradictions_have_ids(settings):
    assert ids(settings) == []
    assert ids(settings, ALLOWED_HOSTS=["*"]) == ["arena.E001"]
    assert ids(settings, ALLOWED_HOSTS=["a"], SQLITE=True, WEB_PROCESSES=2) == ["arena.E002"]
    assert ids(settings, WEB_PROCESSES=1, NUM_PREDICT=8000) == ["arena.E003"]
