"""The boxes of Form 8949: which one a row belongs under, and where its total goes on Schedule D."""

from enum import StrEnum

from harvestdesk.domain.lot import Term
from harvestdesk.reports.tax_forms.covered import Reporting


class Box(StrEnum):
    """The box ticked above a row; G to L are the digital assets of the form from tax year 2025."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"
    H = "H"
    I = "I"  # noqa: E741
    J = "J"
    K = "K"
    L = "L"

    @property
    def term(self) -> Term:
        """Part I is short-term, Part II long-term."""
        return Term.SHORT if self in _SHORT else Term.LONG

    @property
    def is_digital(self) -> bool:
        """True for the boxes of Form 1099-DA."""
        return self in _DIGITAL

    @property
    def schedule_d_line(self) -> str:
        """Line of Schedule D that takes the total."""
        return SCHEDULE_D_LINES[self]


_ROWS: dict[tuple[Term, bool], tuple[Box, Box, Box]] = {
    (Term.SHORT, False): (Box.A, Box.B, Box.C),
    (Term.LONG, False): (Box.D, Box.E, Box.F),
    (Term.SHORT, True): (Box.G, Box.H, Box.I),
    (Term.LONG, True): (Box.J, Box.K, Box.L),
}
_SHORT = frozenset({Box.A, Box.B, Box.C, Box.G, Box.H, Box.I})
_DIGITAL = frozenset({Box.G, Box.H, Box.I, Box.J, Box.K, Box.L})
_ORDER = (Reporting.REPORTED, Reporting.NOT_REPORTED, Reporting.NO_FORM)

DIGITAL_BOXES_FROM = 2025
"""First tax year whose form has boxes of its own for digital assets."""

SCHEDULE_D_LINES: dict[Box, str] = {
    Box.A: "1b",
    Box.G: "1b",
    Box.B: "2",
    Box.H: "2",
    Box.C: "3",
    Box.I: "3",
    Box.D: "8b",
    Box.J: "8b",
    Box.E: "9",
    Box.K: "9",
    Box.F: "10",
    Box.L: "10",
}

BOX_NAMES: dict[Box, str] = {
    Box.A: "on Form 1099-B, basis reported to the IRS",
    Box.B: "on Form 1099-B, basis not reported to the IRS",
    Box.C: "not on a Form 1099-B",
    Box.D: "on Form 1099-B, basis reported to the IRS",
    Box.E: "on Form 1099-B, basis not reported to the IRS",
    Box.F: "not on a Form 1099-B",
    Box.G: "digital assets, on Form 1099-DA, basis reported to the IRS",
    Box.H: "digital assets, on Form 1099-DA, basis not reported to the IRS",
    Box.I: "digital assets, not on a Form 1099-DA",
    Box.J: "digital assets, on Form 1099-DA, basis reported to the IRS",
    Box.K: "digital assets, on Form 1099-DA, basis not reported to the IRS",
    Box.L: "digital assets, not on a Form 1099-DA",
}


def box_of(reporting: Reporting, term: Term, *, digital: bool) -> Box:
    """Return the box a row belongs under."""
    return _ROWS[term, digital][_ORDER.index(reporting)]
