"""Votes from elsewhere: every schema, names, bad lines, a killed run, a second run."""

import csv
import io
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from arena.catalogue.models import CatalogueModel, Contestant
from arena.leaderboard import imports, names
from arena.leaderboard.models import Cell, Import, Snapshot
from tests.simulate import REAL

pytestmark = pytest.mark.django_db
ROWS = [
    {"model_a": "gpt-4-0613", "model_b": "qwen1.5-72b-chat", "winner": "model_a", "language": "English"},
    {"model_a": "qwen1.5-72b-chat", "model_b": "gpt-4-0613", "winner": "model_a", "language": "Chinese"},
    {"model_a": "gpt-4-0613", "model_b": "qwen1.5-72b-chat", "winner": "tie", "language": "English"},
    {"model_a": "gpt-4-0613", "model_b": "qwen1.5-72b-chat", "winner": "tie (bothbad)", "language": "French"},
]


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    else:
        path.write_text("\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]))
    return path


def run(path: Path, source: str = "elsewhere") -> str:
    out = io.StringIO()
    call_command("import_votes", str(path), source=source, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["v.csv", "v.jsonl", "v.parquet"])
def test_every_kind_of_file(tmp_path: Path, name: str):
    said = run(write(tmp_path / name, ROWS))
    assert "4 lines, 4 votes, 0 lines refused" in said
    assert "unmatched" not in said
    cells = {c.language: c for c in Cell.objects.all()}
    gpt = Contestant.objects.get(model__name="gpt-4-0613").pk
    english = cells["en"]
    assert (english.wins_low if english.low_id == gpt else english.wins_high, english.ties) == (1, 1)
    chinese = cells["zh"]
    assert (chinese.wins_high if chinese.low_id == gpt else chinese.wins_low) == 1
    assert cells["other"].both_bad == 1
    assert not list(tmp_path.glob("*.refused.jsonl"))


def test_what_is_known_of_imported_models(tmp_path: Path):
    rows = [{"model_a": "gpt-4-0613", "model_b": name, "winner": "tie"} for name in ("zephyr-7b-beta", "yi-34b-chat")]
    run(write(tmp_path / "v.csv", rows))
    gpt, zephyr, yi = (CatalogueModel.objects.get(name=row) for row in ("gpt-4-0613", "zephyr-7b-beta", "yi-34b-chat"))
    assert (gpt.active_params_b, gpt.licence, gpt.permissive, gpt.doubts) == (None, "proprietary", False, "")
    assert (zephyr.active_params_b, zephyr.permissive, zephyr.base_country.code) == (7, True, "FR")
    assert "not read again" in zephyr.doubts
    assert (yi.active_params_b, yi.permissive) == (34, None)
    page = Client().get(gpt.get_absolute_url()).content.decode()
    assert "known from imported or simulated votes only" in page
    assert "unknown billion" not in page
    assert "unknown tokens" not in page


def test_the_list_of_public_models_agrees_with_itself():
    with names.KNOWN.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        open_weight = row["openness"] == "open-weight"
        assert open_weight or row["openness"] == "closed", row
        assert row["check"] in names.DOUBTS, row
        licensed = {"": "", "Apache-2.0": "yes", "MIT": "yes"}.get(row["licence"], "no")
        assert row["permissive"] == licensed, row
        assert bool(row["base_model"]) == bool(row["base_country"]), row
        assert bool(row["size_from"]) == bool(row["active_params_b"]) == bool(row["total_params_b"]), row
        if row["size_from"]:
            assert open_weight, row
            assert float(row["active_params_b"]) <= float(row["total_params_b"]), row
        if row["size_from"] == "its name":
            assert f"{row['total_params_b']}b" in row["model"].casefold(), row
            assert f"{row['active_params_b']}b" in row["model"].casefold(), row


@pytest.mark.parametrize("name", ["c.csv", "c.json"])
def test_counts_per_pair(tmp_path: Path, name: str):
    path = tmp_path / name
    if name == "c.json":
        path.write_text(json.dumps({"models": ["gpt-4-0613", "claude-2.1"], "X": [[0, 1]], "Y": [[7, 5, 3, 2]]}))
    else:
        path.write_text("model_a,model_b,win_a,win_b,tie,both_bad\ngpt-4-0613,claude-2.1,7,5,3,2\n")
    assert "1 lines, 17 votes" in run(path)
    cell = Cell.objects.get()
    assert sorted([cell.wins_low, cell.wins_high]) == [5, 7]
    assert (cell.ties, cell.both_bad) == (3, 2)


def test_known_names_have_their_country_and_unknown_ones_are_reported(tmp_path: Path):
    rows = [{"model_a": "gpt-4-0613", "model_b": "nobody-knows-7b", "winner": w} for w in ("model_a", "tie")]
    said = run(write(tmp_path / "v.csv", rows))
    assert "unmatched: nobody-knows-7b (2 votes)" in said
    known = CatalogueModel.objects.get(name="gpt-4-0613")
    assert (known.developer.name, str(known.developer.country), known.openness) == ("OpenAI", "US", "closed")
    assert known.external
    assert CatalogueModel.objects.get(name="nobody-knows-7b").developer.name == "Unknown developer"


def test_the_catalogues_own_models_are_found_by_any_of_their_names(tmp_path: Path):
    call_command("load_catalogue", stdout=io.StringIO())
    before = CatalogueModel.objects.count()
    model = CatalogueModel.objects.exclude(ollama_tag="").exclude(hf_repo="").first()
    rows = [{"model_a": model.hf_repo.rpartition("/")[2].upper(), "model_b": "gpt-4-0613", "winner": "tie"}]
    run(write(tmp_path / "v.csv", rows))
    assert CatalogueModel.objects.count() == before + 1
    assert Contestant.objects.get(model=model).weights_digest == ""


def test_bad_lines_go_to_a_file_with_their_reasons(tmp_path: Path):
    rows = [*ROWS, {**ROWS[0], "winner": "maybe"}, {**ROWS[0], "model_b": "gpt-4-0613"}, {**ROWS[0], "model_a": ""}]
    said = run(write(tmp_path / "v.csv", rows))
    assert "7 lines, 4 votes, 3 lines refused" in said
    refused = [json.loads(line) for line in (tmp_path / "v.csv.refused.jsonl").read_text().splitlines()]
    assert [(row["line"], row["reason"]) for row in refused] == [
        (6, "unknown winner 'maybe'"),
        (7, "'gpt-4-0613' against itself"),
        (8, "model_a or model_b is missing"),
    ]


def test_broken_json_is_a_refused_line(tmp_path: Path):
    path = tmp_path / "v.jsonl"
    path.write_text(json.dumps(ROWS[0]) + "\n{broken\n[1]\n" + json.dumps({**ROWS[0], "winner": ["x"]}))
    assert "4 lines, 1 votes, 3 lines refused" in run(path)


def test_a_second_run_changes_nothing(tmp_path: Path):
    path = write(tmp_path / "v.csv", ROWS)
    assert run(path) == run(path)
    assert sum(c.wins_low + c.wins_high + c.ties + c.both_bad for c in Cell.objects.all()) == 4
    assert Snapshot.objects.count() == 1


def test_a_killed_run_goes_on_where_it_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write(tmp_path / "v.csv", ROWS * 5)
    monkeypatch.setattr(imports, "BATCH", 3)
    done = []

    def killed_after_two(row: Import) -> None:
        done.append(row.lines)
        if len(done) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imports.import_votes(path, "elsewhere", io.StringIO(), killed_after_two)
    assert Import.objects.get().lines == 6
    assert "20 lines, 20 votes" in run(path)
    assert sum(c.wins_low + c.wins_high + c.ties + c.both_bad for c in Cell.objects.all()) == 20


def test_a_killed_run_has_written_what_it_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write(tmp_path / "v.csv", [{**ROWS[0], "winner": "nobody"}, *ROWS])
    monkeypatch.setattr(imports, "BATCH", 2)
    seen = []
    with (tmp_path / "refused").open("w") as file:  # what is still in its buffer is lost with the process
        imports.import_votes(path, "elsewhere", file, lambda row: seen.append((tmp_path / "refused").read_text()))
    assert "nobody" in seen[0]


def test_a_second_file_adds_to_the_source(tmp_path: Path):
    run(write(tmp_path / "v.csv", ROWS))
    run(write(tmp_path / "w.csv", ROWS * 2))
    assert Snapshot.objects.filter(board__slug="source-elsewhere").first().votes == 9
    assert imports.position("elsewhere")[0] == 12


@pytest.mark.parametrize(
    ("name", "text", "source", "word"),
    [
        ("v.csv", "model_a,model_b\na,b\n", "x", "line 1: the column winner is missing"),
        ("v.xml", "", "x", "unknown kind of file"),
        ("v.json", "{}", "x", "no counts with models"),
        ("v.parquet", "not that", "x", "no Parquet"),
        ("v.csv", "", "arena", "this site's own"),
        ("v.csv", "", "with space", "--source"),
    ],
)
def test_what_can_not_be_read_is_one_clear_line(tmp_path: Path, name: str, text: str, source: str, word: str):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(CommandError, match=word):
        run(path, source)
    assert not Cell.objects.exists()


def test_imported_models_are_not_offered_as_ours(tmp_path: Path, client: Client):
    run(write(tmp_path / "v.csv", ROWS))
    assert "gpt-4-0613" not in client.get("/models/").content.decode()
    assert "OpenAI" in client.get("/models/gpt-4-0613/").content.decode()


def test_a_simulated_arena_says_so_on_every_page(client: Client):
    out = io.StringIO()
    call_command("simulate_arena", models=12, votes=5000, stdout=out)
    assert "5,000 simulated votes" in out.getvalue()
    for page in ("leaderboard", "china-us"):
        assert "Simulated votes" in client.get(f"/{page}/?board=source-simulated").content.decode()
    with pytest.raises(CommandError, match="another --source"):
        call_command("simulate_arena", models=12, votes=50)


@pytest.mark.skipif(not REAL.exists(), reason="the real counts are not beside the project: ARENA_REAL_COUNTS")
def test_the_real_votes_give_the_four_answers(client: Client):
    assert "3,460 lines, 1,670,250 votes, 0 lines refused" in run(REAL, "chatbot-arena-2024")
    body = client.get("/api/v1/china-us?board=source-chatbot-arena-2024").json()
    assert body["answers"]["fixed"]["models"] == [25, 90]
    assert body["answers"]["fixed"]["estimate"] == pytest.approx(-12.3, abs=0.1)
    forty = client.get("/api/v1/china-us?board=source-chatbot-arena-2024&best=40").json()
    assert forty["answers"]["fixed"]["estimate"] == pytest.approx(-40.1, abs=0.1)
    # as that arena's own board counted: both-bad as half a win each
    for choice, estimate, half in (("", -10.6, 1.44), ("&best=40", -34.0, 1.79)):
        asked = f"/api/v1/china-us?board=source-chatbot-arena-2024&both_bad=tie{choice}"
        fixed = client.get(asked).json()["answers"]["fixed"]
        assert fixed["estimate"] == pytest.approx(estimate, abs=0.1)
        assert fixed["upper"] - fixed["estimate"] == pytest.approx(half, abs=0.01)
    one = client.get("/api/v1/china-us?board=source-chatbot-arena-2024&one=1").json()
    assert one["answers"]["fixed"]["lower"] > 0  # the sign turns with the choice of models
    assert one["answers"]["hierarchical"]["lower"] < 0 < one["answers"]["hierarchical"]["upper"]
