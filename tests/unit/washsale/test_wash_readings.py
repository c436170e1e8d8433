"""Results another reading would change: found where they are, and nowhere else."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from wash_samples import AS_OF, IRA, OTHER, TAXABLE, held, household, row

from harvestdesk.domain.ids import AccountId, PersonId
from harvestdesk.domain.transaction import TransactionType as T
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, Tacking, WashPolicy
from harvestdesk.washsale import readings as module
from harvestdesk.washsale.events import Acquire, LedgerFacts, LedgerSymbol, Sell
from harvestdesk.washsale.facts import evaluate_facts
from harvestdesk.washsale.ledger import run_ledger
from harvestdesk.washsale.policy import other_choices, with_choice
from harvestdesk.washsale.readings import household_readings, other_readings


def bought(lot: str, on: date, total: str, account: str = "A", symbol: str = "XYZ") -> Acquire:
    return Acquire(f"b-{lot}", on, account, symbol, Decimal(10), Decimal(total), lot)


def sold(sale: str, on: date, total: str, account: str = "A", symbol: str = "XYZ") -> Sell:
    return Sell(sale, on, account, symbol, Decimal(10), Decimal(total))


def test_a_loss_without_a_purchase_near_is_beyond_doubt() -> None:
    facts = LedgerFacts(
        (bought("L1", date(2025, 1, 6), "1000"), sold("S", date(2025, 6, 16), "800"))
    )
    found = other_readings(facts, DEFAULT_POLICY)
    assert (found.sales, found.lots) == ({}, {})
    assert found.options_of_sale("S") == ()


def test_a_gain_is_beyond_doubt_whatever_was_bought() -> None:
    facts = LedgerFacts(
        (
            bought("L1", date(2025, 1, 6), "1000"), sold("S", date(2025, 6, 16), "1800"),
            bought("L2", date(2025, 6, 18), "1000"),
        )
    )  # fmt: skip
    assert other_readings(facts, DEFAULT_POLICY).sales == {}


def test_the_other_figures_are_told() -> None:
    facts = LedgerFacts(
        (
            bought("L1", date(2025, 1, 6), "1000"), sold("S", date(2025, 6, 16), "800"),
            bought("P", date(2025, 6, 18), "810", "plan"),
        ),
        frozenset({"plan"}), other_plans=frozenset({"plan"}),
    )  # fmt: skip
    found = other_readings(facts, DEFAULT_POLICY)
    assert found.options_of_sale("S") == ("other_plans=ignore",)
    (reading,) = found.sales["S"]
    assert (reading.now.disallowed, reading.now.permanent, reading.now.short) == (200, 200, 0)
    assert (reading.other.disallowed, reading.other.short) == (0, -200)
    assert reading.now.basis == reading.other.basis == 1000


def test_an_open_lot_is_told_with_its_other_date() -> None:
    facts = LedgerFacts(
        (
            bought("L1", date(2025, 1, 6), "1000"), sold("S", date(2025, 6, 16), "800"),
            bought("L2", date(2025, 6, 26), "810"),
        )
    )  # fmt: skip
    found = other_readings(facts, DEFAULT_POLICY)
    assert found.sales == {}
    (reading,) = found.lots["L2"]
    assert (reading.option, reading.choice) == ("tacking", Tacking.ORIGINAL_DATE)
    assert reading.now.held_since == (date(2025, 1, 16),)
    assert reading.other.held_since == (date(2025, 1, 6),)
    assert reading.now.basis == reading.other.basis == 1010


def test_a_chosen_reading_is_compared_with_the_default() -> None:
    facts = LedgerFacts(
        (
            bought("L1", date(2025, 1, 6), "1000"), sold("S", date(2025, 6, 16), "800"),
            bought("L2", date(2025, 6, 26), "810"),
        )
    )  # fmt: skip
    (reading,) = other_readings(facts, WashPolicy(tacking=Tacking.ORIGINAL_DATE)).lots["L2"]
    assert reading.choice == Tacking.DAY_COUNT


@pytest.mark.parametrize("seed", range(12))
def test_no_change_is_missed_by_looking_only_where_one_can_matter(seed: int) -> None:
    facts, policy = random_ledger(seed), random_policy(seed)
    base = run_ledger(facts, policy)
    found = other_readings(facts, policy, base)
    for option, choice in other_choices(policy):
        other = run_ledger(facts, with_choice(policy, option.name, choice.value))
        sales = module._changes(
            module._of_sales(base.sales), module._of_sales(other.sales), module._NONE
        )
        lots = module._changes(
            module._of_lots(base.lots), module._of_lots(other.lots), module._GONE
        )
        name = (option.name, choice.value)
        told = {s for s, rs in found.sales.items() if name in {(r.option, r.choice) for r in rs}}
        assert {s for s, *_ in sales} == told, name
        told = {x for x, rs in found.lots.items() if name in {(r.option, r.choice) for r in rs}}
        assert {x for x, *_ in lots} == told, name


def random_policy(seed: int) -> WashPolicy:
    choices = other_choices(DEFAULT_POLICY)
    option, choice = choices[seed % len(choices)]
    return with_choice(DEFAULT_POLICY, option.name, choice.value) if seed % 3 else DEFAULT_POLICY


def random_ledger(seed: int) -> LedgerFacts:
    rnd = random.Random(seed)
    shares: dict[tuple[str, str], int] = {}
    events: list[Acquire | Sell] = []
    for number in range(60):
        on = date(2025, 1, 6) + timedelta(days=number * 2 + rnd.randrange(2))
        account, symbol = rnd.choice("ABCD"), rnd.choice(("ONE", "TWO", "COIN"))
        there = shares.get((account, symbol), 0)
        quantity = rnd.randrange(1, 9)
        money = Decimal(quantity * rnd.randrange(80, 120))
        if there == 0 or rnd.random() < 0.5:
            shares[account, symbol] = there + quantity
            events.append(
                Acquire(f"t{number}", on, account, symbol, Decimal(quantity), money, f"L{number}")
            )
        else:
            quantity = min(quantity, there)
            shares[account, symbol] = there - quantity
            money = Decimal(quantity * rnd.randrange(80, 120))
            events.append(Sell(f"t{number}", on, account, symbol, Decimal(quantity), money))
    events.sort(key=lambda e: e.on)
    return LedgerFacts(
        tuple(events),
        frozenset({"D"}),
        {
            "ONE": LedgerSymbol("own:ONE", strict_set_id="index"),
            "TWO": LedgerSymbol("own:TWO", strict_set_id="index"),
            "COIN": LedgerSymbol("own:COIN", exempt=True, crypto=True),
        },
        other_plans=frozenset({"D"}),
        owners={"A": frozenset({"self"}), "B": frozenset({"spouse"})},
    )


def test_household__by_its_own_policy_and_the_statement_it_starts_from() -> None:
    spouses = replace(OTHER, owner_ids=(PersonId("p2"),))
    mine = replace(TAXABLE, owner_ids=(PersonId("p1"),))
    rows = (
        row("b1", date(2025, 1, 6), T.BUY, "10", "1000"),
        row("s1", date(2025, 11, 3), T.SELL, "10", "800"),
        row("b2", date(2025, 11, 5), T.BUY, "10", "810", account=spouses),
    )
    home = household([held("b2", account=OTHER)], rows, accounts=(mine, spouses, IRA))
    found = household_readings(home)
    assert found.options_of_sale("s1") == ("spouse_basis=lost",)
    assert {r.option for r in found.lots["b2"]} == {"spouse_basis", "tacking"}
    statement = held("st", shares="10", cost="1000", statement_on=date(2025, 10, 1))
    later = replace(home, statement_lots=(statement,), transactions=rows[1:])
    assert household_readings(later).options_of_sale("s1") == ("spouse_basis=lost",)
    assert AS_OF.year == 2025
    assert AccountId("other") == spouses.id


def test_evaluate_ledger__says_which_reading_would_change_a_sale() -> None:
    facts = {
        "accounts": [{"id": "A"}, {"id": "H", "type": "hsa"}],
        "lot_method": "fifo",
        "transactions": [
            {"id": "b", "date": "2025-01-06", "type": "buy", "account": "A", "symbol": "X",
             "quantity": "10", "total": "100", "lot": "L"},
            {"id": "s", "date": "2025-06-16", "type": "sell", "account": "A", "symbol": "X",
             "quantity": "10", "total": "80"},
            {"id": "h", "date": "2025-06-18", "type": "buy", "account": "H", "symbol": "X",
             "quantity": "10", "total": "80", "lot": "M"},
        ],
    }  # fmt: skip
    assert evaluate_facts(facts)["sales"][0]["changed_by"] == ["other_plans=ignore"]
    facts["transactions"] = facts["transactions"][:2]
    assert "changed_by" not in evaluate_facts(facts)["sales"][0]
