"""Schwab: positions, lot details and transactions, in the layouts of 2020 to 2026."""

from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.brokers.schwab import lots, positions, transactions
from harvestdesk.importers.reader import Reader
from harvestdesk.importers.tolerant import Source


def recognise(source: Source) -> str | None:
    """Return "lots", "positions" or "transactions" for a Schwab file, or None."""
    if lots.recognise(source):
        return "lots"
    if positions.recognise(source):
        return "positions"
    return "transactions" if transactions.recognise(source) else None


def read(source: Source, kind: str) -> ImportBatch:
    """Read a Schwab file.

    Raises:
        BadInputError: when the title or header row a kind needs is missing.
    """
    readers = {"lots": lots.read, "positions": positions.read, "transactions": transactions.read}
    return readers[kind](source)


READER = Reader("schwab", "Schwab", recognise, read)
