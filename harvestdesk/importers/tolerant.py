"""Bytes to rows: encodings, delimiters, line ends, headers wherever they stand, and line numbers.

Nothing here knows a broker. Rows keep the physical line they start on, counted as an editor counts.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice

from harvestdesk.domain.errors import BadInputError
from harvestdesk.importers.values import NumberStyle, number_style

MAX_BYTES = 256 * 1024 * 1024
_MAX_LINES_IN_CELL = 30
_SNIFF_ROWS = 400

_SIGNATURES = (
    (b"PK\x03\x04", "an Excel workbook or zip archive; save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    (b"%PDF", "a PDF; download the CSV or XML from the broker instead"),
    (
        b"SQLite format 3\x00",
        "a database; open a .harvest file with File > Open instead of importing it",
    ),
    (b"\x1f\x8b", "a compressed file; unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def bad_file(
    name: str, message: str, *, line: int | None = None, expected: str = "", code: str = "file"
) -> BadInputError:
    """Return the error of a whole file: which one, where, and what was expected."""
    where = f"{name}, line {line}" if line is not None else name
    wanted = f" Expected: {expected}." if expected else ""
    return BadInputError(
        f"{where}: {message}.{wanted}", code=f"import.{code}", line=line, expected=expected
    )


def decode(name: str, raw: bytes) -> str:
    """Return the text of a file: BOM, UTF-8, UTF-16 without BOM, then Windows-1252.

    Raises:
        BadInputError: when the bytes are empty, binary or in no known encoding.
    """
    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise bad_file(
            name,
            "the file is empty",
            expected="a CSV, XML or JSON file from a broker",
            code="empty",
        )
    for magic, what in _SIGNATURES:
        if raw.startswith(magic):
            raise bad_file(
                name, f"this is {what}", expected="text (CSV, XML or JSON)", code="binary"
            )
    text = _decoded(raw)
    if text is None or _looks_binary(text):
        raise bad_file(
            name, "this is not a text file", expected="text (CSV, XML or JSON)", code="binary"
        )
    return text


def _decoded(raw: bytes) -> str | None:
    for encoding in _encodings(raw):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _encodings(raw: bytes) -> tuple[str, ...]:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return (encoding, "cp1252") if encoding == "utf-8-sig" else (encoding,)
    head = raw[:4000]
    if head.count(0) * 5 > len(head) * 2:
        return ("utf-16-le",) if head[1::2].count(0) > head[0::2].count(0) else ("utf-16-be",)
    return ("utf-8", "cp1252")


def _looks_binary(text: str) -> bool:
    if "\x00" in text:
        return True
    controls = sum(1 for c in text[:20_000] if ord(c) < 32 and c not in "\t\r\n\f\x1a")
    return controls > 2 and controls * 200 > min(len(text), 20_000)


@dataclass(frozen=True, slots=True)
class Row:
    """One logical row.

    Attributes:
        line: physical line it starts on, from 1.
        cut: a quotation mark is opened in it and never closed.
    """

    line: int
    cells: tuple[str, ...]
    cut: bool = False

    @property
    def filled(self) -> int:
        """Number of cells that hold anything."""
        return sum(1 for cell in self.cells if cell and not cell.isspace())

    @property
    def text(self) -> str:
        """The filled cells joined, for messages, at most 120 characters."""
        joined = " | ".join(c.strip() for c in self.cells if c.strip())
        return joined if len(joined) <= 120 else joined[:117] + "..."


@dataclass(frozen=True)
class Source:
    """A file in memory, read as deeply as a reader asks for."""

    name: str
    sha256: str
    raw: bytes = field(repr=False)

    @cached_property
    def text(self) -> str:
        """The decoded text.

        Raises:
            BadInputError: see `decode`.
        """
        return decode(self.name, self.raw)

    @cached_property
    def head(self) -> str:
        """The first 4,000 characters, without leading blanks."""
        return self.text[:8000].lstrip("\ufeff \t\r\n\f")[:4000]

    @property
    def is_markup(self) -> bool:
        """True for XML, HTML, OFX and JSON: not a table of cells."""
        return self.head[:1] in {"<", "{", "["} or self.head.startswith("OFXHEADER")

    @cached_property
    def delimiter(self) -> str:
        """The mark between cells: comma, semicolon or tab."""
        return sniff_delimiter(self.text)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All rows that hold anything; no rows for markup."""
        return () if self.is_markup else tuple(read_rows(self.name, self.text, self.delimiter))

    @cached_property
    def style(self) -> NumberStyle:
        """How numbers are written: always 1,234.56 between commas, else what the cells prove.

        Raises:
            BadInputError: when the file writes both 1,5 and 1.5.
        """
        if self.delimiter == ",":
            return NumberStyle.POINT
        style = number_style(cell for row in self.rows for cell in row.cells)
        if style is None:
            raise bad_file(
                self.name,
                "some numbers are written with a decimal comma and some with a decimal point",
                line=self.rows[0].line if self.rows else None,
                expected="one decimal mark in the whole file",
                code="decimal_mark",
            )
        return style


