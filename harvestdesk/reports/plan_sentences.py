"""Sentences of household plans, by code; `words` has those of the year-end harvest. Wording only."""

RULES: dict[str, str] = {
    "cash": "cash",
    "turnover": "the turnover limit",
    "tax_budget": "the tax budget",
    "gain_budget": "the gain budget",
    "tracking_error": "the limit on tracking error",
    "security": "a limit on one security",
    "sector": "a sector limit",
    "asset_class": "an asset-class limit",
    "loss_target": "the losses asked for",
    "payout": "the amount to raise",
    "max_trades": "the most orders",
    "min_trade": "the smallest order",
    "volume": "the share of daily volume",
    "locks": "the wash-sale locks",
    "sides": "the sides of identical sets",
}
"""Rules in the middle of a sentence, by domain.conflict.RuleKind."""

RULE_NAMES: dict[str, str] = {
    "cash": "Cash in",
    "turnover": "Turnover limit",
    "tax_budget": "Tax budget",
    "gain_budget": "Gain budget",
    "tracking_error": "Limit on tracking error",
    "security": "Limit on",
    "sector": "Sector",
    "asset_class": "Asset class",
    "loss_target": "Losses asked for",
    "payout": "Amount to raise",
    "max_trades": "Most orders",
    "min_trade": "Smallest order",
    "volume": "Share of daily volume",
    "locks": "Wash-sale locks",
    "sides": "Sides of identical sets",
}
"""The same at the start of a line; a name follows where there is one."""

PRICES: dict[str, str] = {
    "": "{step} more room in {rule} would be worth {worth}",
    "cash": "Each further {step} of cash in {name} would be worth {worth}",
    "cash_invested": "Each {step} that need not be invested in {name} would be worth {worth}",
    "turnover": "{step} more turnover would be worth {worth}",
    "gain_budget": "The next {step} of gain budget would be worth {worth}",
    "tax_budget": "The next {step} of tax budget would be worth {worth}",
    "tracking_error": "{step} more tracking error would be worth {worth}",
    "security": "{step} more room for {name} would be worth {worth}",
    "sector": "{step} more room for the sector {name} would be worth {worth}",
    "asset_class": "{step} more room for {name} would be worth {worth}",
    "max_trades": "One order more would be worth {worth}",
    "loss_target": "The last {step} of the losses asked for cost {worth}",
    "payout": "The last {step} raised cost {worth}",
}
"""What one step of a rule is worth, by the code of its price."""

_ALONE = "[; by itself it takes {removed_bp:bp} off tracking error][; by itself it adds {added_bp:bp} of tracking error]"
_WORTH = "[; at the margin worth {net:usd0} in all]"
_MARGIN = "[ ({tax_at_margin:usd} at the margin)][ ({saved_at_margin:usd} saved at the margin)]"
_TAX = f"[ at {{tax:usd}} of tax][ and saves {{tax_value:usd}} of tax]{_MARGIN}"

PLAN_SENTENCES: dict[str, str] = {
    # --- why a lot is sold
    "sale_saves_tax": "Realises a {term:term} loss of {loss:usd}[, which saves {tax_value:usd} of tax this year]"
    f"{_MARGIN}{_ALONE}{_WORTH}.",
    "sale_takes_loss": f"Realises a {{term:term}} loss of {{loss:usd}}{_ALONE}.",
    "sale_cuts_risk": f"Brings the household nearer to its target{_TAX}{_ALONE}{_WORTH}.",
    "sale_raises_cash": f"Raises {{proceeds:usd}} of cash{_TAX}{_ALONE}{_WORTH}.",
    "sale_for_rule": f"Asked for by {{rule:rule}}[ ({{rule_name}})]; sold{_TAX}{_ALONE}{_WORTH}.",
    "gain_taken": "Its long-term gain of {gain:usd} is free of federal tax this year[; state tax {tax:usd}]. Bought "
    "back, its basis rises from {basis:usd} to {new_basis:usd}[; of a lot of {of_shares:shares} shares].",
    # --- why shares are given
    "gift_gain": "A long-term gain of {gain:usd}, {gain_percent:pct} of its value, is never taxed[: {tax:usd} of tax "
    "this year, had it been sold][; {symbol} is {overweight_percent:pct} above its target][; part of a lot of "
    "{of_shares:shares} shares].",
    # --- why something is bought
    "bought_back": "Bought back at once: there is no wash sale on a gain. Long-term again from {long_on:day}.",
    "buy_cuts_risk": "Brings the household nearer to its target"
    "[; by itself it takes {removed_bp:bp} off tracking error, worth {risk:usd0} a year]"
    "[; by itself it adds {added_bp:bp} of tracking error, which sales take off again].",
    "buy_spends_cash": f"Puts cash to work where it costs least{_ALONE}.",
    "buy_for_rule": f"Asked for by {{rule:rule}}[ ({{rule_name}})]{_ALONE}.",
    # --- why a lot is kept
    "not_worth": "At the margin selling it would cost {dollars:usd} more than it brings: tax {tax:usd}, "
    "trading {trading:usd}, tracking error {risk:usd}[, cash {cash:usd}][, rules {rules:usd}]; what is below zero "
    "speaks for selling.",
    "other_side": "The plan buys {bought_symbols} of the same identical set, so its losses are not sold"
    "[; selling them instead would cost at least {lead:usd}].",
    "rule_stops": "Selling it would be worth {worth:usd} at the margin, but {rule:rule}[ ({rule_name})] has no room "
    "for it[: the room it takes is worth {price:usd} elsewhere].",
    "at_margin": "Sold as far as it pays; {left:usd} of it is left.",
    "ticket_not_worth": "Selling it would be worth {worth:usd} at most, less than it takes with the cost of an order "
    "({ticket:usd}).",
    "order_too_small": "Its order[ of {value:usd}] would be below the smallest order ({min_trade:usd}), and a larger "
    "one does not pay.",
    "left_by_rounding": "{shares:shares} shares are left after rounding.",
    "within_gap": "Selling it may be worth {dollars:usd} more; the search ended within its proven gap.",
    "lock_stops": "Locked: its loss would be washed.",
    "left_alone": "Left alone by a rule of yours.",
    "kept_gain": "This plan sells losses that count, and nothing else.",
}
