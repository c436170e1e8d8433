"""The wash-sale ledger: every disallowed dollar of a year, who bought, by which rule, and where it is now."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.snapshot import HouseholdSnapshot
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
from harvestdesk.reports.figures import count, day, number, share_digits, usd
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.form_8949 import cautions
from harvestdesk.reports.tax_forms.parts import policy_blocks, row_numbers, tax_report
from harvestdesk.reports.tax_forms.readings import readings_by_sale
from harvestdesk.reports.tax_forms.whereabouts import Whereabouts, losses_in_cents, whereabouts_of
from harvestdesk.reports.tax_forms.words import RULE_AUTHORITY, RULE_WORDS
from harvestdesk.reports.wording import worded
from harvestdesk.reports.worksheets.parts import account_name, symbol_of
from harvestdesk.washsale.audit import RuleApplied, WashEntry


def wash_ledger(facts: YearFacts) -> Report:
    """Return the wash-sale ledger of a year."""
    snapshot = facts.snapshot
    losses = losses_in_cents(facts.washes, facts.sales.rows)
    places = [
        whereabouts_of(entry, loss, facts.open_lots, facts.history)
        for entry, loss in zip(facts.washes, losses, strict=True)
    ]
    blocks: list[Block] = [Paragraph(_answer(facts, places), Tone.LEAD)]
    blocks += [Paragraph(text, Tone.WARNING) for text in cautions(facts)]
    blocks += policy_blocks(snapshot.household.wash)
    blocks += _entries(facts, places)
    blocks += _returned(facts)
    blocks += _open(facts)
    blocks += readings_by_sale(facts)
    blocks += _rules(facts.washes)
    return tax_report(
        snapshot,
        "Wash-sale ledger",
        "Every loss disallowed, what replaced the shares, and where the loss is now (IRC §1091)",
        facts.year,
        blocks,
    )


def _answer(facts: YearFacts, places: Sequence[Whereabouts]) -> str:
    if not facts.washes:
        return f"No loss of {facts.year} is disallowed by the wash-sale rules."
    total = sum((p.loss for p in places), ZERO)
    lost = sum((p.loss for p in places if p.permanent), ZERO)
    waiting = sum((p.open for p in places), ZERO)
    sold = count(len({e.sale for e in facts.washes}), "sale")
    again = " (in part disallowed once more)" if any(p.washed_again for p in places) else ""
    parts = (
        (waiting, "waits in the basis of shares still held"),
        (total - lost - waiting, f"was in the basis of replacement shares sold since{again}"),
        (lost, "is lost for good"),
    )
    told = ", ".join(f"{usd(amount)} {what}" for amount, what in parts if amount)
    return f"{usd(total)} of the losses of {sold} in {facts.year} are disallowed: {told}."


# --- each disallowed loss ---------------------------------------------------------------------------


def _entries(facts: YearFacts, places: Sequence[Whereabouts]) -> Iterator[Block]:
    if not facts.washes:
        return
    columns = (
        Column("No.", width_share=34),
        Column("Sold at a loss", width_share=150),
        Column("Disallowed", Align.RIGHT, 100, total=True),
        Column("Replaced by", width_share=165),
        Column("Rule", width_share=150),
        Column("Where the loss is now", width_share=180),
    )
    rows = tuple(
        _entry_row(facts.snapshot, n, entry, place)
        for n, (entry, place) in enumerate(zip(facts.washes, places, strict=True), 1)
    )
    total = sum((p.loss for p in places), ZERO)
    yield Heading("Each disallowed loss")
    yield Table(columns, rows, ("Total", "", usd(total), "", "", ""))


def _entry_row(
    snapshot: HouseholdSnapshot, number_: int, entry: WashEntry, place: Whereabouts
) -> Row:
    mark = " †" if entry.readings else ""
    sold = (
        f"{day(entry.sold_on)}: {_shares(entry.shares)} {symbol_of(snapshot, entry.security_id)}, "
        f"{account_name(snapshot, entry.account_id)} (lot {entry.lot})"
    )
    bought = (
        f"{day(entry.bought_on)}: {symbol_of(snapshot, entry.replacement_security_id)}, "
        f"{account_name(snapshot, entry.replacement_account_id)} (lot {entry.replaced_by})"
    )
    words = rule_words(entry.rules)
    return Row((f"{number_}{mark}", sold, usd(place.loss), bought, words, _place(place)))


def rule_words(rules: Sequence[RuleApplied]) -> str:
    """Return the rules behind a disallowed loss in a few words."""
    parts = [worded(rule.code, rule.facts, RULE_WORDS) for rule in rules]
    said = "; ".join(part[:1].lower() + part[1:] for part in parts if part)
    said = re.sub(r"\b0 days before the sale", "on the day of the sale", said)
    return re.sub(r"\b1 days\b", "1 day", said)


def _place(place: Whereabouts) -> str:
    if place.permanent:
        return "Lost for good"
    parts = []
    if place.open:
        held = f", held from {day(place.held_since)} for the term" if place.held_since else ""
        parts.append(
            f"{usd(place.open)} in the basis of {_shares(place.open_shares)} shares held{held}"
        )
    if place.out:
        days = ", ".join(day(on) for on in place.sold_on)
        parts.append(f"{usd(place.out)} in the basis of shares sold {days or 'or moved out since'}")
    if place.washed_again:
        parts.append(f"a loss there was washed again ({', '.join(place.washed_again)})")
    return "; ".join(parts) or "In the basis of the replacement shares"


# --- what came back, what waits ---------------------------------------------------------------------


def _returned(facts: YearFacts) -> Iterator[Block]:
    rows = [r for r in facts.sales.rows if r.basis is not None and r.original_basis != r.basis]
    if not rows:
        return
    total = sum(((r.basis or ZERO) - (r.original_basis or ZERO) for r in rows), ZERO)
    yield Heading(f"Disallowed losses that counted in sales of {facts.year}")
    yield Paragraph(
        f"{usd(total)} of earlier disallowed losses stood in the basis of shares sold: rows "
        f"{row_numbers(rows)} of the Form 8949 worksheet."
    )


def _open(facts: YearFacts) -> Iterator[Block]:
    lots = [lot for lot in facts.open_lots if lot.wash_added > 0 and not lot.sheltered]
    yield Heading(f"Waiting in shares held on {day(facts.snapshot.as_of)}")
    columns = (
        Column("Security", width_share=80),
        Column("Lot", width_share=110),
        Column("Account", width_share=170),
        Column("Acquired", width_share=84),
        Column("Counts from", width_share=84),
        Column("Shares", Align.RIGHT, 90),
        Column("Cost", Align.RIGHT, 110, total=True),
        Column("Wash addition", Align.RIGHT, 110, total=True),
        Column("Adjusted basis", Align.RIGHT, 115, total=True),
    )
    snapshot = facts.snapshot
    places = share_digits([lot.quantity for lot in lots])
    rows = tuple(
        Row(
            (
                symbol_of(snapshot, SecurityId(lot.symbol)),
                lot.lot,
                account_name(snapshot, AccountId(lot.account)),
                day(lot.acquired),
                day(lot.adjusted_acquired),
                number(lot.quantity, places),
                usd(lot.original_basis),
                usd(lot.wash_added),
                usd(cents(lot.original_basis) + cents(lot.wash_added)),
            ),
            RowKind.BODY,
        )
        for lot in lots
    )
    cost = sum((cents(lot.original_basis) for lot in lots), Decimal(0))
    added = sum((cents(lot.wash_added) for lot in lots), Decimal(0))
    totals = ("Total", "", "", "", "", "", usd(cost), usd(added), usd(cost + added))
    yield Table(
        columns, rows, totals, empty_text="No share held has a disallowed loss in its basis."
    )
    if rows:
        yield Facts((("Deferred in all open lots", usd(added)),))


def _rules(entries: Sequence[WashEntry]) -> Iterator[Block]:
    used = {rule.code for entry in entries for rule in entry.rules}
    if not used:
        return
    yield Heading("The rules applied", 2)
    yield Points(
        tuple(("•", RULE_AUTHORITY.get(code, code)) for code in RULE_WORDS if code in used)
    )
    if any(entry.readings for entry in entries):
        yield Paragraph(
            "† Another reading of the law would change this sale; see above.", Tone.SMALL
        )


def _shares(value: Decimal) -> str:
    return number(value, share_digits([value]))
