"""Parts that several tax pages share: head, descriptions, the year's cautions, the household's choices."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from harvestdesk import __version__
from harvestdesk.domain.household import FILING_NAMES
from harvestdesk.domain.money import decimal_text
from harvestdesk.domain.security import SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.reports.document import Block, Paragraph, Report, Tone
from harvestdesk.reports.figures import count, day, long_day, number, share_digits
from harvestdesk.reports.tax_forms.sales import DISTRIBUTION, MERGER_CASH, SHORT_SALE, TaxSale
from harvestdesk.reports.tax_forms.words import DISCLAIMER
from harvestdesk.reports.worksheets.parts import household_line, running_head, symbol_of
from harvestdesk.washsale.policy import departures

WINDOW_AFTER = timedelta(days=30)
"""Days after a loss sale in which a purchase still washes it (IRC §1091(a))."""

_UNITS: dict[SecurityKind, str] = {SecurityKind.OPTION: "contr.", SecurityKind.CRYPTO: ""}


def description(snapshot: HouseholdSnapshot, row: TaxSale, *, plain: bool = False) -> str:
    """Return column (a), such as `100 sh. XYZ`.

    Plain, for files: without thousands marks, and invented data are marked as such in every row.
    """
    mark = "SIMULATED " if plain and snapshot.household.simulated else ""
    symbol = symbol_of(snapshot, row.security_id)
    if row.kind == DISTRIBUTION:
        return f"{mark}Distribution above basis, {symbol}"
    shares = decimal_text(row.shares) if plain else number(row.shares, share_digits([row.shares]))
    unit = _UNITS.get(row.security_kind, "sh.")
    said = " ".join(part for part in (shares, unit, symbol) if part)
    if row.kind == MERGER_CASH:
        said = f"Cash in merger, {said}"
    elif row.kind == SHORT_SALE:
        said = f"{said} (short sale)"
    return mark + said


def acquired_text(row: TaxSale) -> str:
    """Return column (b): a date, INHERITED, or nothing where no date was ever told."""
    if row.is_inherited:
        return "INHERITED"
    return "" if row.acquired_on is None else day(row.acquired_on)


def tax_report(
    snapshot: HouseholdSnapshot, title: str, subtitle: str, year: int, blocks: Iterable[Block]
) -> Report:
    """Return a page of a tax year with the head, foot and small print every such page has."""
    household = snapshot.household
    header = [
        ("Household", household_line(snapshot)),
        ("Tax year", f"{year}, {FILING_NAMES[household.tax.filing_status].lower()}"),
        ("As of", long_day(snapshot.as_of)),
        ("Engine", f"HarvestDesk {__version__}"),
    ]
    if household.simulated:
        header.append(("Data", "SIMULATED: invented household, lots and prices. Do not file it."))
    return Report(
        title=title,
        subtitle=subtitle,
        header=tuple(header),
        blocks=(*blocks, Paragraph(DISCLAIMER, Tone.SMALL)),
        footer=f"Tax year {year}  ·  facts {snapshot.fingerprint[:12]}",
        simulated=household.simulated,
        running=running_head(snapshot),
        dated=snapshot.as_of,
    )


def return_notices(snapshot: HouseholdSnapshot) -> Iterator[str]:
    """Yield whose accounts the pages are of, where the spouse's sales belong on another return."""
    found = snapshot.return_accounts
    if not (found.left_out or found.shared):
        return
    status = FILING_NAMES[snapshot.household.tax.filing_status].lower()
    here = listed(a.name for a in found.counted) or "no account"
    left = listed(a.name for a in found.left_out)
    yield f"One return of two ({status}): these pages are of {here}." + (
        f" Left out: {left}; sales there belong on {found.spouse}'s return. Purchases there, as in every account "
        "of the household, still wash losses here."
        if left
        else ""
    )
    if found.shared:
        yield (
            f"Counted whole: {listed(a.name for a in found.shared)}, which {found.spouse} owns a part of. Whose "
            "result it is goes by state law; move the spouse's part to the spouse's return."
        )


def year_notice(snapshot: HouseholdSnapshot, year: int) -> str:
    """Return that the year isn't over on the day of the page, or nothing."""
    if snapshot.as_of.year > year or snapshot.as_of == date(year, 12, 31):
        return ""
    if snapshot.as_of.year < year:
        return f"The year {year} has not begun: this page is as of {long_day(snapshot.as_of)}."
    return (
        f"The year is not over: sales through {long_day(snapshot.as_of)}. Later sales, and purchases "
        "within 30 days of a loss, change these figures."
    )


def open_window_notice(snapshot: HouseholdSnapshot, rows: Sequence[TaxSale]) -> str:
    """Return that losses can still be washed by purchases after the day of the page, or nothing."""
    still = [
        row
        for row in rows
        if row.gain is not None and row.gain < 0 and row.sold_on + WINDOW_AFTER >= snapshot.as_of
    ]
    if not still:
        return ""
    last = max(row.sold_on for row in still) + WINDOW_AFTER
    symbols = dict.fromkeys(symbol_of(snapshot, row.security_id) for row in still)
    return (
        f"Not final until {long_day(last)}: a purchase of {listed(symbols)} through that day, a "
        "reinvested dividend included, would still disallow losses of this page."
    )


def listed(words: Iterable[str], most: int = 8) -> str:
    """Return words joined by commas; of many the first, and how many more there are."""
    every = list(words)
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[:most])} and {len(every) - most} more"


def row_numbers(rows: Iterable[TaxSale], most: int = 24) -> str:
    """Return the numbers of rows with runs drawn together: `1–4, 7`; of many runs the first."""
    runs: list[list[int]] = []
    for n in sorted({row.number for row in rows}):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    said = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    if len(runs) <= most:
        return ", ".join(said)
    return f"{', '.join(said[:most])} and {sum(len(run) for run in runs[most:]):,} more"


def rows_named(rows: Sequence[TaxSale]) -> str:
    """Return `Row 7` or `Rows 1–4, 7`."""
    one = len({row.number for row in rows}) == 1
    return f"{'Row' if one else 'Rows'} {row_numbers(rows)}"


def choices_differing(policy: WashPolicy) -> tuple[tuple[str, str], ...]:
    """Return the judgement calls decided otherwise than by default: question and choice in words."""
    return tuple(
        (option.title, option.words_of(getattr(policy, option.name)))
        for option in departures(policy)
    )


def policy_blocks(policy: WashPolicy) -> tuple[Block, ...]:
    """Return what the household reads otherwise than by default, or that it is nothing."""
    changed = choices_differing(policy)
    if not changed:
        return (Paragraph("Wash-sale judgement calls: every one at its default."),)
    text = " ".join(f"{title} {choice}." for title, choice in changed)
    said = count(len(changed), "wash-sale judgement call")
    return (Paragraph(f"{said} decided otherwise than by default. {text}", Tone.WARNING),)
