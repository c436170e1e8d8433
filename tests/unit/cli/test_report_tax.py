"""`report` for tax pages and files: suffixes, presets, what is said, and what is refused."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tax_samples import ACCOUNTS, SECURITIES, tax_household, transactions

from harvestdesk.cli.main import main
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import HouseholdId
from harvestdesk.store.database import HouseholdBook


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with the transactions of the tax household."""
    path = tmp_path_factory.mktemp("tax") / "rivera.harvest"
    household = Household(HouseholdId("household-1"), "Rivera", fixed_as_of="2026-02-10")
    with HouseholdBook.create(path, household) as made, made.write("Import") as work:
        work.put_people(tax_household().people)
        work.put_accounts(ACCOUNTS)
        work.put_securities(SECURITIES)
        work.add_transactions(transactions())
    return path


@pytest.fixture
def run(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HARVESTDESK_HOME", str(tmp_path / "home"))
    printed = []

    def call(*argv: object) -> int:
        return main(
            ["report", *(str(a) for a in argv), "--household", str(book)],
            paper=lambda report, path: printed.append((report, path)),
            screens=lambda book, out: None,
        )

    call.printed = printed  # type: ignore[attr-defined]
    return call


@pytest.mark.parametrize("kind", ["form-8949", "schedule-d", "carryover", "wash-ledger"])
def test_a_page_as_pdf(run, tmp_path: Path, kind: str) -> None:
    assert run(kind, "--year", 2025, "--out", tmp_path / "page.pdf") == 0
    ((report, path),) = run.printed
    assert path == tmp_path / "page.pdf"
    assert dict(report.header)["Tax year"].startswith("2025")


def test_form_8949_as_txf_csv_and_for_taxact(run, tmp_path: Path, capsys) -> None:
    txf, own, taxact = (tmp_path / n for n in ("a.txf", "b.csv", "c.csv"))
    assert run("form-8949", "--year", 2025, "--out", txf) == 0
    assert "TXF has no code for digital assets" in capsys.readouterr().err
    assert txf.read_bytes().startswith(b"V042\r\n")
    assert run("form-8949", "--year", 2025, "--out", own) == 0
    assert own.read_text().startswith('"Form8949Box"')
    assert run("form-8949", "--year", 2025, "--out", taxact, "--preset", "taxact") == 0
    assert taxact.read_text().startswith('"Description","Date Acquired"')


def test_json_names_files_rows_and_what_is_left_out(run, tmp_path: Path, capsys) -> None:
    assert run("form-8949", "--year", 2025, "--out", tmp_path / "a.txf", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"] == [str(tmp_path / "a.txf")]
    assert answer["rows"] == 16
    assert {p["code"] for p in answer["problems"]} == {"txf.digital", "txf.no_cost"}


def test_other_pages_as_csv_are_the_page(run, tmp_path: Path) -> None:
    assert run("schedule-d", "--year", 2025, "--out", tmp_path / "d.csv") == 0
    assert "Schedule D summary" in (tmp_path / "d.csv").read_text(encoding="utf-8-sig")


def test_the_default_year_is_that_of_the_viewing_day(run, tmp_path: Path) -> None:
    assert run("form-8949", "--out", tmp_path / "page.pdf") == 0
    ((report, _),) = run.printed
    assert dict(report.header)["Tax year"].startswith("2026")


@pytest.mark.parametrize(
    "argv",
    [
        ["schedule-d", "--out", "x.txf"],
        ["form-8949", "--out", "x.docx"],
        ["form-8949", "--out", "x.pdf", "--preset", "taxact"],
        ["schedule-d", "--out", "x.csv", "--preset", "taxact"],
        ["form-8949", "--out", "x.csv", "--preset", "turbotax"],
        ["form-8949", "--out", "x.pdf", "--plan", "plan-1"],
        ["form-8949", "--out", "x.pdf", "--year", "25"],
        ["form-8949", "--out", "x.pdf", "--year", "last"],
        ["worksheet", "--out", "x.pdf", "--year", "2025"],
        ["form-1040", "--out", "x.pdf"],
    ],
)
def test_what_does_not_fit_is_refused(run, capsys, argv: list[str]) -> None:
    assert run(*argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip()


def test_the_book_holds_what_the_sample_says(book: Path) -> None:
    with HouseholdBook.open(book, view_only=True) as opened:
        stored = opened.snapshot(date(2026, 2, 10)).transactions
    assert sum((t.amount for t in stored), Decimal(0)) == sum(
        (t.amount for t in transactions()), Decimal(0)
    )
