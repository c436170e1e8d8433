"""Every code a plan can carry, with its facts: what reports.wording has to put into words.

Facts are strings. Money facts are plain dollars with two decimals, `*_bp` basis points a year, `*_percent`
percent, `*_on`, `*_day` and `*_from` ISO dates. `symbol` is one symbol, `symbols` are joined by ", ",
`account` is an account's name and `accounts` are joined by ", ". A fact that is not known is "".
"""

from typing import Final

from harvestdesk.optimize.code_spec import CodeSpec
from harvestdesk.optimize.code_spec import table as _table
from harvestdesk.optimize.plan_codes import (
    GAIN_SALE_REASONS,
    GIFT_REASONS,
    PLAN_CHECKS,
    PLAN_KEPT_REASONS,
    PLAN_NOTICES,
    PLAN_PURCHASE_REASONS,
    PLAN_RULE_REASONS,
    PLAN_SALE_REASONS,
)

__all__ = [
    "CAUTIONS",
    "CHECKS",
    "EVIDENCE_DOUBTS",
    "GAIN_SALE_REASONS",
    "GIFT_REASONS",
    "KEPT_REASONS",
    "NOTICES",
    "PLAN_KEPT_REASONS",
    "PLAN_PURCHASE_REASONS",
    "PLAN_SALE_REASONS",
    "PURCHASE_REASONS",
    "SALE_EVIDENCE",
    "SALE_REASONS",
    "CodeSpec",
]


_SALE_FACTS = (
    "symbol",
    "account",
    "loss",
    "disallowed",
    "loss_percent",
    "term",
    "acquired_on",
    "tax_value",
)
"""`loss` is what counts this year; `disallowed` is "" where nothing is."""

SALE_REASONS: Final = _table(
    CodeSpec("harvest_loss", _SALE_FACTS, "shares of the lot are sold for their loss"),
    CodeSpec(
        "harvest_loss_partly",
        (*_SALE_FACTS, "of_shares", "limit"),
        "part of the lot is sold; `limit` says what stopped there: `tracking_error`, `wash_sale`",
    ),
)

SALE_EVIDENCE: Final = _table(
    CodeSpec(
        "coverage_incomplete",
        ("uncovered", "options"),
        "not every purchase in the window is known; `uncovered`: accounts with the days missing",
    ),
    CodeSpec(
        "unclear",
        ("uncovered", "options"),
        "`options` are held whose underlying is not known; they may wash the loss",
    ),
)
"""The fact `evidence` of a sale's reason; it and these come only where evidence is less than probable."""

PURCHASE_REASONS: Final = _table(
    CodeSpec(
        "replacement_listed",
        ("symbol", "for_symbols", "rank", "hurdle_bp"),
        "on the replacement list of what is sold",
    ),
    CodeSpec(
        "replacement_nearest",
        ("symbol", "for_symbols", "sector", "distance_percent"),
        "nearest in its sector; `distance_percent`: yearly tracking error of one against the other",
    ),
    CodeSpec(
        "replacement_balances",
        ("symbol", "for_symbols", "sector"),
        "no replacement of any one sale, but the mix is nearest to the target with it",
    ),
)

_LOCK_FACTS = (
    "symbol",
    "cause",
    "cause_on",
    "accounts",
    "blocked_shares",
    "shares",
    "loss",
    "free_from",
    "disallowed",
    "percent",
)
"""`cause` as in WashLock: `purchase`, `recurring`, `drip`, `vest`, `drip_scheduled`, `scheduled`.

`disallowed`, `percent`: what selling anyway would cost of `loss`, and the setting that allows it; "" unless it
is under 10 percent, known to the share and only deferred.
"""

