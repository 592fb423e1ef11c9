"""Pictures of every page state, for a person to leaf through: both widths, themes and languages.

The models are doubles whose answers are written below, so that waiting, failing and long states can be had at will.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.double import Double, Script, answer, done, lines, said
from tests.site import CN, US, Site, with_double

WIDTHS = (1280, 390)
THEMES = ("light", "dark")
LANGUAGES = {"en": "en", "zh": "zh-CN"}
QUESTIONS = {"en": "Why is the sky blue, and why is the sunset red?", "zh": "为什么天空是蓝色的，而日落是红色的？"}
RICH = """Light is scattered by the air, **short waves most** (Rayleigh): $I \\sim 1/\\lambda^4$.

1. By day, blue comes from everywhere.
2. At sunset the way through the air is long, and red is left.

| light | wavelength |
|---|---|
| blue | 450 nm |
| red | 700 nm |

```python
def scattered(wavelength: float) -> float:
    return wavelength**-4  # in units of its own
```

> 白天的天空是蓝色的，因为空气散射短波最多。

مرحبا: this paragraph begins from the right."""
LONG = "\n\n".join(
    f"Paragraph {i}. " + "A sentence that goes on for a while about light and air. " * 8 for i in range(30)
)


@dataclass
class Shot:
    """Where pictures of one width, theme and language go."""

    page: Page
    folder: Path
    ollama: Double
    language: str

    def take(self, name: str, full: bool = False) -> None:
        """Write one picture when the page has settled."""
        self.page.wait_for_timeout(350)
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=full)

    def says(self, a: Script, b: Script | None = None) -> None:
        """Let the two models answer so from now on."""
        self.ollama.chat(CN, a)
        self.ollama.chat(US, b or a)

    def ask(self, address: str = "/") -> None:
        """Ask the language's question."""
        self.page.goto(address)
        self.page.locator("textarea[name=prompt]").fill(QUESTIONS[self.language])
        self.page.locator("button.main[type=submit]").click()
        self.page.locator("#battle").wait_for()

    def state(self, name: str) -> None:
        """Wait for a battle's state."""
        self.page.locator(f'#battle[data-state="{name}"]').wait_for()


