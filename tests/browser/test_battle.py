"""The battle page in a real browser."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import answers, ask, open_page, slowly, whole
from tests.double import Double, Script, answer, lines, said
from tests.site import CN, US, Site


@pytest.fixture
def page(browser: Browser, site: Site, width: int) -> Iterator[Page]:
    yield from open_page(browser, site, width)


def test_ask_read_vote_learn(page: Page, ollama: Double, width: int):
    answers(ollama, slowly("Light is scattered by the air, blue more than red."))
    ask(page)
    expect(page.get_by_role("button", name="A is better")).to_be_disabled()
    expect(page.get_by_role("region", name="Answer A")).to_contain_text("Light is")
    whole(page)
    expect(page.get_by_role("region", name="Answer B")).to_contain_text("blue more than red.")
    page.get_by_role("button", name="Tie").click()
    expect(page.locator("body")).to_contain_text("Qwen3 0.6B")
    expect(page.locator("body")).to_contain_text("Llama 3.2 1B")
    expect(page.get_by_role("button", name="New battle")).to_be_visible()
    assert page.evaluate_handle("document.documentElement.scrollWidth").json_value() <= width


def test_both_sides_show_the_same_number_of_characters_while_they_write(page: Page, ollama: Double):
    ollama.chat(CN, slowly("x" * 20 + " word" * 100, 3.0))
    ollama.chat(US, slowly("y" * 20 + " word" * 100, 1.0))
    ask(page)
    lengths = []
    for _ in range(40):
        a, b = (page.locator(f"[data-live={side}]").text_content() or "" for side in "ab")
        lengths.append((len(a.strip()), len(b.strip())))
        time.sleep(0.05)
    assert max(a for a, _ in lengths) > 50
    assert all(abs(a - b) <= 60 for a, b in lengths)  # two reads of one page, up to a tick apart
    whole(page)


def test_a_reload_goes_on_where_it_was(page: Page, ollama: Double):
    answers(ollama, slowly("one two three four five six seven eight nine ten eleven twelve", 3.0))
    ask(page)
    expect(page.get_by_role("region", name="Answer A")).to_contain_text("four")
    page.reload()
    expect(page.get_by_role("region", name="Answer A")).to_contain_text("four", timeout=1500)
    whole(page)
    for side in "AB":
        expect(page.get_by_role("region", name=f"Answer {side}")).to_contain_text(
            "one two three four five six seven eight"
        )
    assert len([seen for seen in ollama.seen if seen.path == "/api/chat"]) == 2


def test_offline_and_back(page: Page, ollama: Double):
    answers(ollama, slowly(" ".join(f"word{i}" for i in range(40)), 4.0))
    ask(page)
    expect(page.get_by_role("region", name="Answer A")).to_contain_text("word3")
    page.context.set_offline(True)
    time.sleep(1)
    page.context.set_offline(False)
    whole(page)
    text = page.locator("[data-live=a]").text_content() or ""
    assert text.split() == [f"word{i}" for i in range(40)]


def test_a_failed_side_is_one_failure_and_one_retry(page: Page, ollama: Double):
    ollama.chat(CN, answer("Fine."))
    ollama.chat(US, lines(said("half")), answer("Now it works."))
    ask(page)
    retry = page.get_by_role("button", name="Retry")
    retry.wait_for()
    expect(page.get_by_role("button", name="A is better")).to_be_disabled()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    retry.click()
    whole(page)
    expect(page.locator("body")).to_contain_text("Now it works.")


def test_stop_and_retry(page: Page, ollama: Double):
    answers(ollama, slowly("word " * 200, 20.0))
    ask(page)
    expect(page.get_by_role("region", name="Answer A")).to_contain_text("word word")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Retry").wait_for()
    expect(page.get_by_role("region", name="Answer A")).to_contain_text("word word")
    answers(ollama, answer("Short now."))
    page.get_by_role("button", name="Retry").click()
    whole(page)
    expect(page.get_by_role("region", name="Answer A")).to_contain_text("Short now.")


def test_markdown_is_set_and_hostile_input_stays_text(page: Page, ollama: Double):
    text = (
        "# Title\n\n**bold** and `code`\n\n```python\ndef f():\n    return 1\n```\n\n$$E = mc^2$$\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        '<script>window.hacked = 1</script> <img src=x onerror="window.hacked = 2">\n\n'
        "Inline <b style='position:fixed'>raw</b> [link](javascript:alert(1)) [good](https://example.org) "
        "![pixel](https://example.org/x.png)"
    )
    answers(ollama, answer(text, pieces=30))
    ask(page, "<script>window.hacked = 3</script>")
    whole(page)
    region = page.locator("[data-live=a]")
    expect(region.locator("h1")).to_have_text("Title")
    expect(region.locator("pre code .hljs-keyword").first).to_have_text("def")
    expect(region.locator(".katex").first).to_be_visible()
    expect(region.locator("td").first).to_have_text("1")
    expect(region).to_contain_text("<script>window.hacked = 1</script>")
    assert region.locator("script, img, [style*=fixed], [onerror]").count() == 0
    hrefs = [a.get_attribute("href") for a in region.locator("a").all()]
    assert "https://example.org" in hrefs
    assert not [href for href in hrefs if href and href.startswith("javascript")]
    page.locator("[data-key='1']").click()
    expect(page.locator("[data-markdown] h1").first).to_have_text("Title")
    expect(page.locator(".asked")).to_contain_text("<script>window.hacked = 3</script>")


def test_keys_vote_and_start_anew(page: Page, ollama: Double):
    answers(ollama, answer("Yes."))
    ask(page)
    whole(page)
    page.locator("body").press("4")
    expect(page.locator("body")).to_contain_text("You chose “B is better”")
    page.locator("body").press("n")
    page.get_by_role("button", name="Start battle").wait_for()


def test_a_second_question_keeps_the_first(page: Page, ollama: Double):
    answers(ollama, answer("First answer."))
    ask(page, "First question?")
    whole(page)
    answers(ollama, answer("Second answer."))
    page.get_by_role("textbox", name="Your question").fill("Second question?")
    page.get_by_role("button", name="Ask both").click()
    expect(page.locator(".asked").nth(1)).to_contain_text("Second question?")
    whole(page)
    expect(page.get_by_role("region", name="Answer A")).to_contain_text("Second answer.")
    expect(page.locator("body")).to_contain_text("First answer.")
    history = [seen.body["messages"] for seen in ollama.seen if seen.path == "/api/chat"][-1]
    assert [m["role"] for m in history] == ["system", "user", "assistant", "user"]


def test_two_tabs_show_the_same_and_vote_once(page: Page, ollama: Double):
    answers(ollama, answer("Same for both tabs."))
    ask(page)
    whole(page)
    other = page.context.new_page()
    other.goto(page.url)
    whole(other)
    page.get_by_role("button", name="A is better").click()
    expect(page.locator("body")).to_contain_text("You chose “A is better”")
    other.get_by_role("button", name="B is better").click()
    expect(other.locator("body")).to_contain_text("You chose “A is better”")


def test_a_refused_question_keeps_its_text(page: Page):
    page.goto("/")
    page.get_by_role("textbox", name="Your question").fill("字" * 9000)
    page.get_by_role("button", name="Start battle").click()
    expect(page.get_by_role("alert")).to_contain_text("more text than the models can hold")
    assert len(page.get_by_role("textbox", name="Your question").input_value()) == 9000


def test_a_long_answer_and_an_answer_of_one_word(page: Page, ollama: Double):
    ollama.chat(CN, answer("word " * 4000, pieces=400))
    ollama.chat(US, answer("Yes", pieces=1))
    ask(page)
    whole(page)
    expect(page.locator("[data-live=a], [data-live=b]").filter(has_text="word")).to_have_count(1)
    expect(page.locator("[data-live=a], [data-live=b]").filter(has_text="Yes")).to_have_count(1)
    time.sleep(0.5)  # the last piece is painted with the next frame
    texts = [len(page.locator(f"[data-live={side}]").text_content() or "") for side in "ab"]
    assert sorted(texts)[0] < 10
    assert sorted(texts)[1] >= 19_999


def test_the_leaderboard_moves_by_itself(page: Page, ollama: Double):
    answers(ollama, answer("Fine."))
    board = page.context.new_page()
    ask(page)
    whole(page)
    board.goto("/leaderboard/")
    before = board.locator("#board").text_content()
    page.bring_to_front()
    page.get_by_role("button", name="Both are bad").click()
    expect(page.locator("body")).to_contain_text("You chose")
    began = time.monotonic()
    while board.locator("#board").text_content() == before:
        assert time.monotonic() - began < 4
        time.sleep(0.05)
    assert time.monotonic() - began < 3


def test_the_theme_is_kept(page: Page):
    page.goto("/")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.goto("/leaderboard/")
    assert page.locator("html").get_attribute("data-theme") == "dark"


@pytest.mark.parametrize(
    "path", ["/", "/leaderboard/", "/models/", "/models/qwen3-0.6b/", "/methods/", "/terms/", "/nowhere/"]
)
def test_no_page_is_wider_than_a_phone(browser: Browser, site: Site, path: str):
    for page in open_page(browser, site, 390):
        page.goto(path)
        assert page.evaluate_handle("document.documentElement.scrollWidth").json_value() <= 390


def test_silence_before_the_first_word_says_what_is_waited_for(page: Page, ollama: Double):
    answers(
        ollama, Script(chunks=[(3.0, '{"message": {"content": "Here."}, "done": false}\n'), (3.0, '{"done": true}\n')])
    )
    ask(page)
    expect(page.locator("body")).to_contain_text("If they have to be loaded first, this takes about 20 s.")
    whole(page)
