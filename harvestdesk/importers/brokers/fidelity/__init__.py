"""Fidelity: portfolio positions and account history, in the layouts of 2019 to 2026."""

from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.brokers.fidelity import history, positions
from harvestdesk.importers.reader import Reader
from harvestdesk.importers.tolerant import Source


def recognise(source: Source) -> str | None:
    """Return "positions" or "transactions" for a Fidelity file, or None."""
    if positions.recognise(source):
        return "positions"
    return "transactions" if history.recognise(source) else None


def read(source: Source, kind: str) -> ImportBatch:
    """Read a Fidelity file."""
    return positions.read(source) if kind == "positions" else history.read(source)


READER = Reader("fidelity", "Fidelity", recognise, read)
