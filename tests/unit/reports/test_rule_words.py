"""Rules, their prices and other trades in words."""

from decimal import Decimal

import pytest

from harvestdesk.domain.conflict import Conflict, RuleGive, RuleKind
from harvestdesk.domain.proposal import RulePrice
from harvestdesk.domain.what_if import WhatIf
from harvestdesk.optimize.engine.rule_prices import INVEST
from harvestdesk.reports.plan_sentences import PRICES, RULE_NAMES, RULES
from harvestdesk.reports.rule_words import (
    conflict_words,
    give_words,
    price_words,
    rule_phrase,
    what_if_words,
)

NAMES = {"a1": "Rivera joint", "s1": "VTI"}


def usd_price(code: str, dollars: str, step: str = "1000", name: str = "", bp: str | None = None):
    return RulePrice(
        code, name, Decimal(dollars), Decimal(step), None if bp is None else Decimal(bp)
    )


@pytest.mark.parametrize("kind", list(RuleKind))
def test_every_rule_has_words(kind: RuleKind) -> None:
    assert kind in RULES
    assert kind in RULE_NAMES
    told = give_words(RuleGive(kind, "", 1.0, 2.0), NAMES)
    assert told.startswith(RULE_NAMES[kind])
    assert told.endswith(".")
    priced = price_words(usd_price(kind, "12.5"), NAMES)
    assert "$12.50" in priced
    assert priced.endswith("at the margin.")


def test_every_price_has_words_of_its_own() -> None:
    assert INVEST in PRICES
    assert set(PRICES) - {"", INVEST} <= set(RuleKind)


def test_prices_read_as_meant() -> None:
    tax = usd_price("tax_budget", "212.40", bp="3.1")
    assert price_words(tax) == (
        "The next $1,000 of tax budget buys 3.1 bp of tracking error: $212.40 a year better with the tax paid, "
        "at the margin."
    )
    assert price_words(usd_price("turnover", "4502.00", "0.01", bp="41.2")) == (
        "1% more turnover would be worth $4,502.00 a year, as much as 41.2 bp of tracking error, at the margin."
    )
    assert price_words(usd_price("cash_invested", "39.45", name="a1"), NAMES) == (
        "Each $1,000 that need not be invested in Rivera joint would be worth $39.45 a year, at the margin."
    )
    assert price_words(usd_price("asset_class", "12", "0.01", "us_bond")).startswith(
        "1% more room for US bonds would be worth $12.00 a year"
    )


@pytest.mark.parametrize(
    ("give", "words"),
    [
        (
            RuleGive(RuleKind.TAX_BUDGET, "", 0.0, 1239.2001),
            "Tax budget: $0 would have to be $1,240.",
        ),
        (
            RuleGive(RuleKind.TAX_BUDGET, "", -5000.0, -660.0),
            "Tax budget: −$5,000 would have to be −$660.",
        ),
        (
            RuleGive(RuleKind.TRACKING_ERROR, "", 0.0035, 0.004122),
            "Limit on tracking error: 35.0 bp would have to be 41.3 bp.",
        ),
        (
            RuleGive(RuleKind.ASSET_CLASS, "us_bond", 0.2, 0.1634, least=True),
            "Asset class US bonds: at least 20.0% would have to be 16.3%.",
        ),
        (
            RuleGive(RuleKind.SECURITY, "s1", 0.1, 0.1201),
            "Limit on VTI: at most 10.0% would have to be 12.1%.",
        ),
        (
            RuleGive(RuleKind.PAYOUT, "", 50_000.0, 41_234.7, least=True),
            "Amount to raise: $50,000 would have to be $41,234.",
        ),
        (RuleGive(RuleKind.MAX_TRADES, "", 5.0, 9.0), "Most orders: 5 would have to be 9."),
        (
            RuleGive(RuleKind.VOLUME, "", 1.0, 2.51),
            "Share of daily volume: it would have to be 2.6 times as much.",
        ),
    ],
)
def test_what_gives_is_rounded_so_that_it_is_enough(give: RuleGive, words: str) -> None:
    assert give_words(give, NAMES) == words


def test_a_conflict_says_what_gives_together_what_alone_and_what_presses() -> None:
    tax = RuleGive(RuleKind.TAX_BUDGET, "", 0.0, 1240.0)
    error = RuleGive(RuleKind.TRACKING_ERROR, "", 0.003, 0.004)
    several = conflict_words(
        Conflict((tax, error), (error,), ((RuleKind.CASH, "a1"), (RuleKind.SIDES, ""))), NAMES
    )
    assert "all together" in several[0]
    assert several.count(give_words(error)) == 2
    assert several[-1].endswith("cash (Rivera joint) and the sides of identical sets.")
    one = conflict_words(Conflict((tax,), (tax,)))
    assert one == ("The rules contradict each other. The least that has to give:", give_words(tax))


def test_other_trades_read_as_meant() -> None:
    subject = "Selling this lot instead"
    worse = WhatIf(
        Decimal("412.30"),
        tax=Decimal(600),
        cost=Decimal("2.12"),
        risk=Decimal("-189.82"),
        tracking_error_bp=Decimal("34.2"),
        orders=7,
    )
    assert what_if_words(worse, subject) == (
        "Selling this lot instead: +$412 at most, worse (tax +$600, trading +$2.12, tracking error −$190); "
        "tracking error 34.2 bp after it; 7 trades differ."
    )
    assert what_if_words(WhatIf(possible=False), subject).endswith("no plan keeps every rule then.")
    assert what_if_words(WhatIf(), subject).endswith("the plan does so already.")


def test_rules_in_the_middle_of_a_sentence() -> None:
    assert rule_phrase("sector", "Energy") == "a sector limit (Energy)"
    assert rule_phrase("tax_budget", "") == "the tax budget"
