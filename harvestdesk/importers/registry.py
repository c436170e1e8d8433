"""Which reader reads a file: asked by content, one line per reader."""

import hashlib
from pathlib import Path

from harvestdesk.domain.errors import BadInputError
from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.brokers import fidelity, harvestdesk_csv, ibkr_flex, prices_csv, schwab
from harvestdesk.importers.closed_lots.registry import only_closed_lots
from harvestdesk.importers.files import read_raw
from harvestdesk.importers.known_layouts import known_layout
from harvestdesk.importers.reader import Reader
from harvestdesk.importers.tolerant import Source, bad_file

READERS: tuple[Reader, ...] = (
    harvestdesk_csv.READER,
    prices_csv.READER,
    schwab.READER,
    fidelity.READER,
    ibkr_flex.READER,
)


def read_file(path: Path) -> ImportBatch:
    """Read a broker's file; nothing is stored.

    Raises:
        BadInputError: when the file cannot be opened, is empty, binary, damaged, of a kind without a
            reader, or of no known kind. The message names the file, the line where there is one, and
            what was expected.
    """
    return read_bytes(path.name, read_raw(path))


def read_bytes(name: str, raw: bytes) -> ImportBatch:
    """Read the bytes of a file named `name`; see `read_file`."""
    source = Source(name, hashlib.sha256(raw).hexdigest(), raw)
    reader, kind = detect(source)
    return reader.read(source, kind)


def detect(source: Source) -> tuple[Reader, str]:
    """Return the reader and the kind of a file.

    Raises:
        BadInputError: when no reader knows the file, or it lists closed lots, which are compared and never
            taken in; a layout we know but can't read is named.
    """
    closed = only_closed_lots(source)
    if closed is not None:
        raise BadInputError(
            f"{source.name}: this file lists closed lots ({closed}). There is nothing to import from it; "
            "use Compare with broker's closed lots instead. Expected here: transactions, positions or "
            "open lots.",
            code="import.closed_lots",
            layout=closed,
        )
    for reader in READERS:
        kind = reader.recognise(source)
        if kind is not None:
            return reader, kind
    layout = known_layout(source)
    if layout is not None:
        advice = f"; {layout.advice}" if layout.advice else ""
        raise BadInputError(
            f"{source.name}: this file is from {layout.broker} ({layout.kind}): HarvestDesk recognises it "
            f"but can't read yet{advice}.",
            code="import.unsupported",
            broker=layout.broker,
            kind=layout.kind,
        )
    raise bad_file(
        source.name,
        "no known layout was found in this file",
        line=source.rows[0].line if source.rows else 1,
        expected="a file of " + ", ".join(reader.title for reader in READERS),
        code="unknown",
    )
