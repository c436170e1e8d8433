"""The words themselves: templates by code. Wording only; the forms are in `wording`.

A part in square brackets is left out when one of its facts is not known.
"""

from harvestdesk.reports.household_words import HOUSEHOLD_FAILURES, HOUSEHOLD_SENTENCES
from harvestdesk.reports.plan_sentences import PLAN_SENTENCES

CAUSES: dict[str, str] = {
    "loss_sale": "a sale at a loss",
    "buy": "a purchase",
    "purchase": "a purchase",
    "drip": "a dividend reinvestment",
    "vest": "a share vest",
    "recurring": "a recurring purchase",
    "scheduled": "a scheduled purchase",
    "drip_scheduled": "a dividend reinvestment ahead",
    "reinvestment": "a dividend reinvestment",
    "planned": "this plan's sale at a loss",
    "planned_sale": "this plan's sale at a loss",
    "planned_purchase": "this plan's own purchase",
}

TERMS: dict[str, str] = {"short": "short-term", "long": "long-term"}

LIMITS: dict[str, str] = {
    "tracking_error": "more would break the tracking-error limit",
    "wash_sale": "the loss on the other shares would be washed by a recent purchase",
}

KINDS: dict[str, str] = {
    "option": "an option",
    "money_market": "a cash fund",
    "bond": "a bond",
    "crypto": "a digital asset",
    "other": "of a kind the program does not know",
}