def write(folder: Path) -> int:
    """Write all pictures below `folder`; return how many."""
    with (
        tempfile.TemporaryDirectory() as var,
        with_double(Path(var) / "var", INSTANT_BUFFER="2") as site,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _empty(chromium, site, folder)
        site.manage("simulate_arena", "--models", "40", "--votes", "60000")
        _each(chromium, site, folder, _all)
        chromium.close()
    return sum(1 for _ in folder.rglob("*.png"))


def _each(chromium: Browser, site: Site, folder: Path, walk: Callable[[Shot], None]) -> None:
    assert site.ollama is not None
    for language, locale in LANGUAGES.items():
        for theme in THEMES:
            for width in WIDTHS:
                size = {"width": width, "height": 860}
                context = chromium.new_context(
                    viewport=size,  # type: ignore[arg-type]
                    base_url=site.url,
                    color_scheme=theme,  # type: ignore[arg-type]
                    locale=locale,
                )
                place = folder / f"{language}-{theme}-{width}"
                place.mkdir(parents=True, exist_ok=True)
                walk(Shot(context.new_page(), place, site.ollama, language))
                context.close()


def _empty(chromium: Browser, site: Site, folder: Path) -> None:
    def walk(shot: Shot) -> None:
        for name, address in (("leaderboard-empty", "/leaderboard/"), ("china-us-empty", "/china-us/")):
            shot.page.goto(address)
            shot.take(name)

    _each(chromium, site, folder, walk)


def _all(shot: Shot) -> None:
    _pages(shot)
    _unfinished(shot)
    _voted(shot)
    _modes(shot)


def _pages(shot: Shot) -> None:
    board = "?board=source-simulated"
    addresses = {
        "home": "/",
        "me-empty": "/me/",
        "leaderboard": f"/leaderboard/{board}",
        "china-us": f"/china-us/{board}",
        "china-us-card": f"/china-us/card/{board}",
        "models": "/models/",
        "adoption": "/adoption/",
        "data": "/data/",
        "methods": "/methods/",
        "terms": "/terms/",
        "snapshot": "/snapshots/1/",
        "not-found": "/nowhere/",
        "admin": "/admin/",
    }
    for name, address in addresses.items():
        shot.page.goto(address)
        if name in {"leaderboard", "china-us", "adoption"}:
            _scroll_through(shot.page)  # charts come when they come near
            shot.page.locator("[data-chart] canvas").first.wait_for()
        shot.take(name, full=name in {"leaderboard", "china-us", "data", "snapshot"})
    shot.page.goto(f"/leaderboard/{board}")
    shot.page.get_by_role("table").get_by_role("link").nth(9).click()
    shot.take("model", full=True)
    shot.page.goto("/developers/alibaba-qwen/")
    shot.take("developer")


def _scroll_through(page: Page) -> None:
    for _ in range(40):
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(60)
    page.wait_for_timeout(500)
    page.evaluate("scrollTo(0, 0)")


def _unfinished(shot: Shot) -> None:
    shot.says(lines(said("words"), done(), pause=30))
    shot.says(Script(chunks=[(20.0, "")]))
    shot.ask()
    shot.take("battle-waiting")
    shot.page.locator(".bar form[action$=stop] button").click()
    shot.state("stopped")
    shot.take("battle-stopped")
    shot.says(lines(*(said(f"word{i} ") for i in range(400)), pause=0.05))
    shot.ask()
    shot.state("writing")
    shot.page.wait_for_timeout(1500)
    shot.take("battle-writing")
    shot.page.locator(".bar form[action$=stop] button").click()
    shot.state("stopped")
    shot.says(lines(said("half an answer")))
    shot.ask()
    shot.state("failed")
    shot.take("battle-failed")


def _voted(shot: Shot) -> None:
    page = shot.page
    shot.says(answer(RICH), answer(LONG))
    shot.ask()
    shot.state("whole")
    shot.take("battle-whole")
    shot.take("battle-long", full=True)
    if page.locator(".reading .tabs").is_visible():
        page.locator('[data-only="b"]').click()
        shot.take("battle-tab-b")
        page.locator('[data-only="both"]').click()
    else:
        page.locator("[data-apart]").click()
        shot.take("battle-scroll-apart")
        page.locator("[data-apart]").click()
    page.locator("[data-vote]").first.click()
    page.locator(".identity").first.wait_for()
    shot.take("voted")
    page.locator(".why summary").click()
    page.locator(".why").scroll_into_view_if_needed()
    shot.take("voted-why", full=True)
    page.locator("form[action$=share] button").click()
    page.locator(".link").wait_for()
    address = page.locator(".link").input_value()
    page.goto(address)
    shot.take("shared")
    shot.says(answer("A short answer."))
    shot.ask()
    shot.state("whole")
    page.locator("[data-vote]").nth(1).click()
    page.locator("[data-undo]").click()
    page.locator(".notice:not([hidden])").first.wait_for()
    shot.take("voted-undone")
    shot.says(answer("I am Qwen, made by Alibaba."))
    shot.ask()
    shot.state("whole")
    page.locator("[data-vote]").nth(2).click()
    page.locator(".notice:not([hidden])").first.wait_for()
    shot.take("voted-left-out")
    page.goto("/me/")
    shot.take("me", full=True)


def _modes(shot: Shot) -> None:
    shot.says(answer("A short answer."))
    for name, address in (("side-by-side", "/side-by-side/"), ("chat", "/chat/")):
        shot.page.goto(address)
        shot.take(name)
        shot.ask(address)
        shot.state("whole")
        shot.take(f"{name}-answered")
