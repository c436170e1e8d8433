"""Schedule D: the year's capital gains and losses, line by line, and what may be deducted or is carried."""

from collections.abc import Iterator
from decimal import Decimal

from harvestdesk.domain.household import FilingStatus
from harvestdesk.domain.lot import Term
from harvestdesk.reports.document import (
    Align,
    Block,
    Column,
    Facts,
    Heading,
    Paragraph,
    Points,
    Report,
    Row,
    RowKind,
    Table,
    Tone,
)
from harvestdesk.reports.figures import usd
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.form_8949 import cautions
from harvestdesk.reports.tax_forms.parts import policy_blocks, tax_report
from harvestdesk.reports.tax_forms.sales import Sums
from harvestdesk.reports.tax_forms.schedule_d_lines import ScheduleD, TermLines, schedule_d_of

_SALE_WORDS: dict[str, str] = {
    "1b": "Form 8949, box A or G",
    "2": "Form 8949, box B or H",
    "3": "Form 8949, box C or I",
    "8b": "Form 8949, box D or J",
    "9": "Form 8949, box E or K",
    "10": "Form 8949, box F or L",
}
_FORM_WORDS_BEFORE_2025 = {line: words.partition(" or ")[0] for line, words in _SALE_WORDS.items()}
PROFILE_YEAR = (
    "Carryovers (lines 6 and 14) and results outside this file are those entered in the profile as of today. "
    "Check that they are the ones of {year}."
)
NOT_ON_8949 = (
    "Lines 1a and 8a are not used: every sale is on Form 8949. Sales in boxes A and D without an adjustment "
    "may go there in one sum instead."
)
LEFT_OUT = (
    "Lines 4, 11, 18 and 19 (Forms 4797, 6252, 4684, 6781, 8824; 28 % and unrecaptured §1250 gain) are not "
    "worked out here."
)


def schedule_d(facts: YearFacts) -> Report:
    """Return the Schedule D summary of a year."""
    made = schedule_d_of(facts)
    blocks: list[Block] = [Paragraph(_answer(made, facts.year), Tone.LEAD)]
    blocks += [Paragraph(text, Tone.WARNING) for text in cautions(facts)]
    if facts.year != facts.snapshot.as_of.year and _uses_profile(made):
        blocks.append(Paragraph(PROFILE_YEAR.format(year=facts.year), Tone.WARNING))
    blocks += [
        Heading("Part I. Short-term capital gains and losses"),
        _part_table(facts, made.short, Term.SHORT),
        Heading("Part II. Long-term capital gains and losses"),
        _part_table(facts, made.long, Term.LONG),
        Heading("Part III. Summary"),
        _summary(made),
    ]
    blocks += _remarks(facts, made)
    blocks += policy_blocks(facts.snapshot.household.wash)
    return tax_report(
        facts.snapshot,
        "Schedule D summary",
        "Capital gains and losses, Schedule D (Form 1040)",
        facts.year,
        blocks,
    )


def _answer(made: ScheduleD, year: int) -> str:
    netting = made.netting
    if netting.total > 0:
        return (
            f"{year} nets to a gain of {usd(netting.total)}: {usd(netting.taxable_short)} taxed as "
            f"ordinary income, {usd(netting.taxable_long)} at long-term rates."
        )
    if netting.total == 0:
        return f"{year} nets to zero: nothing is taxed, deducted or carried."
    return (
        f"{year} nets to a loss of {usd(-netting.total)}: {usd(netting.deduction)} is deducted from other "
        f"income, {usd(netting.carryover_short)} short-term and {usd(netting.carryover_long)} long-term "
        f"are carried into {year + 1}."
    )


def _part_table(facts: YearFacts, part: TermLines, term: Term) -> Table:
    columns = (
        Column("Line", width_share=40),
        Column("", width_share=330),
        Column("(d) Proceeds", Align.RIGHT, 110),
        Column("(e) Cost or other basis", Align.RIGHT, 110),
        Column("(g) Adjustment", Align.RIGHT, 95),
        Column("(h) Gain or loss", Align.RIGHT, 110),
    )
    words = _SALE_WORDS if facts.year >= 2025 else _FORM_WORDS_BEFORE_2025
    rows = [_sale_row(line, words[line], sums) for line, sums in part.sales.items()]
    rows += [_plain(*row) for row in _other_lines(part, term)]
    name = "short-term" if term is Term.SHORT else "long-term"
    line = "7" if term is Term.SHORT else "15"
    total = (line, f"Net {name} capital gain or loss", "", "", "", usd(part.net))
    return Table(columns, tuple(rows), total)


def _other_lines(part: TermLines, term: Term) -> Iterator[tuple[str, str, Decimal]]:
    short = term is Term.SHORT
    yield "5" if short else "12", "Partnerships, S corporations, estates, trusts: K-1", part.k1
    if not short:
        yield "13", "Capital gain distributions (Form 1099-DIV box 2a)", part.distributions
    yield (
        "6" if short else "14",
        f"{'Short' if short else 'Long'}-term loss carryover",
        -part.carryover,
    )
    if part.elsewhere:
        yield (
            "—",
            "Results outside this file, entered by you: put them on their own lines",
            part.elsewhere,
        )


def _sale_row(line: str, words: str, sums: Sums) -> Row:
    if not sums.rows:
        return Row((line, words, "", "", "", ""))
    washed = usd(sums.adjustment) if sums.adjustment else ""
    figures = (usd(sums.proceeds), usd(sums.basis), washed, usd(sums.gain))
    return Row((line, words, *figures))


def _plain(line: str, words: str, amount: Decimal) -> Row:
    return Row((line, words, "", "", "", usd(amount) if amount else ""), RowKind.BODY)


def _summary(made: ScheduleD) -> Facts:
    netting = made.netting
    rows = [("Line 16: lines 7 and 15 together", usd(netting.total))]
    if netting.total < 0:
        rows.append(("Line 21: loss allowed this year", usd(-netting.deduction)))
        rows.append(("Carried, short-term", usd(netting.carryover_short)))
        rows.append(("Carried, long-term", usd(netting.carryover_long)))
    elif netting.total > 0:
        both = netting.net_long > 0
        rows.append(("Line 17: are lines 15 and 16 both gains?", "Yes" if both else "No"))
    return Facts(tuple(rows))


def _uses_profile(made: ScheduleD) -> bool:
    return any(part.carryover or part.elsewhere for part in (made.short, made.long))


def _remarks(facts: YearFacts, made: ScheduleD) -> Iterator[Block]:
    items = [NOT_ON_8949, LEFT_OUT]
    if made.netting.total < 0:
        separate = facts.situation.profile.filing_status is FilingStatus.SEPARATE
        limit = "$1,500 (married filing separately)" if separate else "$3,000"
        items.append(f"Loss limit of the year: {limit}, IRC §1211(b).")
    if facts.dividends or facts.interest:
        items.append(
            f"Not on Schedule D: dividends of {usd(facts.dividends)} (short-term capital gain distributions "
            f"included) and interest of {usd(facts.interest)} of taxable accounts in this file (Schedule B)."
        )
    if made.not_here:
        items.append(
            f"Short-term fund distributions of {usd(made.not_here)} entered as gains are ordinary dividends and "
            "not on Schedule D."
        )
    if made.only_expected:
        items.append(
            f"Left out: {usd(made.only_expected)} of gains outside this file that are expected and not realised "
            "(amount times probability). The Tax page and plans reckon with them."
        )
    items += [problem.described() for problem in facts.problems]
    yield Heading("Remarks")
    yield Points(tuple(("•", item) for item in items))
