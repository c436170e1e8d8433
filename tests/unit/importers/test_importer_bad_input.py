"""Damaged files, foreign files and other people's editors: a message with its line, never a crash."""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harvestdesk.domain.errors import BadInputError, Severity
from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.registry import READERS, read_bytes, read_file
from harvestdesk.importers.tolerant import Source

CASES = Path(__file__).resolve().parents[2] / "cases" / "importers"
ONE_EACH = [
    "harvestdesk/lots.csv",
    "harvestdesk/transactions.csv",
    "harvestdesk/accounts.csv",
    "prices/long.csv",
    "prices/wide.csv",
    "schwab/positions_2020_all_accounts.csv",
    "schwab/positions_2026_individual.csv",
    "schwab/lot_details_wash.csv",
    "schwab/transactions_2020_banner.csv",
    "schwab/Individual_XXX731_Transactions_20260310-171456.csv",
    "schwab/transactions.json",
    "fidelity/positions_2022_bom_crlf.csv",
    "fidelity/positions_2026_sentence_case.csv",
    "fidelity/history_2026_14_columns.csv",
    "ibkr/two_accounts_with_lots.xml",
    "ibkr/trades_and_cash_day_first.xml",
]
TABLES = [name for name in ONE_EACH if name.endswith(".csv")]


def attempt(name: str, raw: bytes) -> ImportBatch | BadInputError:
    try:
        return read_bytes(name, raw)
    except BadInputError as error:
        return error


def outcome(name: str, raw: bytes) -> ImportBatch | BadInputError:
    """The batch or the one error a reader may raise; every problem is fit for a person."""
    batch = attempt(name, raw)
    if isinstance(batch, BadInputError):
        assert name in batch.message
        return batch
    for problem in batch.problems:
        assert problem.message
        assert problem.code
        if problem.severity is Severity.ERROR:
            assert problem.line is not None
            assert problem.code != "value" or problem.column
    return batch


def without_source(batch: ImportBatch | BadInputError) -> ImportBatch:
    assert isinstance(batch, ImportBatch)
    return replace(batch, source=replace(batch.source, sha256="", size=0))


