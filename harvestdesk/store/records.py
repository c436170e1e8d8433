"""Plain records the store keeps beside the domain's values."""

from dataclasses import dataclass

from harvestdesk.domain.errors import Problem
from harvestdesk.domain.ids import ImportId


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One file that was taken in.

    Attributes:
        file_name: name without folder.
        sha256: of the bytes, so that the same file is recognised.
        kind: what the file held ("lots", "transactions", ...).
        imported_at: ISO instant, given by the caller.
    """

    id: ImportId
    file_name: str
    sha256: str
    broker: str
    kind: str
    rows: int
    imported_at: str


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """What a check of the whole file found."""

    ok: bool
    findings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class BookState:
    """A mark of what an open book holds, for comparing with a later one of the same book.

    Attributes:
        session: the open book itself; marks of different openings are never equal.
        writes: writes through this book.
        version: SQLite's count of other connections' commits.
    """

    session: object
    writes: int
    version: int
