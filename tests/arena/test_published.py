"""Text is published with consent only, scrubbed, and goes when the consent goes."""

import json
from pathlib import Path

import pytest
from django.test import Client

from arena.battles import after, making, services
from arena.battles.models import Battle, Voter
from arena.catalogue.models import Deployment
from arena.leaderboard import exports
from arena.leaderboard import services as boards
from arena.scrub import scrub
from tests.conftest import finish

Pair = tuple[Deployment, Deployment]


@pytest.fixture(autouse=True)
def own_folder(settings: object, tmp_path: Path) -> None:
    settings.VAR = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def voted(pair: Pair, alice: Voter, no_worker: None) -> Battle:
    battle = finish(making.start(alice, "Write to ann@example.org, please."), a="Dear Ann", b="Call +44 20 7946 0958.")
    services.vote(battle, "a")
    battle.refresh_from_db()
    boards.refit_boards()
    return battle


def conversations() -> list[object]:
    rows = [json.loads(line) for line in exports.renew()["jsonl"].path.read_text("utf-8").splitlines()]
    return [rows[0]["conversation_a"], rows[0]["conversation_b"]]


@pytest.mark.django_db
def test_no_text_without_consent(voted: Battle, client: Client) -> None:
    assert conversations() == [None, None]
    after.remark(voted, {}, "", False)
    assert conversations() == [None, None]
    assert "Dear Ann" not in client.get("/models/kappachi/").content.decode()


@pytest.mark.django_db
def test_text_with_consent_is_scrubbed(voted: Battle, client: Client) -> None:
    after.remark(voted, {}, "", True)
    said = [json.loads(str(column)) for column in conversations()]
    assert said[0] == [
        {"role": "user", "content": "Write to [e-mail], please."},
        {"role": "assistant", "content": "Dear Ann"},
    ]
    assert said[1][1]["content"] == "Call [telephone]."
    for slug in ("kappachi", "lambdani"):
        page = client.get(f"/models/{slug}/").content.decode()
        assert "Dear Ann" in page and "ann@example.org" not in page


@pytest.mark.django_db
def test_a_consent_taken_back_is_gone_from_the_next_file(voted: Battle, client: Client) -> None:
    after.remark(voted, {}, "", True)
    assert conversations()[0] is not None
    after.remark(voted, {}, "", False)
    assert exports.current() == {}  # until the next set is made, the old one isn't given out
    assert conversations() == [None, None]
    assert "Dear Ann" not in "".join(path.read_text() for path in exports.folder().rglob("*.jsonl"))
    assert "Dear Ann" not in client.get("/models/kappachi/").content.decode()


@pytest.mark.django_db
def test_deleting_everything_takes_published_text_along(voted: Battle, alices_browser: Client) -> None:
    after.remark(voted, {}, "", True)
    assert conversations()[0] is not None
    alices_browser.post("/me/delete")
    assert conversations() == [None, None]


@pytest.mark.django_db
def test_undo_ends_publication(voted: Battle) -> None:
    after.remark(voted, {}, "", True)
    after.undo(voted)
    assert not after.published().exists()


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("mail me: a.b+c@mail.example.co.uk!", "mail me: [e-mail]!"),
        ("card 4111 1111 1111 1111 please", "card [number] please"),
        ("card 4111-1111-1111-1112 please", "card 4111-1111-1111-1112 please"),
        ("ring (650) 253-0000 now", "ring [telephone] now"),
        ("打我电话 13800138000 谢谢", "打我电话 [telephone] 谢谢"),
        ("身份证 11010519491231002X", "身份证 [number]"),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [account]."),
        (
            "7 to the power of 2026, 3.14159265358979, x^2 + 10000",
            "7 to the power of 2026, 3.14159265358979, x^2 + 10000",
        ),
        ("def f(a): return a @ b", "def f(a): return a @ b"),
    ],
)
def test_what_could_lead_to_a_person_is_taken_out(text: str, scrubbed: str) -> None:
    assert scrub(text) == scrubbed
