"""A voter's hour: instant battles, undo, reasons, sharing, my arena, the other modes, the other language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import answers, ask, open_page, slowly, whole
from tests.double import Double, answer
from tests.site import Site, with_double


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that keeps instant battles ready."""
    with with_double(tmp_path_factory.mktemp("instant") / "var", INSTANT_BUFFER="12") as site:
        assert site.ollama is not None
        answers(site.ollama, answer("**Words** of an answer."))
        yield site


@pytest.fixture
def ollama(ready: Site) -> Double:
    assert ready.ollama is not None
    answers(ready.ollama, answer("**Words** of an answer."))
    return ready.ollama


@pytest.fixture
def voter(browser: Browser, ready: Site, width: int) -> Iterator[Page]:
    yield from open_page(browser, ready, width)


def show_me(page: Page) -> None:
    """Press the button; where the buffer is empty the answers are written now."""
    page.goto("/")
    page.get_by_role("button", name="Show me a battle").click()
    whole(page)


def test_an_instant_battle_and_the_next(voter: Page, ollama: Double, ready: Site):
    ready.wait_for_instant()
    show_me(voter)
    expect(voter.locator("#battle:not([data-events])")).to_be_visible()  # at once: there is nothing to follow
    for side in "AB":
        expect(voter.get_by_role("region", name=f"Answer {side}")).to_contain_text("Words of an answer.")
    first = voter.url
    voter.get_by_role("button", name="Tie").click()
    expect(voter.locator("#battle")).to_contain_text("You chose “Tie”")
    ready.wait_for_instant()
    voter.get_by_role("button", name="Next battle").click()
    whole(voter)
    expect(voter.get_by_role("region", name="Answer A")).to_contain_text("Words of an answer.")
    assert voter.url != first
    voter.go_back()
    expect(voter.locator("#battle")).to_contain_text("You chose “Tie”")


def test_with_an_empty_buffer_the_answers_are_written_now(browser: Browser, site: Site):
    assert site.ollama is not None
    answers(site.ollama, slowly("one two three four five six seven eight", 2.0))
    for page in open_page(browser, site, 390):
        page.goto("/")  # this site keeps none ready
        page.get_by_role("button", name="Show me a battle").click()
        expect(page.locator("#battle[data-events]")).to_be_visible()
        whole(page)


def test_the_keyboard_alone_does_it(voter: Page, ollama: Double):
    show_me(voter)
    voter.locator("body").press("2")
    expect(voter.locator("#battle")).to_contain_text("You chose “Tie”")
    voter.locator("body").press("u")
    expect(voter.locator("#battle")).to_contain_text("You took this vote back")
    voter.locator("body").press("n")
    expect(voter.get_by_role("textbox", name="Your question")).to_be_focused()
    voter.keyboard.type("By keyboard?")
    voter.keyboard.press("Control+Enter")
    whole(voter)


def test_a_key_counts_before_the_larger_scripts_are_there(voter: Page, ollama: Double, ready: Site):
    voter.goto("/")
    ready.wait_for_instant()
    voter.route(re.compile(r"/(battle|htmx)[^/]*\.js"), lambda route: route.abort())
    voter.get_by_role("button", name="Show me a battle").click(no_wait_after=True)
    voter.locator("[data-vote]:not([disabled])").first.wait_for()
    assert voter.locator("[data-markdown]").first.inner_text() == "**Words** of an answer."  # nothing has drawn it
    voter.locator("body").press("2")
    expect(voter.locator("#battle")).to_contain_text("You chose “Tie”")


def test_without_javascript_instant_battles_work_and_others_say_why_not(browser: Browser, ready: Site, ollama: Double):
    context = browser.new_context(java_script_enabled=False, base_url=ready.url)
    page = context.new_page()
    page.goto("/")
    ready.wait_for_instant()
    page.get_by_role("button", name="Show me a battle").click()
    page.get_by_role("button", name="Tie").click()
    expect(page.locator("#battle")).to_contain_text("You chose “Tie”")
    page.locator("#language").select_option("zh-hans")  # its address takes forms only: back to the battle's page
    page.get_by_role("button", name="Go").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("#battle")).to_contain_text("平局")
    page.locator("#language").select_option("en")
    page.locator("form.lang button").click()
    ask(page)
    expect(page.locator("#battle")).to_contain_text("needs JavaScript")
    context.close()


