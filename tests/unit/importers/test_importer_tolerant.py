"""Encodings, delimiters, line ends and quotation marks; the lines are those an editor shows."""

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.importers.tolerant import (
    Source,
    bind,
    decode,
    normal_name,
    read_rows,
    sniff_delimiter,
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_every_unicode_encoding_gives_the_same_text(encoding: str) -> None:
    text = "Symbol,Description\nQVTI,Quill\n" * 3
    assert decode("x.csv", text.encode(encoding)).lstrip("\ufeff") == text


def test_windows_files_keep_their_accents() -> None:
    assert decode("x.csv", "Sociéte’s,1\n".encode("cp1252")) == "Sociéte’s,1\n"


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "empty"),
        (b"PK\x03\x04rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\x00....", "harvest"),
        (bytes(range(256)) * 4, "not a text"),
        (b"a,b\x00c\n1,2\n", "not a text"),
    ],
)
def test_what_is_not_text_is_named(raw: bytes, word: str) -> None:
    with pytest.raises(BadInputError, match=word) as caught:
        decode("holdings.csv", raw)
    assert "holdings.csv" in caught.value.message


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1,5\t2\n", "\t"),
        ("abc\n", ","),
        ('"a;b;c",d\n"e;f;g",h\n', ","),
    ],
)
def test_the_delimiter_is_found(text: str, mark: str) -> None:
    assert sniff_delimiter(text) == mark


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_physical_lines(end: str) -> None:
    text = end.join(["", "a,b", "", '"two', 'lines",2', "3,4", ""])
    rows = list(read_rows("x.csv", text, ","))
    assert [(row.line, row.cells[0]) for row in rows] == [(2, "a"), (4, "two\nlines"), (6, "3")]


def test_a_mark_that_never_closes_spoils_its_own_line_only() -> None:
    text = 'a,b\n"1,2\n3,4\n' + "5,6\n" * 40
    rows = list(read_rows("x.csv", text, ","))
    assert [row.line for row in rows if row.cut] == [2]
    assert len(rows) == 43


def test_inches_in_a_description_are_no_quotation_marks() -> None:
    rows = list(read_rows("x.csv", 'a,b\n5" pipe,2\n6" pipe,3\n', ","))
    assert [row.cells for row in rows] == [("a", "b"), ('5" pipe', "2"), ('6" pipe', "3")]


def test_a_cell_without_end_is_refused_with_its_line() -> None:
    with pytest.raises(BadInputError, match="line 2"):
        list(read_rows("x.csv", "a,b\n" + "x" * 200_000 + ",1\n", ","))


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Amount ($)", "amount"),
        ("Qty (Quantity)", "qty"),
        ("Gross Amount ", "gross amount"),
        ("Today’s Gain/Loss Dollar", "todays gain/loss dollar"),
        ("cost_basis", "cost basis"),
        ("Fees & Comm", "fees & comm"),
        ('<span style="color: rgb(0,0,51);">Date sold</span>', "date sold"),
        ("Price Change $", "price change $"),
    ],
)
def test_column_names_are_compared_bare(cell: str, name: str) -> None:
    assert normal_name(cell) == name


def test_cells_beyond_the_header_are_noticed_but_trailing_commas_are_not() -> None:
    rows = list(read_rows("x.csv", "Symbol,Price\nA,1,\nB,1,2\nC\n", ","))
    header = bind(rows[0], {"symbol": ("symbol",), "price": ("price",)}, ("symbol", "price"))
    assert header is not None
    assert [header.overflow(row) for row in rows[1:]] == [False, True, False]
    assert header.cell(rows[3], "price") == ""


def test_excel_text_formulas_are_taken_off() -> None:
    rows = list(read_rows("x.csv", 'Ref\n="5320"\n', ","))
    header = bind(rows[0], {"ref": ("ref",)}, ("ref",))
    assert header is not None
    assert header.cell(rows[1], "ref") == "5320"


def test_contradicting_decimal_marks_are_refused() -> None:
    source = Source("x.csv", "", b"a;b\n1,5;2.5\n")
    with pytest.raises(BadInputError, match="decimal"):
        _ = source.style
