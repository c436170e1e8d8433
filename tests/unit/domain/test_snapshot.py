import pickle  # noqa: TID251 - how jobs cross processes, never a file
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from factories import AS_OF, DIRECT, JOINT, security_id, snapshot

from harvestdesk.domain.prices import Price, PriceBook, PriceHistory
from harvestdesk.domain.snapshot import HouseholdSnapshot


def with_price(base: HouseholdSnapshot, **changes: object) -> HouseholdSnapshot:
    prices = dict(base.prices.prices)
    key = security_id("ARBX")
    prices[key] = replace(prices[key], **changes)  # type: ignore[arg-type]
    return replace(base, prices=PriceBook(base.as_of, prices))


def first_lot(base: HouseholdSnapshot, **changes: object) -> HouseholdSnapshot:
    return replace(base, lots=(replace(base.lots[0], **changes), *base.lots[1:]))  # type: ignore[arg-type]


CHANGES = {
    "a later day": lambda s: replace(s, as_of=date(2025, 12, 8)),
    "a price": lambda s: with_price(s, value=Decimal("41.21")),
    "the day of a price": lambda s: with_price(s, on=date(2025, 12, 4)),
    "shares of a lot": lambda s: first_lot(s, shares=Decimal("309.99999999")),
    "basis of a lot": lambda s: first_lot(s, cost_basis=Decimal("20972.01")),
    "washed loss of a lot": lambda s: first_lot(s, wash_added=Decimal(1)),
    "date of a lot": lambda s: first_lot(s, adjusted_acquired_on=date(2024, 3, 13)),
    "cash": lambda s: replace(s, cash={**s.cash, JOINT: Decimal("8400.01")}),
    "a tax rate": lambda s: replace(
        s,
        household=replace(s.household, tax=replace(s.household.tax, rate_short=Decimal("0.409"))),
    ),
    "an identical set": lambda s: replace(s, identical_sets=()),
    "a replacement": lambda s: replace(s, replacements=()),
    "a scheduled purchase": lambda s: replace(s, scheduled=s.scheduled[1:]),
    "an account's relief": lambda s: replace(
        s, accounts=(replace(s.accounts[0], reinvests=False), *s.accounts[1:])
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_fingerprint__anything_a_plan_rests_on_changes_it(name: str) -> None:
    base = snapshot()
    assert CHANGES[name](base).fingerprint != base.fingerprint


def test_fingerprint__same_facts_same_print_whatever_the_order_of_look_ups() -> None:
    base = snapshot()
    shuffled = replace(
        base,
        prices=PriceBook(AS_OF, dict(reversed(base.prices.prices.items()))),
        cash=dict(reversed(base.cash.items())),
    )
    assert shuffled.fingerprint == base.fingerprint == snapshot().fingerprint


def test_fingerprint__price_history_is_left_out() -> None:
    base = snapshot()
    assert (
        replace(base, history=PriceHistory((security_id("ARBX"),))).fingerprint == base.fingerprint
    )


def test_snapshot_crosses_processes_with_its_fingerprint() -> None:
    base = snapshot()
    again = pickle.loads(pickle.dumps(base))
    assert again == base
    assert again.fingerprint == base.fingerprint


def test_values() -> None:
    base = snapshot()
    assert base.value_of(base.lots[0]) == Decimal("12772.00")
    bare = replace(base, prices=PriceBook(AS_OF))
    assert bare.value_of(base.lots[0]) == 0
    assert bare.total_value() == sum(base.cash.values())
    assert base.account_by_id[DIRECT].name == "Direct index"
    assert base.lot_by_id[base.lots[0].id] is base.lots[0]


def test_stale__a_long_weekend_is_not() -> None:
    price = Price(Decimal(1), date(2025, 11, 26))
    assert not price.is_stale(date(2025, 11, 30))
    assert price.is_stale(date(2025, 12, 1))
    book = PriceBook(AS_OF, {security_id("A"): price, security_id("B"): Price(Decimal(1), AS_OF)})
    assert book.stale() == (security_id("A"),)
