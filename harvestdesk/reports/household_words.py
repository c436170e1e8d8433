"""Sentences of household plans: lots their rules keep, notices, and checks that passed or failed."""

HOUSEHOLD_SENTENCES: dict[str, str] = {
    # --- lots a rule keeps
    "never_trade_account": "{account} is never traded in.",
    "never_sell": "You never sell {symbol}.",
    "not_a_payer": "{account} does not pay this withdrawal.",
    "zone_holds": "Left alone: every asset class is inside its band.",
    "only_buys": "This plan puts cash to work: it buys and sells nothing.",
    "not_short_term": "Long-term: only short-term losses are asked for[; loss {loss:usd} left].",
    "gains_not_taxed": "{account} is tax-advantaged: gains there are not taxed.",
    "no_gain_to_take": "No gain to take[: it stands at a loss of {loss:usd}].",
    "loss_not_given": "Not given[: it stands at a loss of {loss:usd}, which a gift would give away]; sell it and "
    "give the cash.",
    "not_long_term": "Short-term: its gain of {gain:usd} is long-term from {long_on:day}.",
    "buy_back_locked": "Its gain of {gain:usd} is left: bought back before {free_from:day} it would wash a loss "
    "sold within 30 days.",
    "not_bought_back": "Its gain of {gain:usd} is left: it could not be bought back in {account}.",
    "no_gain_room": "Its gain of {gain:usd} is left: what fits into the year, or was asked for, is taken.",
    "gain_not_worth": "Its gain of {gain:usd} is left: selling and buying back costs more than it can spare.",
    "not_given": "Its gain of {gain:usd} is left: other lots spare more tax for each dollar given, or bring the "
    "household nearer to its target.",
    "share_above_gift": "One share is worth more than the gift.",
    "part_not_given": "Less than a share is left: brokers transfer whole shares.",
    # --- notices
    "gain_room": "Long-term gains of {room:usd} fit into this year at no federal tax[: taxable income of "
    "{taxable_income:usd} is below the line of {line:usd}]; the plan takes {gain:usd} of them.",
    "no_gains_to_take": "Long-term gains of {room:usd} would fit into this year at no federal tax, but there is no "
    "long-term gain that may be taken under your rules.",
    "gain_room_full": "No long-term gain fits into this year at no federal tax: the next dollar of it would cost "
    "{rate:rate}[. Taxable income of {taxable_income:usd} is already {above:usd} above the line of {line:usd} up to "
    "which gains are taxed at 0 %].",
    "gain_room_losses": "Losses of {carried:usd} are carried into next year: gains taken now would only use them up, "
    "so none are.",
    "gain_state_tax": "[{state} ]taxes these gains all the same: {tax:usd} of state tax, which the plan's tax counts.",
    "buy_back_washes": "{symbols}: bought back today, so that other shares of the same sold at a loss through "
    "{until:day}, in any account of the household, would be wash sales.",
    "buy_back_short": "{symbols}: the shares bought back are new ones. Their basis is today's price, and a gain on "
    "them is short-term until {long_on:day}.",
    "fund_round_trip": "{symbols}: fund companies often bar buying a fund back within 30 to 60 days of a sale. Ask "
    "before you sell.",
    "gain_other_rules": "Gains taken at 0 % still raise adjusted gross income: tax on Social Security benefits, "
    "premium tax credits, Medicare premiums and aid that goes by income are not part of this plan.",
    "no_gift_lots": "There is no long-term lot at a gain that may be given under your rules.",
    "gift_out_of_reach": "Shares worth {asked:usd} can't be given: {value:usd} is all there is of long-term lots at a "
    "gain, in whole shares.",
    "gift_nearest": "Whole shares come to {value:usd}, the nearest to the {asked:usd} asked for.",
    "gift_shares_dear": "One share of {symbols} is worth more than {asked:usd}, so none is given.",
    "losses_not_given": "{symbols}: lots at a loss of {loss:usd} are not given: sell them, take the loss and give "
    "the cash (a gift is deducted at its value, and the loss would be lost; Reg. 1.170A-1(c)).",
    "gift_papers": "Listed securities need no appraisal (IRC §170(f)(11)(A)(ii)). Keep evidence of when and at what "
    "cost each lot was acquired: without it the deduction is limited to the basis.",
    "gift_limit_unknown": "Gifts of appreciated shares to a public charity are deducted up to 30 % of adjusted gross "
    "income, the rest over five further years (IRC §170(b)(1)(C)); no income is known to measure that by.",
    "gift_above_limit": "{value:usd} is more than 30 % of adjusted gross income ({limit:usd} of {agi:usd}), the most "
    "that is deducted this year of appreciated shares given to a public charity; {over:usd} is carried into the next "
    "five years (IRC §170(b)(1)(C)).",
    "gift_within_limit": "The gift is within 30 % of adjusted gross income ({limit:usd} of {agi:usd}), the most that is "
    "deducted in a year of appreciated shares given to a public charity (IRC §170(b)(1)(C)).",
    "gift_floor": "Of all gifts of the year only what is above {floor:usd}, 0.5 % of income, is deducted "
    "(IRC §170(b)(1)(I)).",
    "gift_not_itemised": "The household takes the standard deduction of {deduction:usd}: a gift lowers this year's tax "
    "only as far as itemised deductions come to more than that. The tax on the gain is spared all the same.",
    "within_bands": "Everything is within its bands, so nothing is traded.",
    "nothing_pays": "No trade is worth its cost and tax today.",
    "nothing_priced": "Nothing here has a price, so nothing can be traded.",
    "paid_from_cash": "The cash that is there pays for it: nothing has to be sold.",
    "cash_stays_idle": "{cash:usd} of cash stays where it is in {accounts}: only the new cash is put to work. Asked "
    "to invest without an amount, the plan invests idle cash.",
    "loss_above_asked": "The plan takes losses of {loss:usd}, more than the {asked:usd} asked for, which is the least "
    "it has to take.",
    "cash_out_of_reach": "{account} holds {cash:usd}, below its least of {cash_min:usd}, and what may be sold "
    "there does not bring it that far.",
    "contribution_arrives": "The plan takes {amount:usd} of new cash to be in {accounts} when it trades.",
    "loss_out_of_reach": "Losses of {asked:usd} can't be had: the plan aims at {reached:usd}, all there is within its "
    "rules.[ {locked:usd} more is locked by wash-sale rules.][ {long_term:usd} more is long-term.][ {ruled:usd} more is "
    "kept by your rules or for want of facts.][ {limits:usd} more does not fit within your limits.]",
    "payout_is_income": "{amount:usd} paid out of {accounts} is ordinary income: {tax:usd} of tax this year, which the "
    "tax of this plan has in it. Before age 59½ a further 10 % may be due, which it has not (IRC §72(t)).",
    "model_assumed": "{accounts}: a model of its own is followed there, so only what the model names, what is held "
    "there already, and their replacements are bought. A menu for the account says otherwise.",
    "menu_assumed": "No menu is entered for {accounts}, so only what is held there already is bought.",
    "after_tax_view": "Weights, drift and tracking error count {accounts} less {percent:pct} tax at withdrawal. Shares, "
    "cash and this year's tax are in full dollars.",
    "location_assumed": "Asset location rests on assumed returns and yields of asset classes over {years:count} "
    "years; it sells no gain the plan would not sell without it.",
    "volume_unknown": "No average volume is known for {symbols}, so their orders are not limited by it.",
    # --- checks that passed
    "federal_tax_same": "Federal tax of the year is no higher with these gains[: {after:usd}].",
    "long_gains_only": "Every sale is a long-term gain of a taxable account.",
    "all_bought_back": "Every share sold is bought back in the same account.",
    "gift_shares_held": "No gift takes more shares than its lot has.",
    "gift_whole_shares": "Whole shares are given.",
    "gift_long_gains": "Every gift is a long-term gain, and its value and basis are exact.",
    "gift_reached": "Shares[ worth {value:usd}] come as near as whole shares can to what was asked, or are all there "
    "is[: {asked:usd}].",
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
    "federal_tax_same": "Federal tax of the year would rise[ from {before:usd}][ to {after:usd}].",
    "long_gains_only": "Something is sold that is no long-term gain of a taxable account[: {symbols}].",
    "all_bought_back": "Not every share sold is bought back[: {symbols}].",
    "gift_shares_held": "A gift takes shares its lot does not have[: {symbols}].",
    "gift_whole_shares": "A part of a share would be given[: {symbols}].",
    "gift_long_gains": "A gift is no long-term gain, or its figures are not exact[: {symbols}].",
    "gift_reached": "Shares[ worth {value:usd}] miss what was asked[: {asked:usd}].",
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
