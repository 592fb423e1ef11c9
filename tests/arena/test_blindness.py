"""Invariant 1: until the vote, nothing that leaves the server tells the models apart."""

import re
import time
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.test import Client

from arena import queue
from arena.battles import making, services, streams
from arena.battles.models import Battle, Voter
from arena.catalogue.loader import load
from arena.catalogue.models import CatalogueModel, Deployment, Developer
from arena.redis import client as redis_client
from tests.arena.events import follow
from tests.conftest import finish, login

# the event stream asks the database in a thread of its own, so what it should see must be committed
pytestmark = pytest.mark.django_db(transaction=True)

Pair = tuple[Deployment, Deployment]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=)"\w+"')


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    """Replies wait: these tests write what a worker would."""
    with patch.object(queue, "_send"):
        yield


def begin(voter: Voter, first: Deployment, second: Deployment) -> Battle:
    """A battle with these sides, whatever the draw."""
    battle = making.start(voter, "Who are you?")
    Battle.objects.filter(pk=battle.pk).update(
        deployment_a=first, deployment_b=second, contestant_a=first.contestant, contestant_b=second.contestant
    )
    for side, deployment in (("A", first), ("B", second)):
        battle.turns.get().replies.filter(side=side).update(deployment=deployment)
    battle.refresh_from_db()
    return battle


def play(battle: Battle, state: str = "whole") -> None:
    """Both streams as a worker would have written them, one side faster than the other."""
    for reply in battle.turns.get().replies.all():
        text = f"Answer of {reply.side}."
        streams.begin(redis_client(), reply.turn_id, reply.side, reply.pk, 1)
        streams.write(redis_client(), streams.stream_key(reply.pk, 1), 0, text)
        streams.end(redis_client(), streams.stream_key(reply.pk, 1), state)
    finish(battle, "Answer of A.", "Answer of B.", state)


def everything(browser: Client, battle: Battle) -> str:
    """Every response there is before the vote, headers and cookies included, with ids and tokens taken out."""
    parts = []
    address = f"/battles/{battle.uuid}/"
    calls = [(browser.get, address, {}), (browser.post, f"{address}vote", {"outcome": "nonsense"}),
             (browser.post, f"{address}retry", {}), (browser.post, f"{address}stop", {}),
             (browser.post, f"{address}ask", {"prompt": ""}), (browser.post, f"{address}report/A", {})]  # fmt: skip
    for call, path, data in calls:
        response = call(path, data)
        cookies = {
            name: "" if name == "csrftoken" else morsel.OutputString() for name, morsel in response.cookies.items()
        }
        parts.append(
            f"{response.status_code} {sorted(response.headers.items())} {cookies}\n{response.content.decode()}"
        )
    time.sleep(0.25)  # two ticks: all of it is in the past when the stream looks
    parts += [f"{status} {headers}\n{body}" for status, headers, body in [follow(browser, battle)]]
    text = TOKEN.sub(r"\1", UUID.sub("UUID", "\n".join(parts)))
    text = re.sub(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", "TIME", text)
    return re.sub(r"id: \d+", "id: N", text)


@pytest.mark.parametrize("state", ["whole", "failed", "stopped"])
def test_swapped_models_give_the_same_bytes(pair: Pair, alice: Voter, alices_browser: Client, state: str):
    chinese, american = pair
    seen = []
    for first, second in ((chinese, american), (american, chinese)):
        battle = begin(alice, first, second)
        play(battle, state)
        seen.append(everything(alices_browser, battle))
    assert seen[0] == seen[1]


def names_of_the_catalogue() -> set[str]:
    names: set[str] = set()
    for model in CatalogueModel.objects.all():
        names |= {model.name, model.family, model.slug, model.ollama_tag, model.hf_repo}
        names |= {alias for aliases in model.family_aliases.values() for alias in aliases}
    for developer in Developer.objects.all():
        names |= {developer.name, *(alias for aliases in developer.aliases.values() for alias in aliases)}
    return {name for name in names if name}


def found(names: set[str], text: str) -> list[str]:
    """Whole words, case kept: `<meta` is not Meta."""
    return [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


def test_no_name_of_the_catalogue_is_in_anything(pair: Pair, alice: Voter, alices_browser: Client):
    load()
    names = names_of_the_catalogue()
    assert {"Kappachi", "Qwen3", "阿里巴巴", "smollm2:135m", "Meta"} <= names
    for state in ("whole", "failed"):
        battle = begin(alice, *pair)
        play(battle, state)
        assert found(names, everything(alices_browser, battle)) == []
    for page in ("/", "/terms/"):
        assert found(names, alices_browser.get(page).content.decode()) == []


def test_the_search_for_names_can_find_them(pair: Pair, alice: Voter, alices_browser: Client):
    battle = begin(alice, *pair)
    play(battle)
    revealed = alices_browser.post(f"/battles/{battle.uuid}/vote", {"outcome": "a"}).content.decode()
    assert set(found({"Kappachi", "Lambdani", "Meta"}, revealed)) == {"Kappachi", "Lambdani"}


def test_an_open_battles_page_holds_no_measure_and_no_text(pair: Pair, alice: Voter, alices_browser: Client):
    battle = begin(alice, *pair)
    play(battle)
    battle.turns.get().replies.update(reasoning="secret thoughts", cause="host secret", total_ms=4711, tokens=815)
    text = everything(alices_browser, battle)
    for secret in ("secret", "4711", "815", "Q4", "test host", "Tokens/s"):
        assert secret not in text


def test_ids_that_leave_are_random(pair: Pair, alice: Voter):
    assert begin(alice, *pair).uuid.version == 4


def test_the_admin_hides_the_pair_of_an_open_battle(pair: Pair, alice: Voter, root, client: Client):
    client.force_login(root)
    battle = begin(alice, *pair)
    for page in ("/admin/battles/battle/", f"/admin/battles/battle/{battle.pk}/change/"):
        assert found({"Kappachi", "Lambdani", "kappa:1b"}, client.get(page).content.decode()) == []
    finish(battle)
    services.vote(battle, "a")
    assert "kappa:1b" in client.get(f"/admin/battles/battle/{battle.pk}/change/").content.decode()


def test_the_logs_do_not_name_the_pair(pair: Pair, alice: Voter, ollama, caplog, django_capture_on_commit_callbacks):
    from tests.conftest import CN_TAG, US_TAG
    from tests.double import answer, lines, said

    caplog.set_level("INFO")
    ollama.chat(CN_TAG, answer("fine"))
    ollama.chat(US_TAG, lines(said("half")))
    with django_capture_on_commit_callbacks(execute=True):
        making.start(alice, "Hello?")
    assert found({"kappa:1b", "lambda:1b", "Kappachi", "Lambdani", ollama.url}, caplog.text) == []


def test_a_voter_never_hears_why_it_failed(pair: Pair, alice: Voter):
    battle = begin(alice, *pair)
    play(battle, "failed")
    battle.turns.get().replies.filter(side="A").update(cause="ModelMissing: model 'kappa:1b' not found")
    browser = login(alice)
    assert "kappa" not in browser.get(f"/battles/{battle.uuid}/").content.decode()