KEPT_REASONS: Final = {
    **_table(
        CodeSpec("locked_until", _LOCK_FACTS, "bought within 30 days: the loss would be washed"),
        CodeSpec(
            "permanent_loss_risk",
            _LOCK_FACTS,
            "bought within 30 days in an IRA-type account: the loss would be lost for good",
        ),
        CodeSpec(
            "scheduled_purchase", _LOCK_FACTS, "a purchase ahead within 30 days would wash the loss"
        ),
        CodeSpec(
            "replaces_sold",
            ("symbol", "loss", "acquired_on"),
            "its shares take over a part of the loss of an earlier lot the plan may sell",
        ),
        CodeSpec(
            "gain", ("symbol", "gain", "gain_percent"), "not below its basis (gain may be 0.00)"
        ),
        CodeSpec(
            "below_threshold", ("symbol", "loss", "min_loss"), "the loss is smaller than asked for"
        ),
        CodeSpec(
            "below_min_trade",
            ("symbol", "loss", "value", "min_trade"),
            "the order would be too small",
        ),
        CodeSpec(
            "would_breach_te",
            ("symbol", "loss", "marginal_bp", "te_after_bp", "limit_bp", "loss_per_bp"),
            "no room under the limit: `marginal_bp` is what selling and replacing the shares would add to the "
            "plan's tracking error, `te_after_bp` where it would end, `loss_per_bp` the dollars of loss that "
            "one more basis point of limit is worth (the dual price)",
        ),
        CodeSpec(
            "hurdle_not_met",
            ("symbol", "loss", "tax_value", "hurdle_cost"),
            "the loss is worth less than the hurdle of its cheapest replacement",
        ),
        CodeSpec(
            "no_replacement", ("symbol", "loss", "account"), "nothing may be bought for it there"
        ),
        CodeSpec(
            "set_is_bought",
            ("symbol", "loss", "bought_symbols"),
            "its identical set is worth more on the buying side of this plan",
        ),
        CodeSpec(
            "rounding",
            ("symbol", "shares", "loss"),
            "what whole shares and smallest orders leave over",
        ),
        CodeSpec("no_price", ("symbol",), "no price on or before the day"),
        CodeSpec("no_basis", ("symbol",), "the broker gave no cost basis"),
        CodeSpec("no_date", ("symbol",), "only a position is known, no acquisition date"),
        CodeSpec("excluded", ("symbol",), "the person excluded the security"),
        CodeSpec(
            "account_not_trading", ("symbol", "account"), "its account is not part of this plan"
        ),
        CodeSpec(
            "other_return", ("symbol", "account"), "its sales belong on the spouse's own return"
        ),
        CodeSpec("ira", ("symbol", "account"), "in a tax-advantaged account losses do not count"),
        CodeSpec("kind_not_planned", ("symbol", "kind"), "options and cash funds are not planned"),
    ),
    **PLAN_RULE_REASONS,
}