SENTENCES: dict[str, str] = {
    **PLAN_SENTENCES,
    **HOUSEHOLD_SENTENCES,
    # --- why a lot is sold
    "harvest_loss": "Realises a {term:term} loss of {loss:usd}[ ({loss_percent:pct} of basis)][, worth "
    "{tax_value:usd} of tax this year][; {disallowed:usd} more is disallowed and added to the basis of the "
    "shares bought within 30 days].",
    "harvest_loss_partly": "Realises a {term:term} loss of {loss:usd}[ ({loss_percent:pct} of basis)]"
    "[, worth {tax_value:usd} of tax this year]; only part of the lot[ of {of_shares:shares} shares] is sold"
    "[: {limit:limit}].",
    # --- why something is bought
    "replacement_listed": "Listed replacement for {for_symbols}[, choice {rank:count}][, hurdle {hurdle_bp:bp}].",
    "replacement_nearest": "Nearest[ in {sector}] to {for_symbols}[; {distance_percent:pct} a year apart].",
    "replacement_balances": "Keeps the mix nearest to its target[ ({sector})] after {for_symbols} is sold.",
    # --- why a lot is kept
    "locked_until": "Locked until {free_from:day}: {cause:cause}[ in {accounts}] within 30 days would wash "
    "the loss[ of {loss:usd}][ on {blocked_shares:shares} shares][; selling anyway would lose only "
    "{disallowed:usd} of {loss:usd} ({percent:pct}) for now: allow that in the settings].",
    "permanent_loss_risk": "Locked until {free_from:day}: {cause:cause} in {accounts} would destroy the loss"
    "[ of {loss:usd}] for good (IRA-type account).",
    "scheduled_purchase": "Blocked by {cause:cause} ahead[ in {accounts}]: it would wash the loss"
    "[ of {loss:usd}]; free from {free_from:day}, or once that purchase is paused[; selling anyway would lose "
    "only {disallowed:usd} of {loss:usd} ({percent:pct}) for now: allow that in the settings].",
    "replaces_sold": "Bought[ on {acquired_on:day}] within 30 days of an earlier lot of its set: its shares may "
    "take over a part of that lot's loss, so they are not sold with it; loss {loss:usd} left.",
    "gain": "Not below its basis: unrealised gain {gain:usd}[ ({gain_percent:pct})].",
    "below_threshold": "Loss of {loss:usd} is below the smallest worth a sale ({min_loss:usd}).",
    "below_min_trade": "The order of {value:usd} is below the smallest order ({min_trade:usd}); "
    "loss {loss:usd}.",
    "would_breach_te": "No room under the tracking-error limit[ of {limit_bp:bp}]: selling it adds "
    "{marginal_bp:bp}[, to {te_after_bp:bp}]; loss {loss:usd} left[; one more basis point would buy "
    "{loss_per_bp:usd0} of losses].",
    "hurdle_not_met": "The loss of {loss:usd} is worth {tax_value:usd}, less than the {hurdle_cost:usd} its "
    "cheapest replacement costs.",
    "no_replacement": "No replacement may be bought for it[ in {account}]; loss {loss:usd} left. It needs one "
    "with a price and without a lock: import its price, or plan without replacements.",
    "set_is_bought": "The plan buys {bought_symbols} of the same identical set, worth more than this loss "
    "of {loss:usd}.",
    "rounding": "{shares:shares} shares are left after rounding to whole shares; loss {loss:usd}.",
    "no_price": "No price on or before the day.",
    "no_basis": "The broker gave no cost basis.",
    "no_date": "Only the position is known, not when it was acquired.",
    "excluded": "Excluded by you.",
    "account_not_trading": "{account} is not part of this plan.",
    "other_return": "{account} is the spouse's own: its losses belong on another tax return.",
    "ira": "Losses in {account} do not count: it is tax-advantaged.",
    "kind_not_planned": "Not planned: it is {kind:kind}.",
    # --- remarks on the whole plan
    "te_already_above_limit": "Tracking error is {today_bp:bp} today, above the limit of {limit_bp:bp}; the "
    "plan does not raise it.",
    "no_loss_lots": "No lot can be harvested[: of {lots:count} lots, {gains:count} stand at a gain, "
    "{locked:count} are locked, {below:count} are too small and {other:count} are left for other reasons].",
    "nothing_to_buy": "There are losses of {loss:usd} in {symbols}, but nothing may be bought in their place: a "
    "replacement needs a price and no lock. Import a price list that holds one (the usual partners of common "
    "funds are known), or plan without replacements.",
    "nothing_fits": "There are losses[ of {loss:usd}], but none fits under the tracking-error limit of "
    "{limit_bp:bp}.",
    "coverage_incomplete": "Coverage incomplete for {sales:count} of {of_sales:count} lots sold ({symbols}): not "
    "every purchase is known in {uncovered:days}. One there would wash these losses; import those days, or look "
    "them up at the broker, before trading.",
    "evidence_unclear": "Unclear for {sales:count} of {of_sales:count} lots sold ({symbols}): what {options} is an "
    "option on is not known, so it may wash these losses; name its underlying before trading.",
    "locks_into_january": "The locks of this plan run into the new year: do not buy {symbols} through "
    "{last_day:day}; the first safe day is {first_safe_day:day}.",
    "january_purchases": "A purchase in January still destroys losses of {year}: buying, reinvesting or an IRA "
    "purchase before {first_safe_day:day} washes them although the year is over.",
    "early_year": "It is early: {days_left:count} days are left until {year_end:day}, and the year's gains "
    "and losses can still turn.",
    "stale_prices": "[{count:count} ]prices are older than a long weekend[, the oldest of {oldest_on:day}]: "
    "{symbols}. Import fresh prices before trading.",
    "prices_missing": "No price for {symbols}; what is held of them is left out of every figure.",
    "risk_history_short": "Too little price history for {symbols}[ (fewer than {needed_days:count} days)]: "
    "their risk comes from sector and asset class.",
    "risk_builtin_only": "No price history at all[ for {count:count} securities]: tracking error rests on "
    "the built-in table of risks.",
    "risk_history_unused": "Price history is not used, as this household chose: tracking error rests on the "
    "built-in table of risks.",
    "prices_like_split": "The price of {symbols} moved like a split it was not adjusted for[, on {count:count} days]"
    "[, last on {last_on:day}]. Risk leaves such days out; import adjusted prices.",
    "prices_jump": "The price of {symbols} moved far beyond its usual day[ on {count:count} days]"
    "[, last on {last_on:day}]. Risk counts such days only in part.",
    "prices_stood_still": "The price of {symbols} stood still[ on {count:count} days][, last on {last_on:day}]. "
    "Risk leaves such days out.",
    "prices_never_moved": "The price of {symbols} never moved[ in {count:count} days]: its risk comes from sector "
    "and asset class.",
    "no_targets": "No targets are set: tracking error is measured against today's holdings.",
    "target_class_not_held": "Targets without a holding are left out of the tracking error: {asset_classes}.",
    "pause_scheduled": "Pause {type:cause} of {symbol} in {account}[, next on {next_on:day},] until "
    "{until:day} is over.",
    "pause_reinvestment": "Turn off dividend reinvestment of {symbols} in {account} until {until:day} is over.",
    "solver_fallback": "The first solver ({first}) answered {status}; {second} solved the plan.",
    "solver_not_optimal": "The solver did not prove this plan[ ({solver}: {status})]; it can't be exported.",
    "gap_large": "The plan may be up to {gap_percent:pct} away from the best possible.",
    "limit_repaired": "Whole shares would have broken the limit; sales were cut back, giving up "
    "{loss_given_up:usd} of losses.",
    "cash_left": "{amount:usd} of proceeds stay in cash in {account}: they buy no whole share or make no "
    "order of the smallest size.",
    "losses_carried": "Losses beyond this year's gains and deduction are carried into next year[: "
    "{short:usd} short-term, {long:usd} long-term].",
    "year_to_date_incomplete": "Sales of this year whose basis is not known are left out of its results and tax"
    "[: {sales:count}].",
    "linear_tax_value": "Lots were ranked by the flat rate of their term[ ({rate_short:rate} short, "
    "{rate_long:rate} long)].",
    "walked_tax_value": "Lots were ranked by what the next dollar of loss of their term is worth where the year "
    "stands, this year and carried[ ({rate_short:rate} short, {rate_long:rate} long)]. The distance from the best "
    "possible is measured at these rates; the tax before and after is walked through the tables.",
    "tax_tables_missing": "There are no tax tables for {year}: the rates entered by hand were used.",
    "tax_figures_of_other_year": "The tax figures of {year} are not known; those of {figures_of} were used.",
    "state_rate_unknown": "How {state} taxes gains is not known here, so its tax is left out: enter its rate in "
    "the household's tax profile.",
    "tax_figures_unconfirmed": "Tax figures told by one source only, so check before filing: {figures}.",
    # --- checks that passed
    "no_gain_sold": "Every sale realises a loss.",
    "wash_sale_free": "The exact wash-sale ledger, run over history and plan, disallows none of the "
    "losses[ beyond the {accepted:usd} the plan accepts].",
    "shares_held": "Every share sold is held, by the ledger.",
    "gains_exact": "The ledger finds the same gains and losses to the cent.",
    "purchases_unlocked": "No purchase is under a lock of an earlier sale at a loss.",
    "shares_available": "No sale takes more shares than its lot has.",
    "cash_not_negative": "No account's cash falls below zero.",
    "cash_not_spent": "Purchases are paid by the sales of the same account.",
    "one_side_per_set": "No identical set is both sold at a loss and bought.",
    "not_buy_locked": "Nothing locked against purchases is bought.",
    "not_loss_locked": "Nothing locked against loss sales is sold.",
    "tracking_error": "Tracking error after the plan[, {te_bp:bp},] is within its limit[ of {limit_bp:bp}].",
}

