"""Nothing is left in English on a Chinese page, and every translation has its placeholders."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from arena import sentences
from arena.battles import after, instant, making, services
from arena.battles.bank import prompts
from arena.battles.models import Voter
from arena.catalogue.models import CatalogueModel, Deployment, Developer
from arena.leaderboard import adoption
from arena.leaderboard import services as boards
from arena.leaderboard.models import Board, Snapshot
from ratings import Counts, fit, groups
from ratings.rows import answer
from tests.conftest import finish

PO = Path(settings.BASE_DIR) / "arena/locale/zh_Hans/LC_MESSAGES/django.po"
PLACES = re.compile(r"%\(\w+\)[sr]|\{\w+\}|%%|<[^>]+>")
ATTRIBUTES = {"aria-label", "placeholder", "title", "alt"}
SILENT = {"script", "style", "code", "pre", "kbd"}
EMPTY = {"meta", "link", "input", "br", "img", "hr"}
# Signs and names that are the same in both languages.
KEPT = re.compile(
    r"\b(Elo|JSON|CSV|PNG|SVG|SHA|API|UTC|ID|GB|GGUF|VAR|Ollama|EcoLogits|OpenRouter|Hugging|Face|cookie|[Tt]oken|ratings|winner|"
    r"English|Language|bradley|terry|ties|half|sandwich|Bradley|Terry|Chatbot|Arena|Markdown|Python|simulated\w*|"
    r"JavaScript|Ctrl|AGPL|MIT|Apache|null|unlabelled|maths|code|other|votes|csv|jsonl|model\w*|tie|bothbad|maker|base|out|parquet|style|rated)\b"
)
WORD = re.compile(r"[A-Za-z][a-z]{2,}")


class Texts(HTMLParser):
    """The texts a reader meets, with what marks them as another language left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._stack: list[tuple[str, bool]] = []

    @property
    def _quiet(self) -> bool:
        return any(quiet for _, quiet in self._stack)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        quiet = tag in SILENT or (tag != "html" and given.get("lang") == "en")
        if not (self._quiet or quiet):
            self.found += [given[name] or "" for name in ATTRIBUTES if name in given]
            if tag == "template":
                self.found += [value or "" for name, value in attrs if name.startswith("data-")]
        if tag not in EMPTY:
            self._stack.append((tag, quiet))

    def handle_endtag(self, tag: str) -> None:
        while self._stack and self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._quiet and data.strip():
            self.found.append(" ".join(data.split()))


def left_in_english(html: str, names: re.Pattern[str]) -> list[str]:
    reader = Texts()
    reader.feed(html)
    places = re.compile(r"\{\w+\}|/[\w./-]+")
    return [text for text in reader.found if WORD.search(KEPT.sub("", names.sub("", places.sub("", text))))]


@pytest.fixture
def full(pair: tuple[Deployment, Deployment], alice: Voter, no_worker: None) -> Iterator[dict[str, object]]:
    """A site with a bit of everything."""
    adoption.load()
    voted = finish(making.start(alice, "为什么?"), "一。", "二。")
    services.vote(voted, "a")
    leaked = finish(making.start(alice, "你是谁？"), "我是 Kappachi。", "二。")
    services.vote(leaked, "tie")
    voted.refresh_from_db()
    after.remark(voted, {"A": ["clear"]}, "好", True)
    undone = finish(making.start(alice, "再问?"), "一。", "二。")
    services.vote(undone, "b")
    undone.refresh_from_db()
    after.undo(undone)
    finish(making.start_bank(next(row for row in prompts() if row.language == "zh")), "一。", "二。")
    call_command("simulate_arena", models=6, votes=3000, source="simulated", verbosity=0)
    boards.refit_boards()
    boards.publish("all")
    yield {
        "voted": voted,
        "leaked": leaked,
        "undone": undone,
        "open": making.start(alice, "等?"),
        "instant": instant.show(alice, "zh"),
        "direct": making.start_named(alice, "问", [pair[0]]),
        "left": alice.battles.create(**_like(voted), state="abandoned"),
    }


def _like(battle: object) -> dict[str, object]:
    names = ("deployment_a", "deployment_b", "contestant_a", "contestant_b", "draw_probability")
    return {name: getattr(battle, name) for name in names}


def names_of() -> re.Pattern[str]:
    names = set(Developer.objects.values_list("name", flat=True))
    for field in ("name", "family", "licence", "base_model", "ollama_tag", "released"):
        names |= set(CatalogueModel.objects.values_list(field, flat=True))
    for aliases in Developer.objects.values_list("aliases", flat=True):
        names |= {name for some in aliases.values() for name in some}
    return re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name))


