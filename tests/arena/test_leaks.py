"""Answers that say who wrote them are found, alike for both countries, and stay out of the ranking; mentions don't."""

import io
import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from arena.battles import making, services
from arena.battles.leaks import detector
from arena.battles.models import Vote, Voter
from arena.catalogue.loader import load
from arena.catalogue.models import Deployment
from arena.leaderboard.models import Cell, Snapshot
from tests.arena.test_boards import refit
from tests.conftest import finish
from tests.leak_cases import QUESTIONS, cases

pytestmark = pytest.mark.django_db
Pair = tuple[Deployment, Deployment]


def test_precision_and_recall_on_the_labelled_cases():
    """At least 400 cases, as many Chinese as American names; the detector must not favour either."""
    load()
    find = detector()
    seen: Counter[tuple[str, bool, bool]] = Counter()
    for case in cases():
        seen[str(case["country"]), bool(case["leak"]), bool(find.words(str(case["text"])))] += 1
    assert seen.total() >= 400
    for country in ("CN", "US", ""):
        found, missed, false = seen[country, True, True], seen[country, True, False], seen[country, False, True]
        assert found / (found + missed) >= 0.97, country
        assert found / (found + false) >= 0.97, country


def test_questions_that_ask_who_answers():
    load()
    find = detector()
    wrong = [q for asks, questions in QUESTIONS.items() for q in questions if bool(find.asked(q)) != asks]
    assert wrong == []


def test_names_of_the_catalogue_alone_are_known():
    """Without a catalogue nothing is a name; each new model is known at once."""
    assert detector().words("I am Qwen.") == []
    load()
    assert detector().words("I am Qwen.") == ["I am Qwen"]
    assert detector().words("I am Quentin.") == []


def test_code_and_quoted_speech_are_nobodys_own():
    load()
    assert detector().words('Try:\n```python\nprint("I am Qwen")\n```\nDone.') == []
    assert detector().words("He wrote “I am Claude” on the door.") == []


def cast(voter: Voter, a: str, b: str, prompt: str = "Why is the sky blue?") -> Vote:
    return services.vote(finish(making.start(voter, prompt), a=a, b=b), "a")


def test_a_leak_is_stored_told_and_not_counted(pair: Pair, alice: Voter, client: Client):
    load()
    honest = cast(alice, "Because of Rayleigh.", "Blue scatters more.")
    leaked = cast(alice, "I am Qwen. Because of Rayleigh.", "Blue scatters more.")
    asked = cast(alice, "A model.", "A program.", prompt="Who are you?")
    assert (honest.leak, leaked.leak, asked.leak) == (False, True, True)
    assert (leaked.leak_a, leaked.leak_b, leaked.leak_words) == (True, False, {"A": ["I am Qwen"]})
    assert list(asked.leak_words) == ["prompt"]
    refit()
    assert Snapshot.objects.get(board__slug="all").votes == 1
    assert sum(c.wins_low + c.wins_high for c in Cell.objects.all()) == 1


def test_the_voter_is_told_after_the_vote_and_not_before(pair: Pair, alice: Voter):
    from arena.battles.pages import battle_context

    battle = finish(making.start(alice, "Why?"), a="I am Kappachi and I think so.", b="So.")
    assert "leak" not in json.dumps(battle_context(battle), default=str)
    services.vote(battle, "a")
    battle.refresh_from_db()
    assert battle_context(battle)["vote"]["leak"][0][0] == "answer A said who wrote it"


def test_how_often_is_public(pair: Pair, alice: Voter, client: Client):
    load()
    cast(alice, "Fine.", "Fine.")
    cast(alice, "I am Qwen.", "Fine.")
    refit()
    body = client.get("/api/v1/leaks").json()
    assert (body["votes"], body["votes_left_out"]) == (2, 1)
    assert sum(row["seen"] for row in body["countries"]) == 4
    assert sum(row["left_out"] for row in body["models"]) == 1
    call_command("simulate_arena", models=6, votes=600, stdout=io.StringIO())
    assert client.get("/api/v1/leaks").json() == body  # simulated votes are nobody's
    assert "1 of 2 votes are out" in client.get("/data/").content.decode()


def test_anybody_can_try_cases_of_their_own(tmp_path: Path):
    load()
    path, out = tmp_path / "cases.jsonl", io.StringIO()
    rows = [{"text": "I am Qwen.", "lang": "en", "id": 7}, {"text": "我喜欢通义千问。", "lang": "zh"}]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    call_command("check_leaks", str(path), stdout=out)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first == {"text": "I am Qwen.", "lang": "en", "id": 7, "leak": True, "words": ["I am Qwen"]}
    assert (second["leak"], second["words"]) == (False, [])
    path.write_text("[1]")
    with pytest.raises(CommandError, match="line 1"):
        call_command("check_leaks", str(path))
