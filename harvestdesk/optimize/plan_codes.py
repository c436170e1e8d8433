"""Codes of household plans, with their facts; `codes` has those of the year-end harvest, and what facts look like."""

from typing import Final

from harvestdesk.optimize.code_spec import CodeSpec, table

_PLAN_SALE_FACTS = (
    "symbol",
    "account",
    "acquired_on",
    "proceeds",
    "gain",
    "loss",
    "term",
    "tax",
    "tax_value",
    "tax_at_margin",
    "saved_at_margin",
    "net",
    "removed_bp",
    "added_bp",
    "risk",
    "rule",
    "rule_name",
)
"""`gain` is signed; `loss`, `tax` (costs), `tax_value` (saves), `risk` and `net` are "" where not above nothing.

`tax` and `tax_value` are the sale's share of what the plan changes of the year's tax; `tax_at_margin` and
`saved_at_margin` what its gain or loss does on top of all others, "" where that is the same.

`removed_bp`, `added_bp`: tracking error of the plan without this trade, less with it; `risk`: its price a year.
`net`: what the trade is worth at the margin, first-order, all told. `rule` is a word of domain.conflict.RuleKind.
"""

PLAN_SALE_REASONS: Final = table(
    CodeSpec("sale_saves_tax", _PLAN_SALE_FACTS, "most of what speaks for it is the tax it saves"),
    CodeSpec("sale_takes_loss", _PLAN_SALE_FACTS, "sold for its loss, whatever that saves"),
    CodeSpec("sale_cuts_risk", _PLAN_SALE_FACTS, "brings the household nearer to its target"),
    CodeSpec("sale_raises_cash", _PLAN_SALE_FACTS, "the cash is needed"),
    CodeSpec("sale_for_rule", _PLAN_SALE_FACTS, "a rule asks for it"),
)
"""Of household plans other than the year-end harvest."""

_PLAN_BUY_FACTS = (
    "symbol",
    "account",
    "amount",
    "removed_bp",
    "added_bp",
    "risk",
    "rule",
    "rule_name",
)

GAIN_SALE_REASONS: Final = table(
    CodeSpec(
        "gain_taken",
        (
            "symbol",
            "account",
            "acquired_on",
            "gain",
            "basis",
            "new_basis",
            "long_on",
            "tax",
            "of_shares",
        ),
        "a long-term gain taken in the 0 % band; `tax`: its share of the state's, `of_shares`: of a lot sold in part",
    )
)

GIFT_REASONS: Final = table(
    CodeSpec(
        "gift_gain",
        ("symbol", "gain", "gain_percent", "overweight_percent", "of_shares", "tax"),
        "a long-term gain given away; `gain_percent`: of its value, `overweight_percent`: above its target today",
    )
)

PLAN_PURCHASE_REASONS: Final = table(
    CodeSpec(
        "bought_back",
        ("symbol", "account", "amount", "long_on"),
        "what was sold at a gain; long-term again from `long_on`",
    ),
    CodeSpec("buy_cuts_risk", _PLAN_BUY_FACTS, "brings the household nearer to its target"),
    CodeSpec("buy_spends_cash", _PLAN_BUY_FACTS, "cash has to be invested, and this costs least"),
    CodeSpec("buy_for_rule", _PLAN_BUY_FACTS, "a rule asks for it"),
)

_PLAN_KEPT_FACTS = ("symbol", "account", "gain")

PLAN_KEPT_REASONS: Final = table(
    CodeSpec(
        "not_worth",
        (*_PLAN_KEPT_FACTS, "dollars", "tax", "trading", "risk", "cash", "rules"),
        "reduced cost of all that is left, first-order: `dollars` is the sum of the signed others, the proceeds "
        "put where the account buys last",
    ),
    CodeSpec(
        "other_side",
        (*_PLAN_KEPT_FACTS, "bought_symbols", "lead"),
        "its set is bought; `lead`: what the other side is proven to cost at least, "
        " where nothing is",
    ),
    CodeSpec(
        "rule_stops",
        (*_PLAN_KEPT_FACTS, "rule", "rule_name", "worth", "price"),
        "worth `worth` but for a rule; `price`: what the room it would take is worth to other trades",
    ),
    CodeSpec("at_margin", (*_PLAN_KEPT_FACTS, "left"), "sold as far as it pays"),
    CodeSpec(
        "ticket_not_worth",
        (*_PLAN_KEPT_FACTS, "worth", "ticket"),
        "one order more does not pay; `worth` leaves out what selling more and more brings less",
    ),
    CodeSpec(
        "order_too_small",
        (*_PLAN_KEPT_FACTS, "value", "min_trade"),
        "what the plan would sell (`value`, where known) is below the smallest order",
    ),
    CodeSpec("left_by_rounding", (*_PLAN_KEPT_FACTS, "shares"), "what shares leave over"),
    CodeSpec(
        "within_gap",
        (*_PLAN_KEPT_FACTS, "dollars"),
        "may pay; the search ended before it was known",
    ),
    CodeSpec("lock_stops", _PLAN_KEPT_FACTS, "its loss would be washed"),
    CodeSpec("left_alone", _PLAN_KEPT_FACTS, "a rule of the person keeps it out of the plan"),
    CodeSpec("kept_gain", _PLAN_KEPT_FACTS, "the plan sells losses that count, and nothing else"),
)

