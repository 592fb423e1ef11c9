"""What a host serves, and what is done with it."""

import json
from pathlib import Path

import pytest

from arena.catalogue.models import Contestant, Deployment, Host
from arena.catalogue.services import eligible_deployments
from tests.conftest import CN_TAG, US_TAG, make_model, show_row, tag_row
from tests.double import Double
from workers import hosts


@pytest.fixture
def known(host: Host, ollama: Double) -> Host:
    make_model("Kappachi", "CN", CN_TAG)
    make_model("Lambdani", "US", US_TAG)
    ollama.json("POST", "/api/show", show_row())
    return host


def test_the_first_start_puts_what_matches_into_battle(known: Host):
    hosts.probe_all()
    assert {d.tag for d in eligible_deployments()} == {CN_TAG, US_TAG}
    assert Contestant.objects.count() == 2
    assert Deployment.objects.first().weights_digest == "a" * 64


def test_later_ones_wait_for_a_curator(known: Host, ollama: Double):
    hosts.probe_all()
    make_model("Muon", "US", "muon:1b")
    ollama.json("GET", "/api/tags", {"models": [tag_row(CN_TAG), tag_row(US_TAG), tag_row("muon:1b")]})
    hosts.probe_all()
    assert Deployment.objects.get(tag="muon:1b").state == "found"


def test_an_unknown_tag_is_listed_and_never_drawn(known: Host, ollama: Double):
    ollama.json("GET", "/api/tags", {"models": [tag_row("strange:7b"), tag_row(CN_TAG)]})
    hosts.probe_all()
    assert Deployment.objects.get(tag="strange:7b").model is None
    assert {d.tag for d in eligible_deployments()} == {CN_TAG}


def test_a_host_that_is_down_is_marked_and_its_models_are_not_drawn(known: Host, ollama: Double):
    hosts.probe_all()
    ollama.close()
    hosts.probe_all()
    known.refresh_from_db()
    assert not known.reachable
    assert known.problem
    assert not eligible_deployments()


def test_a_deleted_model_is_not_drawn(known: Host, ollama: Double):
    hosts.probe_all()
    ollama.json("GET", "/api/tags", {"models": [tag_row(CN_TAG)]})
    hosts.probe_all()
    assert {d.tag for d in eligible_deployments()} == {CN_TAG}


def test_new_weights_under_an_old_tag_stop_the_deployment(known: Host, ollama: Double):
    hosts.probe_all()
    ollama.json("GET", "/api/tags", {"models": [tag_row(CN_TAG, "other"), tag_row(US_TAG)]})
    ollama.json("POST", "/api/show", show_row("b" * 64))
    hosts.probe_all()
    moved = Deployment.objects.get(tag=CN_TAG)
    assert (moved.state, moved.weights_digest, moved.new_weights_digest) == ("moved", "a" * 64, "b" * 64)
    hosts.probe_all()
    moved.refresh_from_db()
    assert moved.state == "moved"


@pytest.mark.parametrize(
    ("fields", "tag", "word"),
    [
        ({"template": "{{ .Prompt }}"}, {}, "template"),
        ({"template": ""}, {}, "template"),
        ({"capabilities": ["embedding"]}, {}, "embeddings"),
        ({}, {"remote_host": "https://x"}, "cloud"),
    ],
)
def test_what_can_never_battle_says_why(host: Host, ollama: Double, fields, tag, word):
    make_model("Kappachi", "CN", CN_TAG)
    ollama.json("GET", "/api/tags", {"models": [{**tag_row(CN_TAG), **tag}]})
    ollama.json("POST", "/api/show", show_row(**fields))
    hosts.probe_all()
    row = Deployment.objects.get(tag=CN_TAG)
    assert word in row.problem
    assert row.state == "found"


def test_too_little_context_is_not_drawn(known: Host, ollama: Double):
    info = {"general.architecture": "llama", "llama.context_length": 2048}
    ollama.json("POST", "/api/show", show_row(model_info=info))
    hosts.probe_all()
    assert not eligible_deployments()


def test_a_sidecar_that_can_not_be_read_keeps_nothing_else_from_its_model(host: Host, settings, tmp_path: Path):
    settings.VAR = tmp_path
    host.embedded = True
    folder = tmp_path / "models"
    folder.mkdir()
    model = make_model("Kappachi", "CN", CN_TAG)
    for name, text in (("good", json.dumps({"slug": model.slug, "tag": "mine:1b"})), ("odd", '{"slug": "x",}')):
        (folder / f"{name}.gguf").touch()
        (folder / f"{name}.json").write_text(text)
    assert hosts.match(host, "mine:1b") == model
    assert hosts.match(host, "odd:latest") is None
