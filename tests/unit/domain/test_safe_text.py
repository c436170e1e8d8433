import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.safe_text import (
    csv_cell,
    csv_text,
    is_formula_like,
    neutral,
    order_symbol,
    safe_file_name,
)

CORPUS = [
    lead + first + "cmd|' /C calc'!A0"
    for lead in ("", " ", '"', "'", "\u00a0", "\ufeff", "\u3000 ", "\"'", "\u200b")
    for first in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
]


@pytest.mark.parametrize("text", CORPUS)
def test_neutral__formula_starts_are_marked(text: str) -> None:
    assert neutral(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["Rivera joint", "BRK.B", "50% bonds", "a=b", "", "x-1", "§1091", "—"]
)
def test_neutral__ordinary_text_is_untouched(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize("text", ["-12.50", "+3", "0", "1234.5678", "-.5"])
def test_numbers_stay_numbers(text: str) -> None:
    assert neutral(text) == text
    assert csv_cell(text) == text


@pytest.mark.parametrize("text", ["-1+cmd", "-1,5", "+1 2", "-12.50\n", "-٣", "1e5-"])
def test_almost_numbers_are_text(text: str) -> None:
    assert csv_cell(text).startswith('"')


def test_csv_cell__types() -> None:
    assert csv_cell(Decimal("-0.10")) == "-0.1"
    assert csv_cell(Decimal("1E+3")) == "1000"
    assert csv_cell(date(2025, 12, 5)) == "2025-12-05"
    assert csv_cell(7) == "7"
    assert csv_cell(None) == ""
    assert csv_cell('say "no"') == '"say ""no"""'


def test_csv_text__line_ends_and_separators_inside_cells_survive() -> None:
    rows = [["a;=1", "b\n=2", "c,d"], ["e", "", "f"]]
    assert list(csv.reader(io.StringIO(csv_text(rows), newline=""))) == rows


@given(
    st.lists(
        st.text(
            st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=12
        ),
        min_size=1,
    )
)
def test_csv_text__every_cell_reads_back_harmless(cells: list[str]) -> None:
    (row,) = list(csv.reader(io.StringIO(csv_text([[*cells, "end"]]), newline="")))
    for cell, original in zip(row, cells, strict=False):
        assert cell == neutral(original)
        assert (
            not is_formula_like(cell.lstrip("'"))
            or cell.startswith("'")
            or cell.strip("+-.0123456789") == ""
        )


@pytest.mark.parametrize(
    "symbol", ["A", "BRK.B", "BF/B", "RDS-A", "3M", "ABCDEFGHIJKLMNO", "912828ZQ6"]
)
def test_order_symbol__good(symbol: str) -> None:
    assert order_symbol(symbol) == symbol


@pytest.mark.parametrize(
    "symbol", ["", "a", ".A", "-A", "=A", "A B", "A,B", "A\n", "ABCDEFGHIJKLMNOP", "Ａ", "É"]
)
def test_order_symbol__bad_is_refused_with_the_way_out(symbol: str) -> None:
    with pytest.raises(BadInputError, match="symbol"):
        order_symbol(symbol)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Rivera joint", "Rivera-joint"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "file-CON"),
        ("lpt1.txt", "file-lpt1.txt"),
        ("a?b#c%d", "a-b-c-d"),
        ("📈", "file"),
        ("name.", "name"),
        ("\\\\server\\share", "server-share"),
        ("x" * 300, "x" * 80),
    ],
)
def test_safe_file_name(text: str, name: str) -> None:
    assert safe_file_name(text) == name
