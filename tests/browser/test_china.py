"""The comparison page as a reader uses it: a choice changes the answer, the address holds it, back undoes it."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import open_page
from tests.site import Site

BOARD = "source-simulated"


@pytest.fixture(scope="module")
def simulated(site: Site) -> Site:
    """The command of the README, beside a running site."""
    site.manage("simulate_arena", "--models", "30", "--votes", "60000")
    return site


@pytest.fixture
def reader(browser: Browser, simulated: Site, width: int) -> Iterator[Page]:
    for page in open_page(browser, simulated, width):
        page.goto(f"/china-us/?board={BOARD}")
        yield page


def test_a_choice_changes_the_answer_and_the_address(reader: Page):
    expect(reader.locator(".notice")).to_contain_text("Simulated votes")
    before = reader.locator(".verdict").inner_text()
    reader.locator("select[name=max_active]").select_option("10")
    expect(reader).to_have_url(re.compile(rf"/china-us/\?board={BOARD}&max_active=10$"))
    expect(reader.locator(".verdict")).not_to_have_text(before)
    after = reader.locator(".verdict").inner_text()
    expect(reader.locator("#checks")).to_contain_text("listed choice")
    reader.reload()
    expect(reader.locator(".verdict")).to_have_text(after)
    expect(reader.locator("#checks")).to_contain_text("listed choice")
    reader.go_back()
    expect(reader.locator(".verdict")).to_have_text(before)
    expect(reader.locator("select[name=max_active]")).to_have_value("")


def test_what_it_hangs_on_is_worked_out_after_the_page(reader: Page):
    checks = reader.locator("#checks")
    expect(checks.locator("strong").first).to_contain_text("votes")
    expect(checks).to_contain_text("The answer for every listed choice")
    parts = checks.get_by_role("region", name="In what, and at what size")
    expect(parts).to_contain_text("Like for like, all sizes together")
    expect(parts).to_contain_text("Chinese prompts")
    for kind in ("where", "curve"):
        chart = checks.locator(f"[data-chart={kind}]")
        chart.scroll_into_view_if_needed()
        chart.locator("canvas").wait_for()
    checks.get_by_text("As a table").click()
    checks.get_by_role("region", name="Answers by choice").get_by_role("link").last.click()
    expect(reader.locator(".verdict")).to_contain_text("models")


def test_a_model_can_be_left_out_by_keyboard(reader: Page):
    expect(reader.locator("#checks")).to_contain_text("listed choice")
    reader.locator("summary", has_text="Choose models").focus()
    reader.keyboard.press("Enter")
    first = reader.locator("input[name=out]").first
    name = first.get_attribute("value")
    first.focus()
    reader.keyboard.press("Space")
    expect(reader).to_have_url(re.compile(f"out={name}"))
    expect(reader.locator("summary", has_text="1 left out")).to_be_visible()


def test_the_charts_numbers_can_be_taken_away(reader: Page, tmp_path: Path):
    row = reader.locator("[data-downloads=interval]")
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("CSV", b"model,")):
        with reader.expect_download() as download:
            row.get_by_role("button", name=kind).click()
        path = tmp_path / kind
        download.value.save_as(path)
        assert path.read_bytes().startswith(start)
    rows = list(csv.DictReader((tmp_path / "CSV").read_text().splitlines()))
    assert {row["model"] for row in rows} >= {"Chinese models, mean", "American models, mean"}
    assert all(float(row["lower"]) < float(row["rating"]) < float(row["upper"]) for row in rows)


def test_nothing_is_wider_than_the_window(reader: Page, width: int):
    expect(reader.locator("#checks")).to_contain_text("listed choice")
    assert reader.evaluate("document.documentElement.scrollWidth") <= width


def test_without_javascript_the_form_works(browser: Browser, simulated: Site):
    context = browser.new_context(java_script_enabled=False, base_url=simulated.url)
    page = context.new_page()
    page.goto(f"/china-us/?board={BOARD}")
    page.locator("select[name=max_active]").select_option("10")
    page.get_by_role("button", name="Show").click()
    assert "max_active=10" in page.url
    expect(page.locator("select[name=max_active]")).to_have_value("10")
    context.close()


def test_the_boards_other_pictures_come_when_near(reader: Page):
    reader.goto(f"/leaderboard/?board={BOARD}")
    expect(reader.locator("#more")).to_contain_text("More pictures")
    reader.locator("#more").scroll_into_view_if_needed()
    expect(reader.locator("#more")).to_contain_text("Who was preferred to whom")
    for kind in ("heat", "drawn", "size", "speed", "energy"):
        reader.locator(f"[data-chart={kind}]").scroll_into_view_if_needed()
        reader.locator(f"[data-chart={kind}] canvas").wait_for()
        card = reader.locator(".card", has=reader.locator(f"[data-chart={kind}]"))
        card.locator("summary").click()
        expect(card.locator("tbody tr").nth(1)).to_be_visible()
        assert card.locator("thead th").first.inner_text() == "Model"


def test_a_view_can_be_passed_on_for_good(reader: Page):
    reader.goto(f"/leaderboard/?board={BOARD}&country=CN&sort=votes")
    link = reader.get_by_label("This view, for good")
    reader.get_by_role("button", name="Copy").click()
    expect(reader.get_by_role("button", name=re.compile("Copied|Press"))).to_be_visible()
    shown = reader.locator("table.data tbody th").all_inner_texts()
    reader.goto(link.input_value())
    assert "/snapshots/" in reader.url
    assert reader.locator("table.data tbody th").all_inner_texts() == shown


def test_the_table_is_searched_and_taken_away(reader: Page, tmp_path: Path):
    reader.goto(f"/leaderboard/?board={BOARD}")
    box = reader.get_by_role("searchbox", name="Find")
    box.fill("00")
    news = f"/leaderboard/?board={BOARD}&since=0"
    reader.evaluate(f"htmx.ajax('GET', '{news}', {{target: '#board', swap: 'outerHTML'}})")
    reader.wait_for_timeout(300)
    expect(box).to_have_value("00")  # what is being typed survives
    expect(box).to_be_focused()
    box.press_sequentially("7")
    reader.get_by_role("button", name="Show").click()
    rows = reader.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(2)
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Download this table").click()
    download.value.save_as(tmp_path / "table.csv")
    (row,) = csv.DictReader((tmp_path / "table.csv").read_text().splitlines())
    assert row["slug"] == "simulated-007"
