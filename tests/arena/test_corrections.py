"""A fact that somebody corrects here stays corrected, shows as such, and is on the boards at once."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.forms.models import model_to_dict
from django.test import Client

from arena.battles.models import Voter
from arena.catalogue.loader import load
from arena.catalogue.models import CatalogueModel, Deployment, Developer
from arena.leaderboard import boards, services
from arena.leaderboard.imports import add_to_cells
from arena.leaderboard.models import Board, Snapshot
from arena.leaderboard.names import Names
from tests.arena.test_leaderboard import cast

Pair = tuple[Deployment, Deployment]
Row = CatalogueModel | Developer


def correct(client: Client, root: User, row: Row, **facts: Any) -> None:
    """Send the admin's form with some fields changed."""
    client.force_login(root)
    sent = {name: "" if value is None else value for name, value in model_to_dict(row).items()} | facts
    aliases = {name: json.dumps(value) for name, value in sent.items() if isinstance(value, dict)}
    sent |= aliases | {f"initial-{name}": value for name, value in aliases.items()}  # as the form's hidden fields
    response = client.post(f"/admin/catalogue/{row._meta.model_name}/{row.pk}/change/", sent)
    assert response.status_code == 302, response.context["adminform"].form.errors
    client.logout()


def take_back(client: Client, root: User, row: Row) -> str:
    client.force_login(root)
    sent = {"action": "take_from_file", "_selected_action": str(row.pk)}
    response = client.post(f"/admin/catalogue/{row._meta.model_name}/", sent, follow=True)
    client.logout()
    return response.content.decode()


def refit() -> None:
    Board.objects.update(lease_until="2020-01-01T00:00:00Z")
    services.refit_boards()


def of(slug: str) -> CatalogueModel:
    return CatalogueModel.objects.get(slug=slug)


@pytest.mark.django_db
def test_a_start_leaves_corrections_alone(client: Client, root: User, capsys: pytest.CaptureFixture[str]):
    load()
    model = of("qwen3-0.6b")
    correct(client, root, model, licence="Licence as read again", active_params_b="0.75")
    call_command("load_catalogue")
    assert (of("qwen3-0.6b").licence, of("qwen3-0.6b").active_params_b) == ("Licence as read again", 0.75)
    said = capsys.readouterr().out
    assert "kept as corrected here: qwen3-0.6b (licence, active_params_b)" in said
    assert "0 changed" in said


@pytest.mark.django_db
def test_a_correction_shows_as_one(client: Client, root: User):
    load()
    assert "Corrected on this site" not in client.get("/models/qwen3-0.6b/").content.decode()
    correct(client, root, of("qwen3-0.6b"), licence="Another")
    correct(client, root, of("qwen3-0.6b").developer, country="SG")
    page = client.get("/models/qwen3-0.6b/").content.decode()
    assert "Corrected on this site" in page
    assert "licence, developer&#x27;s country" in page
    assert "Corrected on this site" in client.get(f"/developers/{of('qwen3-0.6b').developer.slug}/").content.decode()
    assert client.get("/api/v1/models/qwen3-0.6b").json()["corrected"] == ["licence"]


@pytest.mark.django_db
def test_corrections_can_be_taken_back(client: Client, root: User):
    load()
    before = of("qwen3-0.6b").licence
    correct(client, root, of("qwen3-0.6b"), licence="A slip")
    assert "qwen3-0.6b (licence)" in take_back(client, root, of("qwen3-0.6b"))
    assert (of("qwen3-0.6b").licence, of("qwen3-0.6b").corrected) == (before, [])


@pytest.mark.django_db
def test_a_renamed_developer_stays_one(client: Client, root: User):
    load()
    number, developer = Developer.objects.count(), of("qwen3-0.6b").developer
    correct(client, root, developer, name="Qwen")
    report = load()
    assert (Developer.objects.count(), report.kept) == (number, [f"{developer.slug} (name)"])
    assert of("qwen3-0.6b").developer.name == "Qwen"


def test_a_corrected_country_is_on_the_boards_without_a_vote(pair: Pair, alice: Voter, client: Client, root: User):
    cast(alice, pair[0], 2)
    refit()
    before = Snapshot.objects.count()
    assert pair[0].model is not None
    correct(client, root, pair[0].model.developer, country="SG")
    assert boards.is_dirty(Board.objects.get(slug="all"))
    refit()
    newest = services.latest()
    assert newest is not None
    assert {row["slug"]: row["country"] for row in newest.rows}[pair[0].model.slug] == "SG"
    assert Snapshot.objects.count() == 2 * before
    older = Snapshot.objects.filter(board__slug="all").earliest("pk")
    compared = client.get(f"/snapshots/{newest.pk}/?with={older.pk}").content.decode()
    assert compared.count("Country: China, corrected to Singapore") == 1
    assert not any(boards.is_dirty(board) for board in Board.objects.all())


def test_a_fact_that_no_row_shows_makes_no_snapshot(pair: Pair, alice: Voter, client: Client, root: User):
    cast(alice, pair[0], 2)
    refit()
    before = Snapshot.objects.count()
    assert pair[0].model is not None
    correct(client, root, pair[0].model, source="Read again.")
    refit()
    assert Snapshot.objects.count() == before
    assert not boards.is_dirty(Board.objects.get(slug="all"))


@pytest.mark.django_db
def test_models_of_an_earlier_import_learn_what_is_known_by_now(client: Client, root: User):
    names = Names()
    ids = sorted(names.contestant(name) for name in ("zephyr-7b-beta", "yi-34b-chat"))
    add_to_cells("elsewhere", {(ids[0], ids[1], "en"): {"ties": 1}}, 1)
    forgotten = {"total_params_b": None, "active_params_b": None, "permissive": None}
    CatalogueModel.objects.filter(external=True).update(**forgotten)
    refit()
    correct(client, root, of("yi-34b-chat"), total_params_b="35", permissive="unknown")
    assert Names().learn() == ["yi-34b-chat", "zephyr-7b-beta"]
    assert (of("yi-34b-chat").total_params_b, of("yi-34b-chat").active_params_b) == (35, 34)
    assert Names().learn() == []
    correct(client, root, of("yi-34b-chat").developer, country="SG")
    assert Names().learn() == []
    assert of("yi-34b-chat").developer.slug in take_back(client, root, of("yi-34b-chat").developer)
    assert of("yi-34b-chat").developer.country.code == "CN"
    maker = of("zephyr-7b-beta").developer
    correct(client, root, maker, name="Another name")
    assert Names().learn() == []
    assert of("zephyr-7b-beta").developer == maker
    refit()
    newest = services.latest("source-elsewhere")
    assert newest is not None
    assert {row["slug"]: row["total_params_b"] for row in newest.rows} == {"yi-34b-chat": 35, "zephyr-7b-beta": 7}