def test_undo_goes_after_ten_seconds(voter: Page, ollama: Double):
    show_me(voter)
    voter.get_by_role("button", name="A is better").click()
    undo = voter.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    expect(undo).to_have_count(0, timeout=15_000)
    expect(voter.locator("#battle")).to_contain_text("You chose")


def test_reasons_and_consent_are_kept(voter: Page, ollama: Double):
    show_me(voter)
    voter.get_by_role("button", name="A is better").click()
    voter.get_by_text("Say why (optional)").click()
    voter.get_by_role("group", name="Answer A").get_by_label("clear").check()
    voter.get_by_role("group", name="Answer B").get_by_label("made up").check()
    voter.get_by_label("Comment").fill("<script>alert(1)</script> fine")
    consent = voter.get_by_label("Publish the questions and answers")
    expect(consent).not_to_be_checked()
    consent.check()
    voter.get_by_role("button", name="Save").click()
    expect(voter.locator(".notice.good")).to_contain_text("Saved")
    voter.reload()
    expect(voter.get_by_role("group", name="Answer A").get_by_label("clear")).to_be_checked()
    expect(voter.get_by_label("Comment")).to_have_value("<script>alert(1)</script> fine")
    voter.get_by_label("Publish the questions and answers").uncheck()
    with voter.expect_response("**/remark"):
        voter.get_by_role("button", name="Save").click()
    voter.reload()
    expect(voter.get_by_label("Publish the questions and answers")).not_to_be_checked()


def test_a_shared_battle_is_read_by_somebody_else(voter: Page, ollama: Double, browser: Browser, ready: Site):
    show_me(voter)
    voter.get_by_role("button", name="B is better").click()
    voter.get_by_role("button", name="Share this battle by a link").click()
    link = voter.locator(".link").input_value()
    for other in open_page(browser, ready, 390):
        other.goto(link)
        expect(other.locator("#battle")).to_contain_text("Words of an answer.")
        expect(other.locator("#battle")).to_contain_text("B is better")
        picture = other.locator('meta[property="og:image"]').get_attribute("content") or ""
        assert other.request.get(picture).headers["content-type"] == "image/png"
        other.goto(voter.url.replace("/share", "/"))
        expect(other.locator("h1")).to_contain_text("There is no such battle")
    voter.get_by_role("button", name="Stop sharing").click()
    expect(voter.locator(".link")).to_have_count(0)
    assert voter.request.get(link).status == 404


def test_my_arena_masks_names_and_deletes_everything(voter: Page, ollama: Double):
    show_me(voter)
    voter.goto("/me/")
    expect(voter.locator("main")).to_contain_text("hidden until you vote")
    voter.get_by_role("region", name="My battles").get_by_role("link").first.click()
    voter.get_by_role("button", name="A is better").click()
    expect(voter.locator("#battle")).to_contain_text("You chose")
    voter.goto("/me/")
    expect(voter.get_by_role("region", name="My battles")).to_contain_text("Qwen3 0.6B")
    expect(voter.get_by_role("region", name="My ranking")).to_contain_text("1–2")
    voter.get_by_role("button", name="Delete everything of mine").click()
    expect(voter.locator(".notice.good")).to_contain_text("Everything of yours was deleted")
    expect(voter.locator("main")).to_contain_text("have not started a battle")
    assert not [cookie for cookie in voter.context.cookies() if cookie["name"] == "voter"]


def test_two_named_models_side_by_side_never_count(voter: Page, ollama: Double):
    voter.goto("/")
    voter.get_by_role("link", name="two models of your choice side by side").click()
    voter.get_by_label("Model A").select_option(index=0)
    voter.get_by_label("Model B").select_option(index=1)
    voter.get_by_role("textbox", name="Your question").fill("Who is better?")
    voter.get_by_role("button", name="Ask").click()
    for side, name in (("A", "Llama"), ("B", "Qwen3")):
        expect(voter.get_by_role("region", name=f"Answer {side}")).to_contain_text(name)
        expect(voter.get_by_role("region", name=f"Answer {side}")).to_contain_text("Words of an answer.")
    expect(voter.locator("#battle")).to_contain_text("never counts")
    assert voter.locator("[data-vote]").count() == 0


