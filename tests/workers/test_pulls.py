"""A pull from the click to the deployment."""

import pytest

from arena.catalogue import pulls as requests
from arena.catalogue.models import Deployment, Host, Pull
from arena.errors import Refused
from tests.conftest import make_model, show_row, tag_row
from tests.double import Double, lines, script_of
from workers import pulls

TAG = "nu:2b"


@pytest.fixture
def pull(host: Host, ollama: Double) -> Pull:
    make_model("Nu", "CN", TAG)
    ollama.json("GET", "/api/tags", {"models": [tag_row(TAG)]})
    ollama.json("POST", "/api/show", show_row())
    return requests.request(host, TAG, None, None)


def test_it_ends_with_the_deployment_listed(pull: Pull, ollama: Double):
    ollama.play("POST", "/api/pull", script_of("pull-resumed"))
    pulls.pull(pull.pk)
    pull.refresh_from_db()
    assert (pull.state, pull.percent) == ("done", 100)
    assert Deployment.objects.get(tag=TAG).model.slug == "nu"


@pytest.mark.parametrize("name", ["pull-missing", "pull-registry-down", "pull-missing-whole"])
def test_a_failure_is_told_and_can_go_on(pull: Pull, ollama: Double, name: str):
    ollama.play("POST", "/api/pull", script_of(name), script_of("pull-again"))
    pulls.pull(pull.pk)
    pull.refresh_from_db()
    assert pull.state == "failed"
    assert "manifest" in pull.problem
    requests.resume(pull)
    pulls.pull(pull.pk)
    pull.refresh_from_db()
    assert (pull.state, pull.problem) == ("done", "")


def test_cancel_is_seen_at_the_next_line(pull: Pull, ollama: Double):
    row = {"status": "pulling", "digest": "sha256:1", "total": 100, "completed": 10}

    ollama.speed = 1.0
    ollama.play("POST", "/api/pull", lines(*[row] * 50, pause=0.05))
    import workers.pulls as module

    original = module.Meter.columns

    def cancelling(self, progress):
        requests.cancel(pull) if Pull.objects.get(pk=pull.pk).state == "running" else None
        return original(self, progress)

    module.Meter.columns = cancelling  # type: ignore[method-assign]
    try:
        pulls.pull(pull.pk)
    finally:
        module.Meter.columns = original  # type: ignore[method-assign]
    pull.refresh_from_db()
    assert pull.state == "cancelled"


@pytest.mark.parametrize(
    ("tag", "word"),
    [
        ("gpt-oss:120b-cloud", "cloud"),
        ("http://evil.test/x", "name"),
        ("evil.test/library/x:1b", "allow-list"),
        ("localhost:5000/x", "allow-list"),
        ("", "name"),
        ("a b", "name"),
    ],
)
def test_names_are_checked_before_they_leave(host: Host, tag: str, word: str):
    with pytest.raises(Refused, match=word):
        requests.request(host, tag, None, None)
    assert not Pull.objects.exists()


def test_the_embedded_engine_says_what_to_do_instead(host: Host):
    host.embedded = True
    with pytest.raises(Refused, match="GGUF"):
        requests.request(host, TAG, None, None)


def test_the_same_model_is_not_pulled_twice_at_once(pull: Pull):
    with pytest.raises(Refused, match="already"):
        requests.request(pull.host, TAG, None, None)
