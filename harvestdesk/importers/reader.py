"""What a broker's module offers the registry."""

from collections.abc import Callable
from dataclasses import dataclass

from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.tolerant import Source


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of one broker's files.

    Attributes:
        broker: key as batches and accounts carry it.
        title: name for a person.
        recognise: returns the kind of file, judged by its content alone, or None.
        read: returns the batch of a recognised file; raises BadInputError for a file it cannot use.
    """

    broker: str
    title: str
    recognise: Callable[[Source], str | None]
    read: Callable[[Source, str], ImportBatch]
