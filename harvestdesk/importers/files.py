"""A file's bytes, or why they can't be had."""

from pathlib import Path

from harvestdesk.domain.errors import BadInputError
from harvestdesk.importers.tolerant import MAX_BYTES, bad_file


def read_raw(path: Path) -> bytes:
    """Return the bytes of a broker's file.

    Raises:
        BadInputError: when the file can't be opened or is larger than any export.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise bad_file(
                path.name,
                "the file is larger than 256 MB",
                expected="a broker's export",
                code="size",
            )
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"{path.name}: the file can't be opened ({error.strerror or 'unknown reason'}).",
            code="import.open",
        ) from error