def sniff_delimiter(text: str) -> str:
    """Return the delimiter the first lines agree on best; a comma when in doubt."""
    lines = [_QUOTED.sub("", line) for line in text[:60_000].splitlines()[:_SNIFF_ROWS]]
    filled = [line for line in lines if line.strip()]
    if not filled:
        return ","

    def score(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in filled]
        return sum(1 for n in counts if n >= 1), sum(counts)

    best = max((",", ";", "\t"), key=lambda mark: (score(mark)[0], score(mark)[1], mark == ","))
    return best if score(best)[0] else ","


_QUOTED = re.compile(r'"[^"]*"')


def read_rows(name: str, text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a delimited text that hold anything.

    A quotation mark that is never closed spoils its own line only: that row is marked `cut`.

    Raises:
        BadInputError: when a cell is longer than any broker writes.
    """
    lines = list(io.StringIO(text.lstrip("\ufeff"), newline=None))
    if not any(line.count('"') % 2 for line in lines):
        yield from _plain_rows(name, lines, delimiter)
        return
    start = 0
    while start < len(lines):
        size, cut = _row_size(lines, start)
        for row in _plain_rows(name, lines[start : start + size], delimiter, start):
            yield Row(row.line, row.cells, cut)
        start += size


def _plain_rows(name: str, lines: Sequence[str], delimiter: str, offset: int = 0) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            row = Row(offset + before + 1, tuple(cells))
            before = reader.line_num
            if row.filled:
                yield row
    except csv.Error as error:
        raise bad_file(
            name,
            f"the row can't be read ({error})",
            line=offset + reader.line_num,
            expected="cells of ordinary length",
            code="csv",
        ) from error


def _row_size(lines: Sequence[str], start: int) -> tuple[int, bool]:
    """Return how many lines the row takes, and True if its quotation mark never closes."""
    quotes = 0
    for size, line in enumerate(islice(lines, start, start + _MAX_LINES_IN_CELL), start=1):
        quotes += line.count('"')
        if quotes % 2 == 0:
            return size, False
    return 1, True


# --- headers ---------------------------------------------------------------------------------------

_TAGS = re.compile(r"<[^>]*>")
_BRACKETS = re.compile(r"\([^)]*\)")
_MARKS = re.compile(r"[^a-z0-9$%#&/+ ]+")


@lru_cache(maxsize=8192)
def normal_name(cell: str) -> str:
    """Return a column name as it is compared: lower case, no brackets, no punctuation, single spaces."""
    text = cell.strip().lower().replace("\u2019", "'").replace("_", " ")
    text = _BRACKETS.sub(" ", _TAGS.sub(" ", text))
    text = _MARKS.sub(" ", text.replace("'", ""))
    return " ".join(text.split())


Columns = Mapping[str, tuple[str, ...]]
"""Field -> normalised names it goes by; the first one is used in messages."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header row bound to the fields of a layout."""

    line: int
    index: Mapping[str, int]
    names: tuple[str, ...]

    @property
    def width(self) -> int:
        """Number of named columns, trailing blanks left out."""
        return len(self.names)

    def has(self, name: str) -> bool:
        """True if the file has the column."""
        return name in self.index

    def column(self, name: str) -> str:
        """Return the file's own name of a field, for messages."""
        position = self.index.get(name)
        return name if position is None else self.names[position].strip()

    def cell(self, row: Row, name: str) -> str:
        """Return the stripped cell of a field; empty where row or file lack it."""
        position = self.index.get(name, -1)
        if position < 0 or position >= len(row.cells):
            return ""
        cell = row.cells[position].strip()
        return clean_cell(cell) if cell[:1] == "=" else cell

    def raw(self, row: Row, names: Sequence[str]) -> tuple[str, ...]:
        """Return the cells of those of the fields the file has, as they are; for telling rows apart."""
        cells = row.cells
        return tuple(
            cells[self.index[name]]
            for name in names
            if name in self.index and self.index[name] < len(cells)
        )

    def overflow(self, row: Row) -> bool:
        """True if the row holds something beyond the last named column: its cells may have shifted."""
        return len(row.cells) > len(self.names) and any(
            c.strip() for c in row.cells[len(self.names) :]
        )


def clean_cell(cell: str) -> str:
    """Return a cell stripped, with Excel's `="..."` taken off."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].strip()
    return text


def bind(row: Row, columns: Columns, required: Sequence[str]) -> Header | None:
    """Return the header if `row` names every required field, else None."""
    names = [normal_name(cell) for cell in row.cells]
    while names and not names[-1]:
        names.pop()
    index: dict[str, int] = {}
    for name, aliases in columns.items():
        found = next((names.index(alias) for alias in aliases if alias in names), None)
        if found is not None:
            index[name] = found
    if any(name not in index for name in required):
        return None
    return Header(row.line, index, tuple(row.cells[: len(names)]))


def find_header(
    rows: Sequence[Row], columns: Columns, required: Sequence[str], *, within: int = 60
) -> tuple[int, Header] | None:
    """Return (position in rows, header) of the first row that names every required field."""
    for position, row in enumerate(rows[:within]):
        header = bind(row, columns, required)
        if header is not None:
            return position, header
    return None
