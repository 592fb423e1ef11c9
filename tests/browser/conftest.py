"""A real browser over the whole site."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.double import Double, Script, done, lines, said
from tests.site import CN, US, Site, with_double

CHROMIUM = shutil.which("chromium")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip with a reason where there is no browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="needs Debian's chromium"))


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """These tests have a Redis of their own site."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with with_double(tmp_path_factory.mktemp("site") / "var") as site:
        yield site


@pytest.fixture
def ollama(site: Site) -> Double:
    assert site.ollama is not None
    site.ollama.seen.clear()
    return site.ollama


@pytest.fixture(params=[1280, 390])
def width(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    yield from open_page(browser, site, 1280)


def open_page(browser: Browser, site: Site, width: int) -> Iterator[Page]:
    """A page that fails the test on any script error or blocked resource."""
    context = browser.new_context(viewport={"width": width, "height": 860}, base_url=site.url)
    page = context.new_page()
    page.set_default_timeout(20_000)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.trouble = trouble  # type: ignore[attr-defined]
    yield page
    context.close()
    # htmx says so when a page is left before a request of it has ended
    left = ("ERR_", "status of 4", "status of 503", "htmx:sendAbort", "htmx:sendError", "htmx:afterRequest")
    assert [text for text in trouble if not any(part in text for part in left)] == []


def slowly(text: str, seconds: float = 2.0) -> Script:
    """An answer that takes a while, in words."""
    words = text.split(" ")
    pieces = [word if i == 0 else f" {word}" for i, word in enumerate(words)]
    return lines(*(said(piece) for piece in pieces), done(), pause=seconds / len(pieces))


def answers(ollama: Double, a: Script, b: Script | None = None) -> None:
    """What both models say from now on."""
    ollama.chat(CN, a)
    ollama.chat(US, b or a)


def ask(page: Page, question: str = "Why is the sky blue?") -> None:
    page.goto("/")
    page.get_by_role("textbox", name="Your question").fill(question)
    page.get_by_role("button", name="Start battle").click()
    page.get_by_role("region", name="Answer A").wait_for()


def whole(page: Page) -> None:
    """Wait until one can vote, and the page's scripts have run."""
    page.locator("[data-vote]:not([disabled])").first.wait_for()
    page.wait_for_load_state()
