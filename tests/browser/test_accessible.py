"""axe-core finds nothing on any page, in both themes, both languages and both widths; targets are large enough."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import answers
from tests.double import answer, lines, said
from tests.site import ROOT, Site, with_double

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MARKDOWN = (
    "# Title\n\nSome *words* and `code`.\n\n```python\n"
    "print('hello')  # words\n```\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n> said\n\n$x^2$"
)
PUBLIC = [
    "/",
    "/side-by-side/",
    "/chat/",
    "/me/",
    "/leaderboard/",
    "/leaderboard/?board=source-simulated",
    "/china-us/?board=source-simulated",
    "/china-us/card/?board=source-simulated",
    "/china-us/",
    "/models/",
    "/adoption/",
    "/data/",
    "/methods/",
    "/terms/",
    "/nowhere/",
    "/snapshots/1/",
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a large simulated board."""
    with with_double(tmp_path_factory.mktemp("axe") / "var") as site:
        site.manage("simulate_arena", "--models", "12", "--votes", "20000")
        yield site


def found(page: Page) -> list[str]:
    """Return what axe-core finds, one line each."""
    page.wait_for_load_state("load")
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{page.url} {problem['id']}: {node['target']} {node['failureSummary']}"
        for problem in result["violations"]
        for node in problem["nodes"]
    ]


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["en", "zh-CN"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(browser: Browser, filled: Site, width: int, theme: str, language: str) -> Iterator[Page]:
    size = {"width": width, "height": 860}
    context = browser.new_context(viewport=size, base_url=filled.url, color_scheme=theme, locale=language)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def test_public_pages(reader: Page):
    problems = []
    for address in PUBLIC:
        reader.goto(address)
        if "board=source-simulated" in address and "card" not in address:
            reader.locator("[data-chart]").first.scroll_into_view_if_needed()
            reader.locator("[data-chart] canvas").first.wait_for()
        problems += found(reader)
    reader.goto("/leaderboard/?board=source-simulated")
    reader.locator("#more").scroll_into_view_if_needed()
    reader.locator("#more details summary").first.wait_for()
    for summary in reader.locator("#more details summary").all():
        summary.click()
    problems += found(reader)
    reader.get_by_role("table").get_by_role("link").nth(9).click()
    problems += found(reader)
    assert problems == []


def test_a_battle_in_each_of_its_states(reader: Page, filled: Site):
    assert filled.ollama is not None
    problems = []

    def ask(address: str = "/") -> None:
        reader.goto(address)
        reader.locator("textarea[name=prompt]").fill("Why is the sky blue?")
        reader.locator("button.main[type=submit]").click()
        reader.locator("#battle").wait_for()

    def state(name: str) -> None:
        reader.locator(f'#battle[data-state="{name}"]').wait_for()
        reader.wait_for_timeout(400)  # formulas and colours are set after the text
        problems.extend(found(reader))

    slow = lines(*(said(f"word{i} ") for i in range(300)), pause=0.2)
    answers(filled.ollama, slow)
    ask()
    state("writing")
    reader.locator(".bar form[action$=stop] button").click()
    state("stopped")
    answers(filled.ollama, answer(MARKDOWN))
    ask()
    state("whole")
    reader.locator("[data-vote]").first.click()
    reader.locator(".identity").first.wait_for()
    reader.locator(".why summary").click()
    problems.extend(found(reader))
    reader.locator("form[action$=share] button").click()
    reader.locator(".link").wait_for()
    problems.extend(found(reader))
    reader.goto(reader.locator(".link").input_value())
    problems.extend(found(reader))
    reader.goto("/me/")
    problems.extend(found(reader))
    ask("/chat/")
    state("whole")
    assert problems == []


def test_targets_are_at_least_24_pixels(reader: Page):
    """Links within a sentence are exempt (WCAG 2.5.8)."""
    small = """() => [...document.querySelectorAll('button, select, input, textarea, summary, nav a, .chips a, th a')]
        .filter((node) => node.offsetParent && !node.closest('label')).map((node) => [node.outerHTML.slice(0, 90),
        node.getBoundingClientRect()]).filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
        .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""
    problems = {}
    for address in (
        "/",
        "/leaderboard/?board=source-simulated",
        "/china-us/?board=source-simulated",
        "/me/",
        "/adoption/",
    ):
        reader.goto(address)
        reader.wait_for_load_state("networkidle")
        if listed := reader.evaluate(small):
            problems[address] = listed[:5]
    assert problems == {}


def test_the_library_is_there():
    """Without it the tests above would fail anyway; this says why."""
    assert Path(AXE).is_file(), "run make test once: npm brings axe-core"