def test_direct_chat_goes_on(voter: Page, ollama: Double):
    answers(ollama, slowly("one two three four five six", 1.0))
    voter.goto("/chat/")
    voter.get_by_label("Model").select_option(index=1)
    voter.get_by_role("textbox", name="Your question").fill("Count.")
    voter.get_by_role("button", name="Ask").click()
    expect(voter.get_by_role("region", name="Answer A")).to_contain_text("one two three four five six")
    voter.get_by_role("textbox", name="Your question").fill("And on?")
    answers(ollama, answer("seven"))
    voter.get_by_role("button", name="Ask").click()
    expect(voter.get_by_role("region", name="Answer A")).to_contain_text("seven")


def test_a_voters_question_goes_before_idle_ones(voter: Page, ollama: Double):
    answers(ollama, slowly("a slow answer that nobody waits for", 20.0))
    voter.wait_for_timeout(11_000)  # the filler has begun by now, if the buffer was not full
    answers(ollama, answer("Quick."))
    ask(voter)
    expect(voter.locator("[data-live=a]")).to_contain_text("Quick.", timeout=15_000)


def test_the_language_switch(voter: Page, ollama: Double):
    voter.goto("/leaderboard/")
    voter.locator("form[name=lang] select").select_option(label="简体中文")
    expect(voter).to_have_url(re.compile("/leaderboard/$"))
    expect(voter.get_by_role("navigation")).to_contain_text("排行榜")
    voter.goto("/")
    expect(voter.get_by_role("button", name="开始对战")).to_be_visible()
    voter.locator("form[name=lang] select").select_option(label="English")
    expect(voter.get_by_role("button", name="Start battle")).to_be_visible()


def test_the_browser_chooses_the_language(browser: Browser, ready: Site):
    context = browser.new_context(base_url=ready.url, locale="zh-CN")
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("随便问。两个模型回答。由您评判。")
    context.close()


def test_answers_in_tabs_on_a_phone_and_apart_on_a_desk(voter: Page, ollama: Double, width: int):
    show_me(voter)
    voter.locator("#battle[data-only]").wait_for()  # the script has come
    a, b = (voter.get_by_role("region", name=f"Answer {side}") for side in "AB")
    if width < 720:
        voter.get_by_role("button", name="B", exact=True).click()
        expect(a).to_be_hidden()
        expect(b).to_be_visible()
        voter.reload()
        expect(a).to_be_hidden()
        voter.get_by_role("button", name="Both", exact=True).click()
        expect(a).to_be_visible()
    else:
        voter.get_by_role("button", name="Scroll answers apart").click()
        assert voter.locator(".said").first.evaluate("node => getComputedStyle(node).overflowY") == "auto"
        voter.get_by_role("button", name="Scroll answers apart").click()
    bar = voter.get_by_role("group", name="Vote").bounding_box()
    assert bar is not None and bar["y"] + bar["height"] <= 860 + 1  # always at hand


def test_two_tabs_share_one_vote(voter: Page, ollama: Double):
    show_me(voter)
    other = voter.context.new_page()
    other.goto(voter.url)
    voter.get_by_role("button", name="A is better").click()
    expect(voter.locator("#battle")).to_contain_text("You chose “A is better”")
    other.get_by_role("button", name="B is better").click()
    expect(other.locator("#battle")).to_contain_text("You chose “A is better”")
    other.close()


def test_a_vote_without_a_line_says_so_and_works_later(voter: Page, ollama: Double):
    show_me(voter)
    voter.context.set_offline(True)
    voter.get_by_role("button", name="Tie").click()
    expect(voter.locator("[data-line]")).to_contain_text("The connection is lost")
    voter.context.set_offline(False)
    voter.get_by_role("button", name="Tie").click()
    expect(voter.locator("#battle")).to_contain_text("You chose “Tie”")


def test_mixed_directions_and_chinese(voter: Page, ollama: Double, tmp_path: Path):
    answers(
        ollama,
        answer(
            "مرحبا بالعالم\n\nHello world\n\n你好，世界。\n\n```python\nprint(1)\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n$x^2$"
        ),
    )
    ask(voter)
    whole(voter)
    said = voter.locator("[data-live=a]")
    assert said.locator("p").first.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert said.locator("p").nth(1).evaluate("node => getComputedStyle(node).direction") == "ltr"
    expect(said.locator(".katex").first).to_be_visible()
    expect(said.get_by_role("button", name="Copy")).to_be_visible()