NOTICES: Final = {
    **_table(
        CodeSpec(
            "te_already_above_limit",
            ("today_bp", "limit_bp"),
            "tracking error today is above the limit asked for; the plan may not raise it",
        ),
        CodeSpec(
            "no_loss_lots",
            ("lots", "gains", "locked", "below", "other"),
            "no lot can be harvested; counts",
        ),
        CodeSpec(
            "nothing_to_buy",
            ("symbols", "loss"),
            "losses exist, but no account that holds them has anything to buy in their place",
        ),
        CodeSpec("nothing_fits", ("limit_bp", "loss"), "losses exist, none fits under the limit"),
        CodeSpec(
            "coverage_incomplete",
            ("sales", "of_sales", "symbols", "uncovered"),
            "losses are sold although purchases in their window may be missing; `uncovered`: which accounts lack "
            "which days, such as `Joint (2025-11-21 to 2025-12-04)`",
        ),
        CodeSpec(
            "evidence_unclear",
            ("sales", "of_sales", "symbols", "options"),
            "losses are sold although an option on something unknown is held, which may wash them",
        ),
        CodeSpec(
            "locks_into_january",
            ("symbols", "last_day", "first_safe_day"),
            "the plan's own locks run into the next year",
        ),
        CodeSpec(
            "january_purchases",
            ("year", "first_safe_day"),
            "a January purchase, reinvestment or IRA purchase would still destroy losses of `year`",
        ),
        CodeSpec(
            "early_year",
            ("as_of", "days_left", "year_end"),
            "not yet November; the year can still turn",
        ),
        CodeSpec(
            "stale_prices", ("symbols", "count", "oldest_on"), "prices older than a long weekend"
        ),
        CodeSpec("prices_missing", ("symbols", "count"), "held securities without any price"),
        CodeSpec(
            "risk_history_short",
            ("symbols", "count", "needed_days"),
            "too little price history: risk from sector and asset class instead",
        ),
        CodeSpec(
            "risk_builtin_only", ("count",), "no price history at all: the built-in table of risks"
        ),
        CodeSpec(
            "risk_history_unused",
            ("count",),
            "the household chose the built-in table of risks over its price history",
        ),
        CodeSpec(
            "prices_like_split",
            ("symbols", "count", "last_on"),
            "`count` days on which a price moved like a split it was not adjusted for; left out of risk",
        ),
        CodeSpec(
            "prices_jump",
            ("symbols", "count", "last_on"),
            "`count` days on which a price moved far beyond its usual day; cut back in risk",
        ),
        CodeSpec(
            "prices_stood_still",
            ("symbols", "count", "last_on"),
            "`count` days on which a price stood still; left out of risk",
        ),
        CodeSpec(
            "prices_never_moved",
            ("symbols", "count", "last_on"),
            "prices that never moved: risk from sector and asset class instead",
        ),
        CodeSpec(
            "no_targets", (), "no targets: tracking error is measured against today's holdings"
        ),
        CodeSpec(
            "target_class_not_held",
            ("asset_classes",),
            "a class has a target but no security; left out of the risk figure",
        ),
        CodeSpec(
            "pause_scheduled",
            ("symbol", "account", "type", "next_on", "until"),
            "task: pause this purchase until the day `until` is over",
        ),
        CodeSpec(
            "pause_reinvestment",
            ("symbols", "account", "until"),
            "task: turn off dividend reinvestment for these until the day `until` is over",
        ),
        CodeSpec(
            "solver_fallback", ("first", "status", "second"), "the second solver had to answer"
        ),
        CodeSpec(
            "solver_not_optimal", ("status", "solver"), "not proved optimal; cannot be exported"
        ),
        CodeSpec("gap_large", ("gap_percent",), "distance to the bound above one percent"),
        CodeSpec(
            "limit_repaired",
            ("loss_given_up",),
            "whole shares broke the limit; sales were cut back",
        ),
        CodeSpec(
            "cash_left",
            ("account", "amount"),
            "proceeds that buy no whole share or stay below min_trade",
        ),
        CodeSpec(
            "losses_carried",
            ("short", "long"),
            "losses beyond this year's gains and deduction are carried to the next",
        ),
        CodeSpec(
            "year_to_date_incomplete",
            ("sales",),
            "sales of this year whose basis is not known are left out of the year's results",
        ),
        CodeSpec(
            "linear_tax_value",
            ("rate_short", "rate_long"),
            "goal after-tax value: lots were ranked by the flat rate of their term",
        ),
        CodeSpec(
            "walked_tax_value",
            ("rate_short", "rate_long"),
            "the same with the year's tables: by what the next dollar of loss is worth where the year stands",
        ),
        CodeSpec(
            "tax_tables_missing",
            ("year",),
            "no tables of the year: the typed rates were used instead",
        ),
        CodeSpec(
            "tax_figures_of_other_year",
            ("year", "figures_of"),
            "the figures of `year` are not known; those of `figures_of` were used",
        ),
        CodeSpec(
            "state_rate_unknown", ("state",), "neither known nor typed: the state's tax is left out"
        ),
        CodeSpec(
            "tax_figures_unconfirmed", ("figures",), "figures used that one source only tells"
        ),
    ),
    **PLAN_NOTICES,
}

EVIDENCE_DOUBTS: Final = frozenset({"coverage_incomplete", "evidence_unclear"})
"""What is not known for sure of purchases that would wash losses."""
CAUTIONS: Final = EVIDENCE_DOUBTS | {"gap_large"}
"""Notices to read once more where a plan leaves the program: on paper and with its orders."""

CHECKS: Final = {
    **_table(
        CodeSpec("no_gain_sold", ("sales",), "every sale realises a loss"),
        CodeSpec(
            "shares_available", ("sales", "symbols"), "no sale takes more than the lot's shares"
        ),
        CodeSpec("cash_not_negative", ("accounts",), "no account's cash falls below zero"),
        CodeSpec(
            "cash_not_spent", ("accounts",), "purchases are paid by the sales of the same account"
        ),
        CodeSpec(
            "one_side_per_set", ("symbols",), "no identical set is both sold at a loss and bought"
        ),
        CodeSpec("not_buy_locked", ("symbols",), "nothing locked against purchases is bought"),
        CodeSpec("not_loss_locked", ("symbols",), "nothing locked against loss sales is sold"),
        CodeSpec(
            "tracking_error",
            ("te_bp", "limit_bp"),
            "tracking error after the plan is within its limit",
        ),
    ),
    **PLAN_CHECKS,
}
"""Own checks; those of washsale.check_plan come beside them with their own codes."""
