"""Sentences of household plans: lots their rules keep, notices, and checks that passed or failed."""

HOUSEHOLD_SENTENCES: dict[str, str] = {
    # --- lots a rule keeps
    "never_trade_account": "{account} is never traded in.",
    "never_sell": "You never sell {symbol}.",
    "not_a_payer": "{account} does not pay this withdrawal.",
    "zone_holds": "Left alone: every asset class is inside its band.",
    "only_buys": "This plan puts cash to work: it buys and sells nothing.",
    "not_short_term": "Long-term: only short-term losses are asked for[; loss {loss:usd} left].",
    # --- notices
    "within_bands": "Everything is within its bands, so nothing is traded.",
    "nothing_pays": "No trade is worth its cost and tax today.",
    "cash_out_of_reach": "{account} holds {cash:usd}, below its least of {cash_min:usd}, and what may be sold "
    "there does not bring it that far.",
    "contribution_arrives": "The plan takes {amount:usd} of new cash to be in {accounts} when it trades.",
    "loss_out_of_reach": "Losses of {asked:usd} can't be had: the plan aims at {reached:usd}, all there is "
    "within its rules.",
    "payout_is_income": "{amount:usd} paid out of {account} is ordinary income[, taxed at about {rate:rate}]; the "
    "tax figures of this plan are those of capital gains and leave it out.",
    "menu_assumed": "No menu is entered for {accounts}, so only what is held there already is bought.",
    "after_tax_view_open": "Weights count traditional accounts before tax: the after-tax view is not part of "
    "plans yet.",
    "location_assumed": "Asset location rests on assumed returns and yields of asset classes over {years:count} "
    "years; it sells no gain the plan would not sell without it.",
    "volume_unknown": "No average volume is known for {symbols}, so their orders are not limited by it.",
    # --- checks that passed
    "rules_kept": "Trades keep to the accounts, menus and never-lists you set.",
    "shares_tradable": "Shares are whole, or in the parts the broker trades.",
    "cash_within": "Every account ends with the cash its rule asks for.",
    "turnover_within": "Sales[ of {turnover_percent:pct} of value] are within the turnover limit"
    "[ of {limit_percent:pct}].",
    "tax_within": "Tax of the year[ changes by {tax:usd}, which] is within the budget[ of {limit:usd}].",
    "gain_within": "Gains less losses[ of {gain:usd}] are within their budget[ of {limit:usd}].",
    "weights_within": "Bands and limits on weights hold after the plan.",
    "orders_large_enough": "No order is below the smallest[ of {min_trade:usd}].",
    "orders_few_enough": "There are no more orders[ ({orders:count})] than allowed[ ({limit:count})].",
    "volume_within": "Every order stays within its share of a day's volume.",
    "nothing_sold": "Nothing is sold.",
    "payout_raised": "The accounts pay out exactly what was asked[: {paid:usd}].",
    "loss_reached": "Losses[ of {loss:usd}] reach what was asked, or all there is[: {asked:usd}].",
    "engine_agrees": "The engine, reckoning the booked trades anew, finds every rule kept.",
}

HOUSEHOLD_FAILURES: dict[str, str] = {
    "rules_kept": "A trade breaks a rule on accounts, menus or never-lists[: {symbols}].",
    "shares_tradable": "The broker does not trade such parts of a share[: {symbols}].",
    "cash_within": "Cash would end outside what its rule asks for[: {accounts}].",
    "turnover_within": "Sales[ of {turnover_percent:pct} of value] are above the turnover limit"
    "[ of {limit_percent:pct}].",
    "tax_within": "Tax of the year[ would grow by {tax:usd}, which] is above the budget[ of {limit:usd}].",
    "gain_within": "Gains less losses[ of {gain:usd}] are above their budget[ of {limit:usd}].",
    "weights_within": "Weights would end outside their limits[: {names}].",
    "orders_large_enough": "An order is below the smallest[ of {min_trade:usd}][: {symbols}].",
    "orders_few_enough": "There are more orders[ ({orders:count})] than allowed[ ({limit:count})].",
    "volume_within": "An order is above its share of a day's volume[: {symbols}].",
    "nothing_sold": "Something is sold[: {sales:count} sales].",
    "payout_raised": "The accounts pay out[ {paid:usd},] not what was asked[: {amount:usd}].",
    "loss_reached": "Losses[ of {loss:usd}] fall short of what was asked[: {asked:usd}].",
    "engine_agrees": "The engine, reckoning the booked trades anew, finds a rule broken[: {broken}].",
}
