"""The brokers' own files, where they are at hand: read without a crash, and no row lost."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.registry import READERS, read_file
from harvestdesk.importers.tolerant import Source, decode

_XML_ROW = re.compile(
    r"<(?:OpenPosition|Trade|Lot|Order|SymbolSummary|AssetSummary|CashTransaction|CorporateAction|CashReportCurrency|Transfer)\s"
)
READ_BROKERS = ("schwab", "fidelity", "ibkr")
NOT_READ_YET = {
    "index_GainLoss_Realized_Details_2026.csv",
    "jbms_EAC_Checking_Transactions_20201223-160009.CSV",
    "Realized_Gain_Loss_Account_X12345678.csv",
    "cgt_transaction_history_basic.csv",
    "e2g_ibkr-trades-export.csv",
}


@pytest.fixture(scope="module")
def samples(shared: Path) -> list[Path]:
    return sorted(p for p in (shared / "samples").rglob("*") if p.is_file() and p.suffix != ".tsv")


def data_lines(path: Path) -> set[int]:
    """Lines that plainly hold data, found without the code under test."""
    text = decode(path.name, path.read_bytes()).lstrip("\ufeff")
    if path.suffix == ".xml":
        lines = text.replace("\r\n", "\n").split("\n")
        return {n for n, line in enumerate(lines, start=1) if _XML_ROW.search(line)}
    if path.suffix == ".json":
        return set()
    reader = csv.reader(io.StringIO(text, newline=None))
    found = set()
    for cells in reader:
        names = {c.strip().lower() for c in cells}
        is_header = (
            {"symbol", "description"} <= names
            or {"run date", "action"} <= names
            or "open date" in names
        )
        if sum(1 for c in cells if c.strip()) >= 3 and not is_header:
            found.add(reader.line_num)
    return found


def attempt(path: Path) -> ImportBatch | BadInputError:
    try:
        return read_file(path)
    except BadInputError as error:
        return error


def test_every_sample_is_read_or_named(samples: list[Path]) -> None:
    for path in samples:
        found = attempt(path)
        broker, kind = path.parts[-3], path.parts[-2]
        if isinstance(found, ImportBatch):
            assert found.broker == broker
        else:
            assert broker not in READ_BROKERS or kind == "ofx" or path.name in NOT_READ_YET, (
                found.message
            )
            assert found.code in {"import.unsupported", "import.unknown", "import.closed_lots"}


def test_no_row_of_a_sample_is_lost(
    samples: list[Path], accounted_lines: Callable[[ImportBatch], set[int]]
) -> None:
    checked = 0
    for path in samples:
        try:
            batch = read_file(path)
        except BadInputError:
            continue
        missing = data_lines(path) - accounted_lines(batch)
        assert not missing, f"{path.name}: lines {sorted(missing)} are neither rows nor problems"
        checked += 1
    assert checked >= 35


def test_at_most_one_reader_claims_a_sample(samples: list[Path]) -> None:
    for path in samples:
        source = Source(path.name, "", path.read_bytes())
        try:
            claims = [reader.broker for reader in READERS if reader.recognise(source) is not None]
        except BadInputError:
            continue
        assert len(claims) <= 1, path.name
