"""Named people and things with known facts. The network is the only seam that is faked."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import translation

import workers.tasks  # noqa: F401  (eager tasks must be registered)
from arena.battles.models import Battle, Voter
from arena.battles.voters import COOKIE
from arena.catalogue.models import CatalogueModel, Contestant, Deployment, Developer, Host
from arena.redis import client as redis_client
from tests.double import LONG, Double, double, show_row, tag_row

__all__ = ["show_row", "tag_row"]
CN_TAG, US_TAG = "kappa:1b", "lambda:1b"


@pytest.fixture(autouse=True)
def clean_redis() -> Iterator[None]:
    yield
    redis_client().flushdb()


@pytest.fixture
def no_worker(settings: Any) -> None:
    """No task runs by itself: the test does the worker's part."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language behind in the thread."""
    yield
    translation.deactivate()


@pytest.fixture
def ollama() -> Iterator[Double]:
    with double() as server:
        server.json("GET", "/api/version", {"version": "0.24.0"})
        server.json("GET", "/api/tags", {"models": [tag_row(CN_TAG), tag_row(US_TAG)]})
        yield server


@pytest.fixture
def host(db: None, ollama: Double) -> Host:
    return Host.objects.create(name="test host", url=ollama.url, reachable=True, slots=2)


def make_model(name: str, country: str, tag: str, **fields: object) -> CatalogueModel:
    developer, _ = Developer.objects.get_or_create(
        name=f"{name} makers", defaults={"slug": f"{name.lower()}-makers", "country": country}
    )
    defaults = {
        "family": name,
        "openness": "open-weight",
        "licence": "Apache-2.0",
        "permissive": True,
        "source": "test",
    }
    return CatalogueModel.objects.create(
        slug=name.lower(), name=name, developer=developer, ollama_tag=tag, **{**defaults, **fields}
    )


def deploy(host: Host, model: CatalogueModel, tag: str, **fields: object) -> Deployment:
    digest = f"{model.pk:064d}"
    contestant = Contestant.objects.create(model=model, weights_digest=digest)
    defaults = {
        "contestant": contestant,
        "state": Deployment.State.BATTLE,
        "manifest_digest": f"manifest-{tag}",
        "weights_digest": digest,
        "context_tokens": LONG,
        "capabilities": ["completion"],
    }
    return Deployment.objects.create(host=host, model=model, tag=tag, **{**defaults, **fields})


@pytest.fixture
def chinese(host: Host) -> Deployment:
    return deploy(host, make_model("Kappachi", "CN", CN_TAG), CN_TAG)


@pytest.fixture
def american(host: Host) -> Deployment:
    return deploy(host, make_model("Lambdani", "US", US_TAG), US_TAG)


@pytest.fixture
def pair(chinese: Deployment, american: Deployment) -> tuple[Deployment, Deployment]:
    return chinese, american


@pytest.fixture
def alice(db: None) -> Voter:
    return Voter.objects.create(key="a" * 32)


def login(voter: Voter, client: Client | None = None) -> Client:
    from django.core import signing

    client = client or Client()
    client.cookies[COOKIE] = signing.Signer(salt="arena.voter").sign(voter.key)
    return client


@pytest.fixture
def alices_browser(alice: Voter) -> Client:
    return login(alice)


@pytest.fixture
def bobs_browser(db: None) -> Client:
    return login(Voter.objects.create(key="b" * 32))


@pytest.fixture
def sam(db: None) -> User:
    """Staff, no more."""
    return User.objects.create_user("sam", password="x", is_staff=True)


@pytest.fixture
def cora(db: None) -> User:
    """Staff and curator."""
    cora = User.objects.create_user("cora", password="x", is_staff=True)
    cora.groups.add(Group.objects.get_or_create(name="curator")[0])
    return cora


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="x")


def finish(battle: Battle, a: str = "Words of A.", b: str = "Words of B.", state: str = "whole") -> Battle:
    """Let the last turn's replies be finished, without a worker."""
    turn = battle.turns.order_by("-number")[0]
    for side, text in (("A", a), ("B", b)):
        turn.replies.filter(side=side).update(state=state, text=text, raw=text, attempt=1, tokens=3, eval_ms=100)
    return battle