@pytest.mark.parametrize("name", ONE_EACH)
def test_truncated_anywhere(name: str, accounted_lines: Callable[[ImportBatch], set[int]]) -> None:
    raw = (CASES / name).read_bytes()
    for cut in sorted({*range(0, len(raw), max(1, len(raw) // 60)), len(raw) - 1, len(raw) - 2}):
        found = outcome(Path(name).name, raw[:cut])
        if isinstance(found, ImportBatch) and found.kind not in {"accounts", "securities"}:
            assert len(accounted_lines(found)) >= min(found.rows, 1)


@pytest.mark.parametrize("name", ["ibkr/two_accounts_with_lots.xml", "schwab/transactions.json"])
def test_truncated_xml_and_json_are_refused_whole_with_a_line(name: str) -> None:
    raw = (CASES / name).read_bytes()
    error = outcome(Path(name).name, raw[: len(raw) // 2])
    assert isinstance(error, BadInputError)
    assert "line " in error.message
    assert "Expected" in error.message


def test_a_positions_file_that_lost_its_end_says_so() -> None:
    raw = (CASES / "schwab/positions_2026_individual.csv").read_bytes()
    found = outcome("p.csv", raw[: raw.index(b'"Positions Total')])
    assert isinstance(found, ImportBatch)
    assert "file.cut" in {p.code for p in found.problems}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("variant", ["bom", "crlf", "cr", "utf16", "tabs"])
def test_other_editors_change_nothing(name: str, variant: str) -> None:
    path = CASES / name
    text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    expected = without_source(outcome(path.name, text.encode()))
    raw = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "cr": text.replace("\n", "\r").encode(),
        "utf16": text.encode("utf-16"),
        "tabs": redelimited(text, "\t").encode(),
    }[variant]
    if variant == "tabs" and isinstance(outcome(path.name, raw), BadInputError):
        pytest.fail("a tab-separated copy must be read")
    assert without_source(outcome(path.name, raw)) == expected


def redelimited(text: str, mark: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()


@pytest.mark.parametrize("name", TABLES)
def test_semicolon_copies_are_read_alike_or_say_why_not(name: str) -> None:
    path = CASES / name
    text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    found = outcome(path.name, redelimited(text, ";").encode())
    expected = without_source(outcome(path.name, text.encode()))
    if isinstance(found, BadInputError):
        assert "decimal" in found.message
    elif without_source(found) != expected:
        assert any("decimal mark" in p.message for p in found.problems)


@pytest.mark.parametrize("name", ["ibkr/two_accounts_with_lots.xml", "schwab/transactions.json"])
@pytest.mark.parametrize("variant", ["bom", "crlf", "cr", "utf16"])
def test_other_editors_change_nothing_in_markup(name: str, variant: str) -> None:
    path = CASES / name
    text = path.read_text(encoding="utf-8")
    raw = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "cr": text.replace("\n", "\r").encode(),
        "utf16": text.encode("utf-16"),
    }[variant]
    found, expected = (
        without_source(outcome(path.name, raw)),
        without_source(outcome(path.name, text.encode())),
    )
    if name.endswith(".json") and variant == "cr":
        found, expected = replace(found, problems=()), replace(expected, problems=())
        assert [t.symbol for t in found.transactions] == [t.symbol for t in expected.transactions]
    else:
        assert found == expected


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"\x00\x01\x02" * 50, random.Random(7).randbytes(500), b"PK\x03\x04abc"]
)
def test_empty_and_binary(raw: bytes) -> None:
    assert isinstance(outcome("f.csv", raw), BadInputError)


def test_every_case_has_exactly_one_reader(case_files: list[Path]) -> None:
    for path in case_files:
        source = Source(path.name, "", path.read_bytes())
        names = [reader.broker for reader in READERS if reader.recognise(source) is not None]
        assert names == [path.parent.name], path.name


@pytest.mark.parametrize(
    ("text", "broker", "kind"),
    [
        ("OFXHEADER:100\nDATA:OFXSGML\n\n<OFX>\n", "OFX", "download"),
        (
            "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n1,A,B,1,1,1,\n",
            "Vanguard",
            "holdings",
        ),
        ("Account Summary\nAccount,Net Account Value\n", "TRADE", "positions"),
        (
            'Statement,Header,Field Name,Field Value\nStatement,Data,Title,"Activity"\n',
            "Interactive Brokers",
            "CSV",
        ),
        (
            "Date acquired,Quantity,Cost basis,Cost basis/share,Value,Sale availability date\n",
            "Fidelity",
            "NetBenefits",
        ),
        (
            "Activity Date,Process Date,Settle Date,Instrument,Description,Trans Code,Quantity,Price,Amount\n",
            "Robinhood",
            "transactions",
        ),
    ],
)
def test_known_files_without_reader_are_named(text: str, broker: str, kind: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_bytes("f.csv", text.encode())
    assert broker in caught.value.message
    assert kind in caught.value.message
    assert caught.value.code == "import.unsupported"


@pytest.mark.parametrize(
    "text",
    [
        "Dear customer, please find attached\nnothing useful.\n",
        "Name,Age\nAda,36\n",
        "date,symbol,instrumentType,quantity,activityType,unitPrice\n2024-01-15,MSFT,EQUITY,10,BUY,380.50\n",
        "<html><body>Sign in to your account</body></html>",
        '{"error": "session expired"}',
        "[1, 2, 3]",
        "DATE,OPEN,HIGH,LOW,CLOSE,VOLUME\n2024-01-15,1,2,1,2,100\n",
    ],
)
def test_unknown_files_are_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_bytes("f.csv", text.encode())
    assert "Expected" in caught.value.message
    assert caught.value.code == "import.unknown"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadInputError, match="opened"):
            read_file(path)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><FlexQueryResponse><FlexStatements/></FlexQueryResponse>',
        '<?xml version="1.0"?>\n<!DOCTYPE FlexQueryResponse SYSTEM "file:///etc/hosts">\n<FlexQueryResponse/>',
        '<!DOCTYPE l [<!ENTITY l "l"><!ENTITY l1 "&l;&l;&l;&l;">]>\n<FlexQueryResponse>&l1;</FlexQueryResponse>',
    ],
)
def test_entities_and_document_types_are_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="entity declaration"):
        read_bytes("f.xml", text.encode())


def test_deeply_nested_markup_is_refused() -> None:
    deep = "<FlexQueryResponse>" + "<a>" * 5000
    assert isinstance(outcome("f.xml", deep.encode()), BadInputError)
    nested = '{"BrokerageTransactions": ' + "[" * 100_000
    assert isinstance(outcome("f.json", nested.encode()), BadInputError)


def test_flex_dates_that_could_be_read_two_ways_are_refused_with_the_way_out() -> None:
    text = (
        '<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1" fromDate="03/04/2025" toDate="05/04/2025">'
        '<Trades><Trade currency="USD" symbol="Q" tradeDate="03/04/2025" quantity="1" netCash="-5" buySell="BUY"/></Trades>'
        "</FlexStatement></FlexStatements></FlexQueryResponse>"
    )
    batch = read_bytes("f.xml", text.encode())
    assert batch.transactions == ()
    assert "yyyy-MM-dd" in batch.problems[0].message


def test_flex_rows_without_currency_are_dollars_and_said() -> None:
    text = (
        '<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1"><Trades>'
        '<Trade symbol="Q" tradeDate="20250403" quantity="1" netCash="-5" buySell="BUY"/></Trades>'
        "</FlexStatement></FlexStatements></FlexQueryResponse>"
    )
    batch = read_bytes("f.xml", text.encode())
    assert len(batch.transactions) == 1
    assert "currency.missing" in {p.code for p in batch.problems}


def test_two_accounts_with_the_same_tail_stay_apart() -> None:
    text = (
        "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total\n"
        "X11110042,Alpha,Q,Q INC,1,$1.00,$1.00,$1.00\nY22220042,Beta,Q,Q INC,1,$1.00,$1.00,$1.00\n"
    )
    batch = read_bytes("f.csv", text.encode())
    assert len({a.key for a in batch.accounts}) == 2
    assert {a.number_tail for a in batch.accounts} == {"0042"}
    assert "X1111" not in repr(batch.accounts)
