"""`/healthz` says which part keeps a battle from starting."""

from django.test import Client

from arena import worker_signs
from arena.redis import client as redis_client


def parts(client: Client) -> tuple[int, dict[str, bool]]:
    response = client.get("/healthz")
    body = response.json()
    assert body["status"] == ("ok" if response.status_code == 200 else "unavailable")
    return response.status_code, {name: part["ok"] for name, part in body["parts"].items()}


def test_all_is_well(client: Client, pair):
    worker_signs.show_worker()
    assert parts(client) == (200, {"database": True, "broker": True, "models": True, "worker": True})


def test_no_worker(client: Client, pair):
    assert parts(client) == (503, {"database": True, "broker": True, "models": True, "worker": False})


def test_one_model(client: Client, chinese):
    worker_signs.show_worker()
    assert parts(client)[1]["models"] is False


def test_no_redis(client: Client, pair, monkeypatch):
    import redis

    def down():
        raise redis.ConnectionError("down")

    monkeypatch.setattr(redis_client(), "ping", down)
    assert parts(client) == (503, {"database": True, "broker": False, "models": True, "worker": False})


def test_while_stopping(client: Client, pair, monkeypatch):
    worker_signs.show_worker()
    monkeypatch.setattr(worker_signs, "_stopping", True)
    assert client.get("/healthz").status_code == 503