PLAN_RULE_REASONS: Final = table(
    CodeSpec("gains_not_taxed", ("symbol", "account"), "no gain is taxed in its account"),
    CodeSpec("no_gain_to_take", ("symbol", "loss"), "not above its basis"),
    CodeSpec("loss_not_given", ("symbol", "loss"), "a loss given away would be nobody's"),
    CodeSpec("not_long_term", ("symbol", "gain", "long_on"), "held for a year or less"),
    CodeSpec(
        "buy_back_locked",
        ("symbol", "gain", "free_from"),
        "buying it back would wash a loss sold within 30 days",
    ),
    CodeSpec("not_bought_back", ("symbol", "gain", "account"), "its account may not buy it back"),
    CodeSpec("no_gain_room", ("symbol", "gain"), "the 0 % band, or what was asked, is filled"),
    CodeSpec("gain_not_worth", ("symbol", "gain"), "trading would cost more than it ever spares"),
    CodeSpec("not_given", ("symbol", "gain"), "other lots spare more tax a dollar, or risk"),
    CodeSpec("share_above_gift", ("symbol", "gain"), "one share is more than what was asked"),
    CodeSpec("part_not_given", ("symbol", "gain"), "less than a share is left"),
    CodeSpec("never_trade_account", ("symbol", "account"), "its account is never traded in"),
    CodeSpec("never_sell", ("symbol", "account"), "the person said never to sell it"),
    CodeSpec("not_a_payer", ("symbol", "account"), "its account does not pay this withdrawal"),
    CodeSpec("zone_holds", ("symbol", "account"), "no-trade zone: every class is in its band"),
    CodeSpec("only_buys", ("symbol", "account"), "a contribution buys and sells nothing"),
    CodeSpec("not_short_term", ("symbol", "loss"), "only short-term losses are asked for"),
)
"""Lots kept by a rule of the person, or of the job."""

