"""Files of closed lots: every row becomes a lot or a finding, and the import points to the comparison."""

import dataclasses
import json
import re
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.importers.closed_lots.batch import ClosedLot, ClosedLotBatch
from harvestdesk.importers.closed_lots.registry import (
    READERS,
    read_closed_bytes,
    read_closed_lots,
)
from harvestdesk.importers.registry import read_bytes, read_file
from harvestdesk.importers.tolerant import Source

CASES = Path(__file__).resolve().parents[2] / "cases" / "closed_lots"
FILES = sorted(p for p in CASES.rglob("*") if p.is_file() and p.suffix != ".json")
SCHWAB = CASES / "schwab" / "Joint_Tenant_GainLoss_Realized_Details_20260112-093011.csv"


def plain(value: object) -> object:
    """JSON of a lot or problem; what is empty is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {k: plain(v) for k, v in pairs if v not in ("", (), None, False)}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def batch_json(batch: ClosedLotBatch) -> dict[str, object]:
    return {
        "broker": batch.statement.broker,
        "kind": batch.statement.kind,
        "rows": batch.statement.rows,
        "period": [plain(batch.first), plain(batch.last)],
        "accounts": plain(batch.statement.accounts),
        "lots": plain(batch.lots),
        "problems": plain(batch.problems),
    }


def lines_of(batch: ClosedLotBatch) -> set[int | None]:
    return {lot.line for lot in batch.lots} | {p.line for p in batch.problems}


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_layout_becomes_the_expected_lots(path: Path, request: pytest.FixtureRequest) -> None:
    found = batch_json(read_closed_lots(path))
    expected = path.with_name(path.name + ".json")
    if request.config.getoption("--update-golden"):
        expected.write_text(
            json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    assert found == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_row_is_a_lot_or_a_finding(path: Path) -> None:
    batch = read_closed_lots(path)
    said = [p for p in batch.problems if p.line is not None]
    assert batch.statement.rows == len(
        {lot.line for lot in batch.lots}
        | {p.line for p in said if p.code not in {"row.text", "section.skipped", "column.unknown"}}
    )


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.suffix == ".csv"], ids=lambda p: f"{p.parent.name}/{p.name}"
)
def test_the_import_refuses_and_names_the_comparison(path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        read_file(path)
    assert "Compare with broker's closed lots" in caught.value.message
    assert path.name in caught.value.message


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_exactly_one_reader_claims_a_file(path: Path) -> None:
    source = Source(path.name, "", path.read_bytes())
    claims = [r.title for r in READERS if r.recognise(source) is not None]
    # Our own table understands the plain words other layouts use; it is asked last.
    assert [c for c in claims if c != "HarvestDesk closed lots"][:1] in ([], claims[:1])
    assert claims


def test_schwab__transaction_cost_is_the_cost_before_wash_sales() -> None:
    lot = next(x for x in read_closed_lots(SCHWAB).lots if x.washed)
    assert (lot.basis, lot.original_basis, lot.disallowed) == (
        Decimal("950.00"), Decimal("930.00"), Decimal("150.00"),
    )  # fmt: skip


def test_schwab_summary__refused_with_what_is_needed() -> None:
    text = (
        '"Realized Gain/Loss - Summary for Joint as of x from 01/01/2025 to 12/31/2025"\n'
        "Symbol,Name,Closed Date,Quantity,Closing Price,Cost Basis Method,Proceeds,Cost Basis,"
        "Wash Sale?,Disallowed Loss\n"
    )
    with pytest.raises(BadInputError, match=r"Lot Details, with the column Opened Date"):
        read_closed_bytes("summary.csv", text.encode())


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("empty.csv", b"", "the file is empty"),
        ("photo.png", b"\x89PNG\r\n", "a picture"),
        ("book.xlsx", b"PK\x03\x04....", "save the sheet as CSV"),
        ("list.csv", b"a,b\n1,2\n", "no list of closed lots"),
        ("damaged.xml", b"<FlexQueryResponse><FlexStatement>", "the XML is damaged"),
        ("none.xml", b"<FlexQueryResponse><X a='1'/></FlexQueryResponse>", "Closed Lots ticked"),
        ("sums.ofx", b"<OFX><TAX1099B_V100><X>1</TAX1099B_V100></OFX>", "no single sales"),
    ],
)
def test_unusable_files_are_named_with_what_was_expected(name: str, raw: bytes, words: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_closed_bytes(name, raw)
    assert name in caught.value.message
    assert words in caught.value.message


@pytest.mark.parametrize("cut", range(60, 2400, 171))
def test_a_file_cut_short_never_loses_a_row_silently(cut: int) -> None:
    raw = SCHWAB.read_bytes()[:cut]
    try:
        batch = read_closed_bytes(SCHWAB.name, raw)
    except BadInputError:
        return
    data = raw.decode().split("\n")[2:]
    assert len([x for x in data if x.strip()]) == batch.statement.rows


def test_own_table_is_never_taken_for_open_lots() -> None:
    text = "account,symbol,shares,acquired,sold,proceeds,cost_basis\nA,QVTI,1,2025-01-06,2025-02-06,9,8\n"
    with pytest.raises(BadInputError, match="closed lots"):
        read_bytes("lots.csv", text.encode())
    lots = read_closed_bytes("lots.csv", text.encode()).lots
    assert lots == (
        ClosedLot(
            2, "A", "QVTI", Decimal(1), date(2025, 2, 6), Decimal(9), Decimal(8), date(2025, 1, 6)
        ),
    )


def test_shared_samples__every_data_row_is_accounted_for(shared: Path) -> None:
    samples = [
        *sorted((shared / "samples").glob("*/closed_lots/*")),
        shared / "samples" / "ibkr" / "flex" / "index_closed_lots_Lot_element.xml",
    ]
    assert len(samples) >= 4
    for path in samples:
        batch = read_closed_lots(path)
        text = path.read_text(encoding="utf-8-sig").split("\n")
        data = {
            n
            for n, line in enumerate(text, start=1)
            if re.search(r"\d{2}/\d{4},|\d/\d{1,2}/\d{4},|<Lot |^Total|\"\d\d/\d\d/\d{4}\"", line)
        }
        assert data <= lines_of(batch), path.name
        assert batch.lots, path.name
        assert all(p.severity.value != "error" for p in batch.problems), path.name
