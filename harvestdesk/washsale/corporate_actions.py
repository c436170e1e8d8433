"""What corporate actions do to lots: splits, spin-offs, exchanges, return of capital.

Each takes the books and its event, and answers the sales it makes: fractions paid in cash, or all
shares where a merger pays cash alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from harvestdesk.domain.money import ZERO
from harvestdesk.washsale.books import Books
from harvestdesk.washsale.events import (
    CashMerger,
    Exchange,
    ReturnOfCapital,
    Sell,
    Shortfall,
    SpinOff,
    Split,
)
from harvestdesk.washsale.holdings import OpenLot, Part, requeue
from harvestdesk.washsale.rows import slice_of
from harvestdesk.washsale.units import NO_LOSS_ABOVE, UNIT, from_units, share_of, to_units


def split(books: Books, event: Split) -> Sequence[Sell]:
    """Turn every share into `ratio` shares; the basis stays (Reg. 1.307-1)."""
    for queue in books.held(event.symbol, event.account):
        for lot in queue.lots.values():
            lot.split(event.ratio)
            for part in lot.parts():
                books.note(part, event.on, "split", 0, event.id)
        requeue(queue)
    return cash_in_lieu(books, event, event.symbol)


def return_capital(books: Books, event: ReturnOfCapital) -> Sequence[Sell]:
    """Lower the basis of all shares of the account alike; beyond it there is gain (IRC §301(c))."""
    queue = books.queues[event.account, event.symbol]
    parts = [p for p in queue.parts() if p.quantity > 0]
    money, shares = to_units(event.total), sum(p.quantity for p in parts)
    for part in parts:
        amount = share_of(money, part.quantity, shares)
        money -= amount
        shares -= part.quantity
        excess = amount - sum(_lower_basis(part, amount))
        books.note(part, event.on, "roc", excess - amount, event.id)
        if excess > -NO_LOSS_ABOVE and not part.lot.sheltered:
            row = slice_of(event, part, part.quantity, excess, 0, 0, kind="roc_excess")
            books.report(books.now, row)
    requeue(queue)
    return ()


def spin_off(books: Books, event: SpinOff) -> Sequence[Sell]:
    """Give every lot a lot of the new shares: its part of the basis, and the same dates.

    Basis and disallowed losses are allocated alike (IRC §358(b)(2), (c)), the holding period is that of
    the old shares (§1223(1)), and shares handed out are not acquired in the sense of §1091.
    """
    fraction = Fraction(event.basis_fraction or 0)
    for queue in books.held(event.symbol, event.account):
        for lot in list(queue.lots.values()):
            made = _spun(lot, event, fraction, books.now)
            if event.basis_fraction is None:
                lot.basis_known = False
            if made is None:
                continue
            books.lots[made.id] = made
            books.queues[made.account, made.symbol].open(made)
            for old, new in zip(lot.parts(), made.parts(), strict=True):
                moved = new.basis + new.added
                books.note(old, event.on, "spin_off", -moved, event.id, other=made.id)
                books.note(new, event.on, "spin_off", moved, event.id, other=lot.id)
        requeue(queue)
    return cash_in_lieu(books, event, event.new_symbol)


def exchange(books: Books, event: Exchange) -> Sequence[Sell]:
    """Turn all shares into those of the new symbol; lots keep names and dates (IRC §358, §1223(1))."""
    for queue in books.held(event.symbol, event.account):
        for lot in list(queue.lots.values()):
            for part in lot.parts():
                _pay_boot(books, event, part)
            lot.split(event.ratio)
            lot.symbol = event.new_symbol
            books.queues[lot.account, lot.symbol].open(lot)
            kind = "symbol_change" if event.same else "merger"
            for part in lot.parts():
                books.note(part, event.on, kind, 0, event.id, other=event.new_symbol)
        queue.clear()
    return cash_in_lieu(books, event, event.new_symbol)


def cash_merger(books: Books, event: CashMerger) -> Sequence[Sell]:
    """Sell everything for cash: a taxable exchange (IRC §1001)."""
    sales: list[Sell] = []
    for account, held in _shares_by_account(books, event.symbol, event.account).items():
        shares = from_units(held)
        sales.append(
            Sell(event.id, event.on, account, event.symbol, shares, shares * event.cash)
        )  # fmt: skip
    return sales


def cash_in_lieu(books: Books, event: Split | SpinOff | Exchange, symbol: str) -> Sequence[Sell]:
    """Return the sales of fractions of a share that were paid in cash, at one price for all.

    The fraction counts as received and sold (Rev. Rul. 66-365).
    """
    if event.cash_in_lieu <= 0:
        return ()
    held = _shares_by_account(books, symbol, event.account)
    if event.fraction is not None and event.account is not None:
        fractions = {event.account: min(to_units(event.fraction), held.get(event.account, 0))}
    else:
        fractions = {account: shares % UNIT for account, shares in held.items()}
    total = sum(fractions.values())
    if total <= 0:
        books.shortfalls.append(
            Shortfall(event.id, event.account or "", symbol, event.on, ZERO, kind="cash_in_lieu")
        )
        return ()
    money = to_units(event.cash_in_lieu)
    sales: list[Sell] = []
    for account, part in fractions.items():
        if part > 0:
            paid = share_of(money, part, total)
            money, total = money - paid, total - part
            sales.append(
                Sell(event.id, event.on, account, symbol, from_units(part), from_units(paid))
            )
    return sales


def _shares_by_account(books: Books, symbol: str, account: str | None) -> dict[str, int]:
    held: dict[str, int] = {}
    for part in books.parts(symbol, account):
        held[part.lot.account] = held.get(part.lot.account, 0) + part.quantity
    return held


def _lower_basis(part: Part, amount: int) -> tuple[int, int]:
    """Take dollars out of a part's cost, then out of its wash additions; return what was taken."""
    from_basis = min(amount, part.basis)
    from_added = min(amount - from_basis, part.added)
    part.basis -= from_basis
    part.added -= from_added
    part.version += 1
    return from_basis, from_added


