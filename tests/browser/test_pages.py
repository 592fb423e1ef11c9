"""The reader's pages in a real browser."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import answers, ask, whole
from tests.double import Double, answer
from tests.site import CN, US


def test_the_chart_is_drawn_from_the_tables_numbers(page: Page, ollama: Double):
    """One vote for each model, so that both are rated."""
    ollama.chat(CN, answer("From the one."))
    ollama.chat(US, answer("From the other."))
    for wanted in ("From the one.", "From the other."):
        ask(page)
        whole(page)
        expect(page.locator("[data-live=a]")).to_contain_text("From the")
        left = wanted in (page.locator("[data-live=a]").text_content() or "")
        page.get_by_role("button", name="A is better" if left else "B is better").click()
        expect(page.locator("body")).to_contain_text("You chose")
    answers(ollama, answer("Fine."))
    page.goto("/leaderboard/")
    expect(page.locator("#board")).to_contain_text("±", timeout=5000)
    page.locator("[data-chart] canvas").wait_for()
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("table").get_by_role("link", name="Model", exact=True).click()
    page.locator("[data-chart] canvas").wait_for()
    page.get_by_role("link", name="China", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("row")).to_have_count(3)


def test_the_admin_works_under_the_strict_policy(page: Page):
    page.goto("/admin/")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
