"""An admin adds a model in the browser: pull with progress, facts, try-out, battle. And what an empty host says."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import open_page
from tests.double import answer, double, lines, show_row, tag_row
from tests.site import CN, ROOT, US, Site, running, with_double

NEW = "gemma3:1b"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with with_double(tmp_path_factory.mktemp("admin") / "var") as site:
        account = {"DJANGO_SUPERUSER_USERNAME": "root", "DJANGO_SUPERUSER_EMAIL": "root@example.org"}
        environment = {**os.environ, **account, "DJANGO_SUPERUSER_PASSWORD": "pass-for-tests", "VAR": str(site.var)}
        environment.pop("ARENA_TESTING")
        command = [sys.executable, "-m", "workers.supervisor.admin"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        yield site


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    for page in open_page(browser, site, 1280):
        page.goto("/admin/")
        page.get_by_label("Username").fill("root")
        page.get_by_label("Password").fill("pass-for-tests")
        page.get_by_role("button", name="Log in").click()
        yield page


def test_from_tag_to_battle(page: Page, site: Site):
    assert site.ollama is not None
    layer = {"status": "pulling 1", "digest": "sha256:1", "total": 100_000_000}
    rows = [{"status": "pulling manifest"}, *({**layer, "completed": n * 5_000_000} for n in range(1, 21))]
    site.ollama.play("POST", "/api/pull", lines(*rows, {"status": "success"}, pause=0.25))
    site.ollama.chat(NEW, answer("I am ready."))
    page.get_by_role("link", name="Add a model").click()
    page.get_by_label("or an Ollama tag").fill(NEW)
    page.get_by_role("button", name="Pull").click()
    expect(page.locator("#pull")).to_contain_text("running")
    expect(page.locator("#pull")).to_contain_text("/s", timeout=5000)
    expect(page.locator("#pull")).to_contain_text("s left")
    site.ollama.json("GET", "/api/tags", {"models": [tag_row(CN), tag_row(US), tag_row(NEW)]})
    page.get_by_role("link", name="Facts, try-out").click(timeout=20_000)
    expect(page.locator("body")).to_contain_text("differs")  # the double says 8,192 tokens, the catalogue more
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#try-out")).to_contain_text("I am ready.", timeout=10_000)
    page.get_by_role("button", name="Put into battle").click()
    expect(page.locator("body")).to_contain_text("In battle")


def test_a_pull_is_cancelled_and_goes_on(page: Page, site: Site):
    assert site.ollama is not None
    layer = {"status": "pulling 2", "digest": "sha256:2", "total": 1000, "completed": 10}
    slow = lines(*[layer] * 200, pause=0.1)
    site.ollama.play("POST", "/api/pull", slow, lines({**layer, "completed": 1000}, {"status": "success"}))
    page.goto("/admin/catalogue/pull/add/")
    page.get_by_label("or an Ollama tag").fill("gemma3:4b")
    page.get_by_role("button", name="Pull").click()
    expect(page.locator("#pull")).to_contain_text("running")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#pull")).to_contain_text("cancelled")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#pull")).to_contain_text("done", timeout=10_000)


def test_an_ollama_without_models_starts_all_the_same_and_says_what_to_pull(browser: Browser, tmp_path: Path):
    with double() as server:
        server.json("GET", "/api/version", {"version": "0.24.0"})
        server.json("GET", "/api/tags", {"models": []})
        server.json("POST", "/api/show", show_row())
        var = tmp_path / "var"
        with running(var, battles=False, OLLAMA_HOST=server.url) as site:
            for page in open_page(browser, site, 1280):
                page.goto("/")
                expect(page.locator("body")).to_contain_text("ollama pull qwen3:1.7b")
        console = (tmp_path / "var.out").read_text()
    assert "Ollama at" in console
    assert "ollama pull qwen3:1.7b" in console
    assert "ollama pull llama3.2:1b" in console