@pytest.mark.django_db
def test_no_page_has_english_left_in_chinese(full: dict[str, object], alices_browser: Client) -> None:
    token = after.share(full["voted"])  # type: ignore[arg-type]
    simulated = Board.objects.get(slug="source-simulated")
    snapshots = [row.pk for row in Snapshot.objects.filter(board=simulated)]
    slug = CatalogueModel.objects.get(name="Kappachi").slug
    pages = ["/", "/side-by-side/", "/chat/", "/me/", "/leaderboard/", "/china-us/", "/china-us/checks/", "/models/"]
    pages += ["/leaderboard/?board=source-simulated&col=words&col=weights&col=all_at_once&col=licence&col=both_bad"]
    pages += [f"/china-us/{part}?board=source-simulated" for part in ("", "checks/", "card/")]
    pages += ["/leaderboard/more/?board=source-simulated", "/adoption/", "/data/", "/terms/", "/nowhere/"]
    pages += [f"/snapshots/{snapshots[0]}/", f"/snapshots/{snapshots[0]}/?with={snapshots[-1]}", f"/shared/{token}/"]
    pages += [f"/models/{slug}/", "/developers/kappachi-makers/", "/china-us/?base=x"]
    pages += [f"/battles/{battle.uuid}/" for battle in full.values()]  # type: ignore[attr-defined]
    names = names_of()
    left = {}
    for page in pages:
        response = alices_browser.get(page, headers={"Accept-Language": "zh-CN"})
        assert response.status_code in {200, 400, 404}, page
        if found := left_in_english(response.content.decode(), names):
            left[page] = found
    assert {text for found in left.values() for text in found} == set(), left


@pytest.mark.django_db
def test_the_admins_own_pages_too(pair: tuple[Deployment, Deployment], root: object, client: Client) -> None:
    client.force_login(root)  # type: ignore[arg-type]
    names = names_of()
    needs = re.compile(r'<div id="needs".*?</div>', re.DOTALL)  # what stands under it is Django's own
    content = re.compile(r'<div id="content" .*', re.DOTALL)
    for page in ("/admin/", f"/admin/catalogue/deployment/{pair[0].pk}/change/"):
        text = client.get(page, headers={"Accept-Language": "zh-CN"}).content.decode()
        part = needs.search(text) or content.search(text)
        assert part is not None, page
        found = left_in_english(part[0], names)
        assert [line for line in found if not re.search(r"test host|kappa|completion", line)] == [], page


def test_every_string_is_translated_with_its_placeholders() -> None:
    entries = list(polib.pofile(str(PO)))
    assert len(entries) > 500
    for entry in entries:
        written = entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr
        assert written.strip() and not entry.fuzzy and not entry.obsolete, entry.msgid
        assert sorted(PLACES.findall(entry.msgid_plural or entry.msgid)) == sorted(PLACES.findall(written)), entry.msgid


@pytest.mark.parametrize("name", ["methods", "terms"])
def test_the_chinese_documents_keep_step(name: str) -> None:
    english, chinese = (Path(settings.BASE_DIR, "docs", f"{name}{end}.md").read_text("utf-8") for end in ("", ".zh"))
    for shape in (r"^#+ ", r"^\|", r"^- \*\*", r"^    \S", r"`[^`]+`", r"\d\d\.\d+|0\.\d{3,}|1\.\d{5,}"):
        assert len(re.findall(shape, english, re.MULTILINE)) == len(re.findall(shape, chinese, re.MULTILINE)), shape


@pytest.mark.parametrize("wins", [(0, 0), (1, 0), (10, 8), (60, 20), (20, 60), (200, 190), (40, 0), (31, 2)])
def test_our_english_sentence_is_the_ratings_own(wins: tuple[int, int]) -> None:
    counts = Counts.from_votes(
        [0] * wins[0] + [1] * wins[1], [1] * wins[0] + [0] * wins[1], [0] * sum(wins), n_models=2
    )
    said = answer(groups.fixed(counts, fit(counts), ["CN", "US"], "CN", "US", ("Chinese", "American")))
    with translation.override("en"):
        assert sentences.said(said) == said["sentence"]
        if not (said["estimate"] is None and said["votes"] >= 30):
            assert sentences.sentence(said) == said["sentence"]
    with translation.override("zh-hans"):
        assert not re.search(r"[a-z]{3}", sentences.said(said).replace("Elo", ""))
