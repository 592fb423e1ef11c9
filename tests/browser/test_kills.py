"""Kill, freeze and unplug each part in the middle of a reply: nothing is lost, and it ends in time."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import answers, ask, open_page, slowly, whole
from tests.double import answer
from tests.site import Site, with_double

WORDS = " ".join(f"word{i}" for i in range(60))
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: these tests hurt it."""
    with with_double(tmp_path_factory.mktemp("kills") / "var") as site:
        yield site


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    site.healthy()
    for page in open_page(browser, site, 1280):
        page.set_default_timeout(60_000)
        yield page


def begun(page: Page, site: Site, seconds: float = 6.0) -> None:
    assert site.ollama is not None
    answers(site.ollama, slowly(WORDS, seconds))
    ask(page)
    expect(page.get_by_role("region", name="Answer A")).to_contain_text("word5", timeout=20_000)


def ends_whole(page: Page, seconds: float) -> None:
    began = time.monotonic()
    page.locator("[data-vote]:not([disabled])").first.wait_for(timeout=seconds * 1000)
    assert time.monotonic() - began < seconds
    for side in "ab":
        expect(page.locator(f"[data-live={side}]")).to_contain_text(WORDS.split()[-1])
        assert (page.locator(f"[data-live={side}]").text_content() or "").split() == WORDS.split()


def test_a_killed_worker(page: Page, site: Site):
    begun(page, site)
    site.signal("celery -A arena worker")
    ends_whole(page, 45)  # 30 s until it is begun again, and the answer's own time


def test_a_frozen_worker_that_wakes_writes_nowhere(page: Page, site: Site):
    begun(page, site)
    frozen = site.signal("celery -A arena worker", signal.SIGSTOP)
    other = _second_worker(site)
    try:
        ends_whole(page, 50)
        site.signal("celery -A arena worker", signal.SIGCONT)
        time.sleep(3)
        page.reload()
        ends_whole(page, 10)
    finally:
        other.kill()
        other.wait()
    assert frozen


def test_a_killed_broker(page: Page, site: Site):
    begun(page, site)
    site.signal("valkey-server")
    ends_whole(page, 60)


def test_a_killed_web_server(page: Page, site: Site):
    begun(page, site)
    site.signal("uvicorn arena.asgi")
    ends_whole(page, 40)


def test_an_ollama_that_goes_away_fails_both_and_can_be_retried(page: Page, site: Site):
    assert site.ollama is not None
    begun(page, site, 4.0)
    ollama = site.ollama
    url = ollama.url
    ollama.close()
    whole(page)  # open connections go on
    page.get_by_role("button", name="New battle").click()
    page.get_by_role("textbox", name="Your question").fill("Anybody?")
    page.get_by_role("button", name="Start battle").click()
    page.get_by_role("button", name="Retry").wait_for(timeout=30_000)
    expect(page.locator("body")).not_to_contain_text("127.0.0.1")
    ollama.reopen()
    assert ollama.url == url
    answers(ollama, answer("Back again."))
    page.get_by_role("button", name="Retry").click()
    whole(page)
    expect(page.locator("body")).to_contain_text("Back again.")


def test_every_vote_survives(page: Page, site: Site):
    """Kill web, worker and broker right after a vote: it is counted exactly once."""
    import sqlite3

    assert site.ollama is not None
    answers(site.ollama, answer("Fine."))
    ask(page)
    whole(page)
    page.get_by_role("button", name="Tie").click()
    expect(page.locator("body")).to_contain_text("You chose")
    for word in ("uvicorn arena.asgi", "celery -A arena worker", "valkey-server"):
        site.signal(word)
    site.healthy(60)
    database = sqlite3.connect(Path(site.var) / "arena.sqlite3")
    end = time.monotonic() + 20
    while database.execute("select count(*) from battles_uncounted").fetchone()[0]:
        assert time.monotonic() < end
        time.sleep(0.2)
    votes = database.execute("select count(*) from battles_vote").fetchone()[0]
    counted = database.execute("select count(*), max(seq) from leaderboard_ledgerentry").fetchone()
    ties = database.execute("select sum(ties) from leaderboard_cell").fetchone()[0]
    assert votes == counted[0] == counted[1] == ties
    database.close()


def _second_worker(site: Site):
    import os
    import subprocess
    import sys

    pid = site.children("celery -A arena worker")[0]
    raw = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    environment = dict(pair.split("=", 1) for pair in raw if "=" in pair)
    environment["ARENA_CHILD_OF"] = "a test"
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "arena",
        "worker",
        "--pool",
        "threads",
        "-n",
        f"second{os.getpid()}",
    ]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