def _pay_boot(books: Books, event: Exchange, part: Part) -> None:
    """Recognise the gain up to the cash paid; the rest of the cash lowers the basis.

    IRC §356(a)(1), (c) and §358(a)(1), lot by lot (Rev. Rul. 68-23).
    """
    cash = int(to_units(event.cash) * part.quantity // UNIT)
    if cash <= 0:
        return
    gain = cash
    if event.value is not None:
        new = part.quantity * event.ratio.numerator // event.ratio.denominator
        realised = to_units(event.value) * new // UNIT + cash - part.basis - part.added
        gain = max(0, min(cash, realised))
    basis, added = _lower_basis(part, cash - gain)
    if not part.lot.sheltered:
        row = slice_of(event, part, part.quantity, cash, basis, added, kind="merger_boot")
        books.report(books.now, row)
    books.note(part, event.on, "merger", -basis - added, event.id, other=event.new_symbol)


def _spun(lot: OpenLot, event: SpinOff, fraction: Fraction, number: int) -> OpenLot | None:
    """Return the new shares of a lot, whose part of the basis leaves the old ones."""
    made = replace(
        lot, id=f"{lot.id}/{event.id}", symbol=event.new_symbol, order=number,
        bought=event.on.toordinal(), purchase=f"{lot.purchase}/{event.id}", washing=False,
        cover=UNIT, fresh=None,
        basis_known=lot.basis_known and event.basis_fraction is not None, used=[], gone_fresh=0, live=False,
    )  # fmt: skip
    for part in lot.parts():
        new = replace(
            part, lot=made, promised=0,
            quantity=part.quantity * event.ratio.numerator // event.ratio.denominator,
            basis=part.basis * fraction.numerator // fraction.denominator,
            added=part.added * fraction.numerator // fraction.denominator,
        )  # fmt: skip
        part.basis -= new.basis
        part.added -= new.added
        part.version += 1
        if part is lot.fresh:
            made.fresh = new
        else:
            made.used.append(new)
    return made if any(part.quantity > 0 for part in made.parts()) else None
