"""From a change of the comparison's form to the new answer: until it stands in the page, and until its chart is drawn.

    .venv/bin/python -m benchmarks.answer [--models 200] [--votes 1000000] [--rounds 3]

Needs Debian's chromium. A site as `make run` starts it, over a double of Ollama, with one simulated board; a browser
makes each choice of the form in turn, waits, and goes on. The first choice of a language or of votes that find both
bad is fitted anew once a snapshot: it is in the first round.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.site import with_double

CHOICES = (
    ("max_active", ("4", "10", "40", "")),
    ("best", ("10", "20", "40", "")),
    ("base", ("base", "out", "maker")),
    ("both_bad", ("tie", "out")),
    ("language", ("zh", "en", "")),
    ("permissive", (True, False)),
    ("one", (True, False)),
)
REST_MS = 2000  # the rest of the page comes after the answer
CHANGE = """([name, value]) => new Promise((done) => {
  const field = document.querySelector(`#field [name=${name}]`);
  const began = performance.now();
  const since = () => performance.now() - began;
  document.addEventListener("htmx:afterSwap", () => {
    const swapped = since();
    const look = () => {
      const drawn = document.querySelector("[data-chart=interval] canvas");
      requestAnimationFrame(drawn ? () => done([swapped, since()]) : look);
    };
    look();
  }, { once: true });
  if (typeof value === "boolean") field.checked = value; else field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
})"""


def one_round(page: Page) -> list[tuple[float, float, str]]:
    """Make each choice once; return milliseconds to the answer and to its chart, and the choice."""
    found = []
    for name, values in CHOICES:
        for value in values:
            answer, chart = page.evaluate(CHANGE, [name, value])
            found.append((answer, chart, f"{name}={value}"))
            page.wait_for_timeout(REST_MS)
    return found


def measure(url: str, rounds: int) -> list[list[tuple[float, float, str]]]:
    """Return what each round took."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{url}/china-us/?board=source-simulated")
        page.locator("[data-chart=interval]").scroll_into_view_if_needed()
        page.wait_for_timeout(2 * REST_MS)
        found = [one_round(page) for _ in range(rounds)]
        browser.close()
    return found


def main() -> None:
    """Print a line a round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="arena-answer-") as folder, with_double(Path(folder) / "var") as site:
        site.manage("simulate_arena", "--models", str(options.models), "--votes", str(options.votes))
        rounds = measure(site.url, options.rounds)
    for number, found in enumerate(rounds, 1):
        answers, charts = ([row[place] for row in found] for place in (0, 1))
        _, longest, what = max(found, key=lambda row: row[1])
        print(
            f"round {number}, {len(found)} choices: answer {statistics.median(answers):.0f} ms (median) to "
            f"{max(answers):.0f}, chart {statistics.median(charts):.0f} to {longest:.0f} ({what}); "
            f"{sum(chart > 300 for chart in charts)} over 300"
        )


if __name__ == "__main__":
    main()
