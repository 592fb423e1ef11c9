"""Published figures: every one sourced, contradictions side by side, never votes."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from arena.leaderboard.adoption import COLUMNS, DATA, load
from arena.leaderboard.models import AdoptionFigure

pytestmark = pytest.mark.django_db
ROW = {
    "id": "T1", "measure": "hf_downloads_month", "definition": "Downloads of everything", "period_start": "2026-01",
    "period_end": "2026-01", "unit": "downloads", "group_kind": "country", "group": "China", "value": "12.5",
    "source_title": "A report", "publisher": "Somebody", "published": "2026-02", "address": "https://example.org/a",
    "read_how": "source", "note": "",
}  # fmt: skip


def write(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_our_file_is_whole_and_sourced():
    report = load()
    assert report.refused == []
    assert report.added == AdoptionFigure.objects.count() > 200
    for figure in AdoptionFigure.objects.all():
        assert figure.address.startswith(("https://", "http://"))
        assert figure.source_title
        assert figure.definition
        assert not figure.measure.startswith(("votes_", "benchmark_", "capability_"))


def test_a_second_load_changes_nothing_and_a_correction_is_taken():
    load()
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert load().same == len(rows)


def test_a_known_id_is_corrected(tmp_path: Path):
    out = io.StringIO()
    call_command("import_adoption", str(write(tmp_path / "a.csv", ROW)), stdout=out)
    call_command("import_adoption", str(write(tmp_path / "a.csv", {**ROW, "value": "13"})), stdout=out)
    assert "1 added, 0 changed" in out.getvalue()
    assert "0 added, 1 changed" in out.getvalue()
    assert AdoptionFigure.objects.get().value == "13"


def test_an_imported_correction_outlives_a_start(tmp_path: Path):
    load()
    key = AdoptionFigure.objects.earliest("pk").key
    call_command("import_adoption", str(write(tmp_path / "a.csv", {**ROW, "id": key})), stdout=io.StringIO())
    report = load()
    assert (report.kept, report.changed) == (1, 0)
    assert AdoptionFigure.objects.get(key=key).value == "12.5"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"value": "many"}, "line 2, field value: 'many' is no number"),
        ({"address": ""}, "line 2, field address: is empty"),
        ({"address": "javascript:alert(1)"}, "line 2, field address"),
        ({"published": "May 2026"}, "line 2, field published"),
        ({"read_how": "dreamt"}, "line 2, field read_how"),
        ({"measure": "votes_arena"}, "is no adoption"),
        ({"unit": "date", "value": "May"}, "is no month"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(tmp_path: Path, change: dict[str, str], word: str):
    errors = io.StringIO()
    path = write(tmp_path / "a.csv", {**ROW, **change}, {**ROW, "id": "T2"})
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("import_adoption", str(path), stderr=errors)
    assert word in errors.getvalue()
    assert not AdoptionFigure.objects.exists()


def test_a_missing_column_and_a_second_id(tmp_path: Path):
    (tmp_path / "a.csv").write_text("id,measure\n1,2\n")
    assert load(tmp_path / "a.csv").refused == ["line 1: the column definition is missing"]
    assert "stands on line 2 already" in load(write(tmp_path / "b.csv", ROW, ROW)).refused[0]


def test_the_page_shows_contradictions_side_by_side(client: Client):
    load()
    page = client.get("/adoption/").content.decode()
    top = page[: page.index("None of them is wrong")]
    for share in ("17.1 %", "15.8 %", "41 %", "5.2 %"):
        assert share in top
    assert "second hand" in page
    assert "What this page can't show" in page or "What this page can&#x27;t show" in page
    assert page.count('rel="noreferrer"') > 200


def test_figures_are_written_with_their_bounds(tmp_path: Path, client: Client):
    load(write(tmp_path / "a.csv", {**ROW, "unit": "count_lower_bound", "value": "113000"}))
    page = client.get("/adoption/").content.decode()
    assert "at least 113,000" in page
    assert "2026-01</td>" in page


def test_without_figures_the_page_stands(client: Client):
    assert client.get("/adoption/").status_code == 200
