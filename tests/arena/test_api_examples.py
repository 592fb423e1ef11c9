"""The examples of docs/api.md are requests that work, and their keys are there."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from arena.battles import making, services
from arena.battles.models import Voter
from arena.catalogue.models import Deployment
from arena.leaderboard import exports
from arena.leaderboard import services as boards
from tests.conftest import finish

TEXT = Path(settings.BASE_DIR, "docs", "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"^    GET (\S+)\n    (?:(\d{3}) )?(.+)$", TEXT, re.MULTILINE)


@pytest.fixture
def votes(pair: tuple[Deployment, Deployment], alice: Voter, no_worker: None, settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    for outcome in ("a", "b", "tie"):
        services.vote(finish(making.start(alice, "Why?")), outcome)
    boards.refit_boards()
    exports.renew()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == TEXT.count("    GET ") >= 10


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status", "keys"), EXAMPLES)
def test_an_example_is_what_one_gets(votes: None, client: Client, address: str, status: str, keys: str) -> None:
    response = client.get(address)
    assert response.status_code == int(status or 200)
    answer = response.json()
    first = answer[0] if isinstance(answer, list) else answer
    assert set(keys.split(", ")) <= set(first), list(first)


@pytest.mark.django_db
def test_the_etag_saves_a_body(votes: None, client: Client) -> None:
    first = client.get("/api/v1/leaderboard")
    again = client.get("/api/v1/leaderboard", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and again.content == b""
