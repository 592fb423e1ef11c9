"""Takes the README's picture: a real battle on a running site, after the vote.

    .venv/bin/python tools/picture.py http://127.0.0.1:8000 docs/battle.png

Needs requirements-dev.txt (playwright) and Debian's chromium.
"""

import shutil
import sys

from playwright.sync_api import sync_playwright

QUESTION = "Why do old iron bridges rust, and why does aluminium not?"


def main(site: str, target: str) -> None:
    """Ask, wait until both answers are whole, vote, take the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(site)
        page.get_by_role("textbox", name="Your question").fill(QUESTION)
        page.get_by_role("button", name="Start battle").click()
        page.locator("[data-vote]:not([disabled])").first.wait_for(timeout=300_000)
        page.get_by_role("button", name="A is better").click()
        page.locator(".identity").first.wait_for()
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