EVIDENCE: dict[str, str] = {
    "coverage_incomplete": "Coverage incomplete: not every purchase is known in {uncovered:days}; one there would "
    "wash the loss.",
    "unclear": "Unclear: what {options} is an option on is not known; it may wash the loss.",
}
"""What follows a sale's reason where the evidence behind it is thin, by its fact `evidence`."""

FAILURES: dict[str, str] = {
    **HOUSEHOLD_FAILURES,
    "wash_sale_free": "The exact wash-sale ledger would disallow {disallowed:usd} of the losses[, not "
    "{accepted:usd}][ (lot {lot}, "
    "{shares:shares} shares, washed by {replaced_by})].",
    "shares_held": "Shares are sold that the ledger does not know[: {missing:shares} missing].",
    "gains_exact": "The ledger finds gains and losses that differ[ by {difference:usd}].",
    "purchases_unlocked": "A purchase is under a lock of an earlier sale at a loss[: {locked}].",
    # --- checks that failed: such a plan can't be exported
    "no_gain_sold": "At least one sale[ of {sales:count}] would realise a gain.",
    "shares_available": "A sale takes more shares than its lot has[: {symbols}].",
    "cash_not_negative": "Cash would fall below zero[ in {accounts}].",
    "cash_not_spent": "Purchases are not paid by the sales of the same account[: {accounts}].",
    "one_side_per_set": "An identical set is both sold at a loss and bought[: {symbols}].",
    "not_buy_locked": "Something locked against purchases is bought[: {symbols}].",
    "not_loss_locked": "Something locked against loss sales is sold[: {symbols}].",
    "tracking_error": "Tracking error after the plan[, {te_bp:bp},] is above its limit[ of {limit_bp:bp}].",
}
