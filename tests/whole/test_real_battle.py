"""The main job with the two real small models, as `make run` starts it: three questions, votes, the leaderboard.

With BROKER_URL set it is the same over RabbitMQ.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import CHROMIUM, ask, browser, open_page
from tests.site import Site, link_models, running

MODELS = os.environ.get("ARENA_TEST_MODELS", "")
__all__ = ["browser"]
pytestmark = [
    pytest.mark.models,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not MODELS, reason="needs the two small models: ARENA_TEST_MODELS=var/models"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
QUESTIONS = [
    "What is the capital of France?",
    "用一句话解释什么是彩虹。",
    "Write a Python function that adds two numbers.",
]


@pytest.fixture(scope="module")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = tmp_path_factory.mktemp("real") / "var"
    link_models(Path(MODELS), var)
    environment = {"ARENA_ENGINE": "embedded", "NUM_PREDICT": "160"}
    if broker := os.environ.get("ARENA_TEST_BROKER"):
        environment["BROKER_URL"] = broker
    with running(var, **environment) as site:
        yield site


def test_three_questions_votes_and_the_leaderboard(browser: Browser, real_site: Site):
    questions = QUESTIONS[: int(os.environ.get("ARENA_TEST_BATTLES", "3"))]
    for page in open_page(browser, real_site, 1280):
        for question, button in zip(questions, ("A is better", "B is better", "Tie"), strict=False):
            ask(page, question)
            page.locator("[data-vote]:not([disabled])").first.wait_for(timeout=180_000)
            for side in "ab":
                expect(page.locator(f"[data-live={side}]")).not_to_be_empty()
            page.get_by_role("button", name=button).click()
            expect(page.locator("body")).to_contain_text("SmolLM2 135M Instruct")
            expect(page.locator("body")).to_contain_text("Qwen2.5-Coder 0.5B Instruct")
            expect(page.locator("body")).to_contain_text("China")
        page.goto("/leaderboard/")
        expect(page.locator("#board")).to_contain_text(f"{len(questions)} vote", timeout=5000)
    board = httpx.get(f"{real_site.url}/api/v1/leaderboard", trust_env=False).json()
    assert {row["slug"] for row in board["models"]} == {"smollm2-135m", "qwen2.5-coder-0.5b"}
    assert board["comparison"]["votes"] == len(questions)


def test_an_instant_battle_of_the_real_models(browser: Browser, tmp_path: Path):
    """Idle workers write it from the bank; the voter has both answers at once."""
    var = tmp_path / "var"
    link_models(Path(MODELS), var)
    with running(var, ARENA_ENGINE="embedded", NUM_PREDICT="80", INSTANT_BUFFER="2") as site:
        for page in open_page(browser, site, 390):
            site.wait_for_instant(300)
            page.goto("/")
            page.get_by_role("button", name="Show me a battle").click()
            expect(page.locator("#battle:not([data-events])")).to_be_visible()
            for side in "AB":
                expect(page.get_by_role("region", name=f"Answer {side}").locator(".said")).not_to_be_empty()
            page.get_by_role("button", name="Tie").click()
            expect(page.locator("body")).to_contain_text("SmolLM2 135M Instruct")
