"""Models, developers, snapshots and files by API: pages, facts, stable errors."""

import pytest
from django.test import Client

from arena.catalogue.loader import load
from arena.leaderboard.models import Snapshot
from tests.arena.conftest import BOARD

pytestmark = pytest.mark.django_db


def test_lists_come_in_pages(client: Client):
    load()
    first = client.get("/api/v1/models?limit=10").json()
    second = client.get("/api/v1/models?limit=10&offset=10").json()
    assert first["count"] == second["count"] == 87
    assert len(first["items"]) == len(second["items"]) == 10
    assert not {m["slug"] for m in first["items"]} & {m["slug"] for m in second["items"]}
    assert {m["country"] for m in client.get("/api/v1/models?country=CN").json()["items"]} == {"CN"}
    assert client.get("/api/v1/models?limit=1000").status_code == 422


def test_a_model_has_its_facts_and_their_source(client: Client):
    load()
    body = client.get("/api/v1/models/qwen3-0.6b").json()
    assert (body["developer"], body["country"], body["permissive"]) == ("Alibaba (Qwen)", "CN", True)
    assert body["source"]
    assert client.get("/api/v1/models/nobody").status_code == 404
    for address in ("/api/v1/nothing", "/api/v2/models"):
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (404, "application/json")
        assert "/api/v1/docs" in response.json()["detail"]


def test_developers(client: Client):
    load()
    rows = client.get("/api/v1/developers?limit=200").json()["items"]
    meta = next(row for row in rows if row["name"] == "Meta")
    assert (meta["country"], meta["models"]) == ("US", 8)
    assert client.get(f"/api/v1/developers/{meta['slug']}").json() == meta
    assert client.get(f"/developers/{meta['slug']}/").status_code == 200


@pytest.mark.usefixtures("board")
def test_snapshots(client: Client):
    pk = Snapshot.objects.get().pk
    listed = client.get(f"/api/v1/snapshots?board={BOARD}").json()
    assert [row["id"] for row in listed["items"]] == [pk]
    whole = client.get(f"/api/v1/snapshots/{pk}").json()
    assert len(whole["models"]) == 8
    assert whole["comparison"]["sentence"]
    assert client.get("/api/v1/snapshots/999999").json() == {"detail": "Not Found"}


def test_other_sites_may_read(client: Client):
    for address in ("models", "developers", "snapshots", "boards", "leaderboard", "china-us", "exports"):
        response = client.get(f"/api/v1/{address}")
        assert (response.status_code, response["Access-Control-Allow-Origin"]) == (200, "*"), address
