"""Paper: sizes, margins, type and ink. Black on white with one accent, readable as a grey photocopy.

Lengths are units of a tenth of a point (720 to the inch), the same on every device.
"""

from dataclasses import dataclass
from enum import Enum

UNITS_PER_INCH = 720
PT = 10.0
MM = UNITS_PER_INCH / 25.4
MARGIN = 18 * MM

INK = "#000000"
SOFT = "#4a4a4a"
"""Second voice: captions and labels; 8.9:1 on white."""
HAIR = "#b4b4b4"
RULE = "#555555"
ACCENT = "#0f5f55"
"""The plan's teal, darkened until it prints: 7.4:1 on white."""


@dataclass(frozen=True, slots=True)
class PaperSize:
    """A sheet, upright; lengths in units."""

    name: str
    width: float
    height: float

    @property
    def text_width(self) -> float:
        """Width between the margins."""
        return self.width - 2 * MARGIN


LETTER = PaperSize("letter", 612 * PT, 792 * PT)
A4 = PaperSize("a4", 210 * MM, 297 * MM)
PAPERS = {paper.name: paper for paper in (LETTER, A4)}


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """One voice of type: size in points, weight, ink and line height relative to the size."""

    size: float
    bold: bool = False
    ink: str = INK
    leading: float = 1.32

    @property
    def line_height(self) -> float:
        """Distance between baselines in units."""
        return self.size * PT * self.leading


class Voice(Enum):
    """Every style of type on paper."""

    # Members are single: hashing by identity spares a tenth of the time of a long table.
    __hash__ = object.__hash__

    TITLE = TypeStyle(17, bold=True, leading=1.25)
    SUBTITLE = TypeStyle(10, ink=SOFT)
    HEADING = TypeStyle(11, bold=True, ink=ACCENT)
    SUBHEADING = TypeStyle(9, bold=True)
    LEAD = TypeStyle(10.5, bold=True, leading=1.38)
    BODY = TypeStyle(9, leading=1.38)
    STRONG = TypeStyle(9, bold=True, leading=1.38)
    SMALL = TypeStyle(7.2, ink=SOFT)
    LABEL = TypeStyle(8.2, ink=SOFT)
    CELL = TypeStyle(8)
    CELL_BOLD = TypeStyle(8, bold=True)
    CELL_TIGHT = TypeStyle(7.3)
    CELL_TIGHT_BOLD = TypeStyle(7.3, bold=True)
    CELL_FINE = TypeStyle(6.6)
    CELL_FINE_BOLD = TypeStyle(6.6, bold=True)
    CAPTION = TypeStyle(7.6, ink=SOFT)
    RUNNING = TypeStyle(7.5, ink=SOFT)
    MARK = TypeStyle(7.6, bold=True)


FONT_FAMILIES = (
    "Helvetica Neue",
    "Segoe UI",
    "Arial",
    "Liberation Sans",
    "Noto Sans",
    "DejaVu Sans Condensed",
    "DejaVu Sans",
)
"""The first one the system has is used; figures are set tabular."""