PLAN_NOTICES: Final = table(
    CodeSpec(
        "gain_room",
        ("room", "gain", "taxable_income", "line"),
        "what the year takes at no federal tax, and what the plan takes of it",
    ),
    CodeSpec(
        "no_gains_to_take",
        ("room", "gain", "taxable_income", "line"),
        "there is room, but no long-term gain that may be taken",
    ),
    CodeSpec(
        "gain_room_full",
        ("taxable_income", "line", "above", "rate"),
        "no room: `above` the line, or for other reasons; `rate`: on the next dollar",
    ),
    CodeSpec("gain_room_losses", ("carried",), "gains would use up losses that are carried on"),
    CodeSpec("gain_state_tax", ("state", "tax"), "the state taxes the gains all the same"),
    CodeSpec("buy_back_washes", ("symbols", "until"), "losses of these sold until then are washed"),
    CodeSpec("buy_back_short", ("symbols", "long_on"), "the new shares are short-term till then"),
    CodeSpec("fund_round_trip", ("symbols",), "fund companies may bar buying back at once"),
    CodeSpec("gain_other_rules", (), "what more income changes beside income tax"),
    CodeSpec("no_gift_lots", ("asked",), "no long-term lot at a gain may be given"),
    CodeSpec("gift_out_of_reach", ("asked", "value"), "less than asked can be given"),
    CodeSpec("gift_nearest", ("asked", "value"), "whole shares come no nearer to what was asked"),
    CodeSpec("gift_shares_dear", ("symbols", "asked"), "one share is more than what was asked"),
    CodeSpec("losses_not_given", ("symbols", "loss"), "sell what stands at a loss instead"),
    CodeSpec("gift_papers", (), "no appraisal; evidence of the holding period"),
    CodeSpec("gift_limit_unknown", (), "no income is known to measure the limit by"),
    CodeSpec(
        "gift_above_limit",
        ("agi", "limit", "value", "over"),
        "more than 30 % of income: the rest is carried for five years",
    ),
    CodeSpec("gift_within_limit", ("agi", "limit"), "within 30 % of income"),
    CodeSpec("gift_floor", ("floor",), "gifts count beyond this part of income only"),
    CodeSpec("gift_not_itemised", ("deduction",), "the standard deduction may be as good"),
    CodeSpec(
        "within_bands", (), "no-trade zone: every class is inside its band, nothing is traded"
    ),
    CodeSpec("nothing_pays", (), "no trade is worth its cost and tax"),
    CodeSpec("nothing_priced", (), "without any price nothing can be traded"),
    CodeSpec("paid_from_cash", (), "a withdrawal needs no sale"),
    CodeSpec("cash_stays_idle", ("cash", "accounts"), "cash beside the new cash is not invested"),
    CodeSpec("loss_above_asked", ("asked", "loss"), "whole shares take clearly more losses"),
    CodeSpec(
        "cash_out_of_reach",
        ("account", "cash", "cash_min"),
        "an account's cash is below its least, and what may be sold there does not bring it there",
    ),
    CodeSpec("contribution_arrives", ("amount", "accounts"), "where the plan takes new cash to be"),
    CodeSpec(
        "loss_out_of_reach",
        ("asked", "reached", "locked", "long_term", "ruled", "limits"),
        "fewer losses than asked for can be taken; dollars of the others by what keeps them",
    ),
    CodeSpec(
        "payout_is_income",
        ("accounts", "amount", "tax"),
        "payouts are taxed as ordinary income; the plan's tax has it in it",
    ),
    CodeSpec(
        "model_assumed",
        ("accounts",),
        "a model of its own: only what it names, holds, or lists as replacements is bought there",
    ),
    CodeSpec(
        "menu_assumed", ("accounts",), "no menu: only what the workplace plan holds is bought"
    ),
    CodeSpec(
        "after_tax_view",
        ("accounts", "percent"),
        "weights count traditional accounts less the tax at withdrawal",
    ),
    CodeSpec("location_assumed", ("years",), "asset location rests on assumed returns and yields"),
    CodeSpec("volume_unknown", ("symbols", "count"), "no average volume: not limited by it"),
)

PLAN_CHECKS: Final = table(
    CodeSpec("federal_tax_same", ("before", "after"), "federal tax is no higher with the gains"),
    CodeSpec(
        "long_gains_only", ("symbols",), "every sale is a long-term gain of a taxable account"
    ),
    CodeSpec("all_bought_back", ("symbols",), "every share sold is bought back where it was"),
    CodeSpec("gift_shares_held", ("symbols",), "no gift takes more than the lot's shares"),
    CodeSpec("gift_whole_shares", ("symbols",), "gifts are whole shares"),
    CodeSpec("gift_long_gains", ("symbols",), "every gift is a long-term gain, exactly booked"),
    CodeSpec("gift_reached", ("value", "asked"), "the amount is met to half a share or 1 %"),
    CodeSpec("rules_kept", ("symbols",), "trades keep to accounts, menus and never-lists"),
    CodeSpec("shares_tradable", ("symbols",), "shares are whole, or the broker's parts"),
    CodeSpec("cash_within", ("accounts",), "every account ends with the cash its rule asks for"),
    CodeSpec("turnover_within", ("turnover_percent", "limit_percent"), "sales are within turnover"),
    CodeSpec("tax_within", ("tax", "limit"), "tax of the year grows by no more than the budget"),
    CodeSpec("gain_within", ("gain", "limit"), "gains less losses are within their budget"),
    CodeSpec("weights_within", ("names",), "bands and limits on weights hold after the plan"),
    CodeSpec("orders_large_enough", ("symbols", "min_trade"), "no order is below the smallest"),
    CodeSpec("orders_few_enough", ("orders", "limit"), "there are no more orders than allowed"),
    CodeSpec("volume_within", ("symbols",), "orders stay within their share of a day's volume"),
    CodeSpec("nothing_sold", ("sales",), "nothing is sold"),
    CodeSpec("payout_raised", ("paid", "amount"), "the accounts pay out exactly what was asked"),
    CodeSpec("loss_reached", ("loss", "asked"), "losses reach what was asked, or what there is"),
    CodeSpec("engine_agrees", ("broken",), "the engine, reckoning anew, finds every rule kept"),
)
