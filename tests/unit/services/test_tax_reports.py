"""The service behind pages and files of a tax year, on a real book."""

from pathlib import Path

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.services.context import AppContext
from harvestdesk.services.tax_reports import (
    TAX_FORMATS,
    TAX_KINDS,
    build_tax_report,
    export_tax_file,
    year_facts,
)
from harvestdesk.washsale.year import year_results


def test_every_kind_makes_a_page_of_the_sample(sample: AppContext) -> None:
    assert set(TAX_KINDS) == {"form-8949", "schedule-d", "carryover", "wash-ledger"}
    for kind in TAX_KINDS:
        report = build_tax_report(sample, kind, 2025)
        assert report.blocks
        assert report.simulated
    assert build_tax_report(sample, "form-8949") == build_tax_report(sample, "form-8949", 2025)


def test_the_pages_agree_with_the_years_results(sample: AppContext) -> None:
    snapshot = sample.snapshot()
    results = year_results(snapshot, 2025)
    rows = year_facts(snapshot, 2025).sales.rows
    short = sum(r.gain or 0 for r in rows if r.term.value == "short")
    long = sum(r.gain or 0 for r in rows if r.term.value == "long")
    assert len(rows) > 0
    assert (short, long) == (results.short, results.long - results.distributions_long)


@pytest.mark.parametrize("file_format", TAX_FORMATS)
def test_every_format_writes_a_file(sample: AppContext, tmp_path: Path, file_format: str) -> None:
    target = tmp_path / "new" / "sales.txt"
    made = export_tax_file(sample, 2025, file_format, target)
    assert made.paths == (target,)
    assert target.read_text(encoding="utf-8")
    again = target.read_bytes()
    export_tax_file(sample, 2025, file_format, target)
    assert target.read_bytes() == again


def test_a_year_without_sales_is_a_page_and_an_empty_file(ctx: AppContext, tmp_path: Path) -> None:
    for kind in TAX_KINDS:
        assert build_tax_report(ctx, kind, 2019).blocks
    made = export_tax_file(ctx, 2019, "taxact", tmp_path / "none.csv")
    assert (made.rows, made.problems) == (0, ())


@pytest.mark.parametrize(
    ("kind", "year", "code"),
    [("form-1040", 2025, "report.kind"), ("form-8949", 25, "report.year")],
)
def test_what_can_not_be_is_refused(ctx: AppContext, kind: str, year: int, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        build_tax_report(ctx, kind, year)
    assert caught.value.code == code


def test_an_unknown_format_is_refused_and_nothing_written(ctx: AppContext, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="Expected one of"):
        export_tax_file(ctx, 2025, "xls", tmp_path / "x.xls")
    assert not list(tmp_path.glob("x.xls"))
