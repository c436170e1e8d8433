"""Which reader reads a file of closed lots: asked by content, one line per reader."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harvestdesk.importers.closed_lots import (
    etrade,
    fidelity,
    harvestdesk,
    ibkr_activity,
    ibkr_flex,
    ibkr_worksheet,
    ofx_1099b,
    schwab,
    tdameritrade,
)
from harvestdesk.importers.closed_lots.batch import ClosedLotBatch
from harvestdesk.importers.files import read_raw
from harvestdesk.importers.tolerant import Source, bad_file


@dataclass(frozen=True, slots=True)
class ClosedLotReader:
    """A reader of one layout.

    Attributes:
        title: name for a person.
        recognise: returns the kind of file, judged by its content alone, or None.
        read: returns the batch; raises BadInputError for a file it cannot use.
        imports_too: the file may also hold rows the import takes in.
    """

    title: str
    recognise: Callable[[Source], str | None]
    read: Callable[[Source], ClosedLotBatch]
    imports_too: bool = False


READERS: tuple[ClosedLotReader, ...] = (
    ClosedLotReader("Schwab Realized Gain/Loss", schwab.recognise, schwab.read),
    ClosedLotReader("Fidelity Realized Gain/Loss", fidelity.recognise, fidelity.read),
    ClosedLotReader("E*TRADE Gains & Losses", etrade.recognise, etrade.read),
    ClosedLotReader("TD Ameritrade Gain/Loss", tdameritrade.recognise, tdameritrade.read),
    ClosedLotReader(
        "Interactive Brokers Worksheet for Form 8949", ibkr_worksheet.recognise, ibkr_worksheet.read
    ),
    ClosedLotReader(
        "Interactive Brokers activity statement", ibkr_activity.recognise, ibkr_activity.read, True
    ),
    ClosedLotReader(
        "Interactive Brokers Flex Query", ibkr_flex.recognise, ibkr_flex.read, imports_too=True
    ),
    ClosedLotReader("1099-B in OFX", ofx_1099b.recognise, ofx_1099b.read),
    ClosedLotReader("HarvestDesk closed lots", harvestdesk.recognise, harvestdesk.read),
)


def read_closed_lots(path: Path) -> ClosedLotBatch:
    """Read a broker's file of closed lots; nothing is stored.

    Raises:
        BadInputError: when the file can't be opened, is empty, binary or damaged, or lists no closed lots.
            The message names the file, the line where there is one, and what was expected.
    """
    return read_closed_bytes(path.name, read_raw(path))


def read_closed_bytes(name: str, raw: bytes) -> ClosedLotBatch:
    """Read the bytes of a file named `name`; see `read_closed_lots`."""
    source = Source(name, hashlib.sha256(raw).hexdigest(), raw)
    for reader in READERS:
        if reader.recognise(source) is not None:
            return reader.read(source)
    raise bad_file(
        name,
        "no list of closed lots was found in this file",
        line=source.rows[0].line if source.rows else 1,
        expected="a file of " + ", ".join(reader.title for reader in READERS),
        code="no_closed_lots",
    )


def only_closed_lots(source: Source) -> str | None:
    """Return the name of the layout of a file that holds closed lots and nothing to import, or None."""
    return next(
        (r.title for r in READERS if not r.imports_too and r.recognise(source) is not None), None
    )
