"""The admin: who may do what, and what each page says."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from arena.catalogue.models import Deployment, Host, Pull, TryOut
from tests.conftest import make_model
from tests.double import Double, answer


@pytest.fixture
def spare(host: Host) -> Deployment:
    """A deployment that could battle but was not put in."""
    return Deployment.objects.create(
        host=host, tag="nu:2b", model=make_model("Nu", "CN", "nu:2b"), weights_digest="c" * 64, context_tokens=8192
    )


def page(row: Deployment) -> str:
    return f"/admin/catalogue/deployment/{row.pk}/change/"


def post(client: Client, user: User, row: Deployment, action: str, **data: str) -> int:
    client.force_login(user)
    return client.post(page(row), {"action": action, **data}).status_code


def state(row: Deployment) -> str:
    row.refresh_from_db()
    return row.state


def test_voters_have_no_business_here(client: Client, spare: Deployment):
    assert client.get(page(spare)).status_code == 302
    client.force_login(User.objects.create_user("vera"))
    assert client.get(page(spare)).status_code == 302


def test_staff_may_try_and_pause_and_nothing_else(client: Client, sam: User, chinese: Deployment, ollama: Double):
    assert post(client, sam, chinese, "pause") == 302
    assert state(chinese) == "paused"
    for action in ("battle", "retire", "save"):
        assert post(client, sam, chinese, action) == 403
    assert client.get("/admin/catalogue/pull/add/").status_code == 403
    for closed in ("catalogue/host", "battles/vote", "auth/user", "catalogue/cataloguemodel", "leaderboard/snapshot"):
        assert client.get(f"/admin/{closed}/").status_code == 403
    assert client.get("/admin/catalogue/deployment/").status_code == 200


def test_curators_add_weight_and_retire(client: Client, cora: User, spare: Deployment):
    assert post(client, cora, spare, "battle") == 302
    assert state(spare) == "battle"
    assert spare.contestant.weights_digest == "c" * 64
    post(client, cora, spare, "save", model=str(spare.model_id), weight="2.5")
    spare.refresh_from_db()
    assert spare.weight == 2.5
    post(client, cora, spare, "retire")
    assert state(spare) == "retired"
    assert client.get("/admin/auth/user/").status_code == 403


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"problem": "It has no chat template."}, "template"),
        ({"model": None}, "catalogue model"),
        ({"context_tokens": 2048}, "2048"),
        ({"weights_digest": ""}, "weights"),
        ({"present": False}, "list it"),
    ],
)
def test_what_cant_battle_says_why(client: Client, cora: User, spare: Deployment, changes, word: str):
    Deployment.objects.filter(pk=spare.pk).update(**changes)
    client.force_login(cora)
    response = client.post(page(spare), {"action": "battle"}, follow=True)
    assert word in response.content.decode()
    assert state(spare) == "found"


def test_a_moved_tag_waits_for_a_decision(client: Client, cora: User, chinese: Deployment):
    moved = {"state": "moved", "new_manifest_digest": "m2", "new_weights_digest": "d" * 64}
    Deployment.objects.filter(pk=chinese.pk).update(**moved)
    client.force_login(cora)
    assert "New contestant" in client.get(page(chinese)).content.decode()
    post(client, cora, chinese, "same")
    assert state(chinese) == "moved"  # other weights can't be the same contestant
    old = chinese.contestant_id
    post(client, cora, chinese, "new")
    assert state(chinese) == "paused"
    post(client, cora, chinese, "battle")
    chinese.refresh_from_db()
    assert (chinese.state, chinese.weights_digest) == ("battle", "d" * 64)
    assert chinese.contestant_id != old


def test_the_same_weights_with_another_template_may_stay_the_same(client: Client, cora: User, chinese: Deployment):
    moved = {"state": "moved", "new_manifest_digest": "m2", "new_weights_digest": chinese.weights_digest}
    Deployment.objects.filter(pk=chinese.pk).update(**moved)
    old = chinese.contestant_id
    post(client, cora, chinese, "same")
    chinese.refresh_from_db()
    assert (chinese.state, chinese.contestant_id, chinese.manifest_digest) == ("paused", old, "m2")


def test_a_try_out_is_answered_on_the_page(
    client: Client, sam: User, spare: Deployment, ollama: Double, django_capture_on_commit_callbacks
):
    ollama.chat("nu:2b", answer("I am fine."))
    with django_capture_on_commit_callbacks(execute=True):
        post(client, sam, spare, "try", prompt="How are you?")
    assert TryOut.objects.get().state == "whole"
    content = client.get(page(spare)).content.decode()
    assert "I am fine." in content
    assert "differs" not in content


def test_a_curator_pulls_a_model(client: Client, cora: User, host: Host):
    client.force_login(cora)
    response = client.post("/admin/catalogue/pull/add/", {"host": host.pk, "tag": "nu:2b"})
    pull = Pull.objects.get()
    assert response["Location"] == f"/admin/catalogue/pull/{pull.pk}/change/"
    Pull.objects.update(state="running", completed_bytes=50, total_bytes=200, bytes_per_second=10)
    content = client.get(response["Location"]).content.decode()
    assert "25 %" in content
    assert "about 15 s left" in content
    client.post(response["Location"], {"action": "cancel"})
    pull.refresh_from_db()
    assert pull.state == "cancelled"
    client.post(response["Location"], {"action": "resume"})
    pull.refresh_from_db()
    assert pull.state == "queued"


@pytest.mark.parametrize("tag", ["x:1b-cloud", "evil.test/a/b", "http://x", ""])
def test_a_refused_pull_says_why_on_the_form(client: Client, cora: User, host: Host, tag: str):
    client.force_login(cora)
    response = client.post("/admin/catalogue/pull/add/", {"host": host.pk, "tag": tag})
    assert response.status_code == 200
    assert b"errorlist" in response.content
    assert not Pull.objects.exists()


def test_the_front_page_lists_what_needs_a_person(client: Client, root: User, spare: Deployment, host: Host):
    client.force_login(root)
    Host.objects.update(reachable=False, problem="connection refused")
    Deployment.objects.create(host=host, tag="bad:1b", problem="It has no chat template.")
    content = client.get("/admin/").content.decode()
    for word in (
        "test host does not answer",
        "no chat template",
        "waits to be put into battle",
        "Queue: 0 waiting",
        "Disk",
    ):
        assert word in content


@pytest.mark.parametrize(
    "name",
    [
        *(f"catalogue/{n}" for n in ("developer", "cataloguemodel", "host", "deployment", "contestant", "pull")),
        *(f"battles/{n}" for n in ("battle", "vote", "report")),
        *(f"leaderboard/{n}" for n in ("board", "snapshot")),
    ],
)
def test_every_list_opens_and_searches(client: Client, root: User, chinese: Deployment, name: str):
    client.force_login(root)
    assert client.get(f"/admin/{name}/").status_code == 200
    assert client.get(f"/admin/{name}/?q=kappa").status_code in {200, 302}
