"""Order files: names, content as bytes, and writing them whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harvestdesk.domain.files import atomic_write_bytes, make_folder
from harvestdesk.domain.safe_text import safe_file_name
from harvestdesk.orders.ticket import Order


@dataclass(frozen=True, slots=True)
class OrderFile:
    """One file for a broker or a person."""

    name: str
    content: bytes


def file_name(stem: str, orders: Sequence[Order], suffix: str = ".csv") -> str:
    """Return a safe name that says when the orders are of an invented household."""
    mark = "SIMULATED-" if any(order.simulated for order in orders) else ""
    return f"{mark}{safe_file_name(stem, 'orders')}{suffix}"


def write_files(files: Sequence[OrderFile], folder: Path) -> tuple[Path, ...]:
    """Write order files into `folder`, which is made if need be, and return their paths.

    Raises:
        BadInputError: when a file can't be written.
    """
    make_folder(folder, 0o700)
    paths = tuple(folder / file.name for file in files)
    for path, file in zip(paths, files, strict=True):
        atomic_write_bytes(path, file.content)
    return paths
