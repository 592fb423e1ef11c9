"""What became of every variant is public for good: found, in battle, paused, retired."""

import pytest
from django.test import Client

from arena.catalogue import services
from arena.catalogue.models import Change, Deployment

pytestmark = pytest.mark.django_db


def became(deployment: Deployment) -> list[str]:
    return list(deployment.changes.order_by("pk").values_list("state", flat=True))


def test_each_state_is_kept_once(chinese: Deployment):
    services.pause(chinese)
    chinese.save()  # a look at the host changes nothing
    services.put_into_battle(chinese)
    services.retire(chinese)
    assert became(chinese) == ["battle", "paused", "battle", "retired"]


def test_a_weight_in_the_draw_is_kept_too(chinese: Deployment):
    chinese.weight = 3
    chinese.save()
    assert [row.weight for row in chinese.changes.all()] == [3, 1]


def test_a_retired_variant_stays_on_the_public_pages(chinese: Deployment, client: Client):
    services.retire(chinese)
    page = client.get("/models/kappachi/").content.decode()
    assert "Variants tried here" in page
    assert page.index("retired") < page.rindex("in battle")  # the newest first
    assert "1 retired" in client.get(f"/developers/{chinese.model.developer.slug}/").content.decode()
    listed = client.get("/models/").content.decode()
    assert "What changed lately" in listed
    api = client.get("/api/v1/changes").json()
    assert (api["count"], api["items"][0]["state"], api["items"][0]["model"]) == (2, "retired", "kappachi")
    assert client.get("/api/v1/models/kappachi").json()["changes"] == api["items"]


def test_what_belongs_to_no_model_is_not_public(chinese: Deployment, client: Client):
    Deployment.objects.create(host=chinese.host, tag="private-name:1b")
    assert Change.objects.filter(tag="private-name:1b").exists()
    assert "private-name" not in client.get("/models/").content.decode()
    assert "private-name" not in client.get("/api/v1/changes").content.decode()
