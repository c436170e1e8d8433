"""Words of the pages for the tax return: why a row is in its box, and what the household's choices are called."""

COVERED_RULES: dict[str, str] = {
    "stock": "Stock bought for cash on or after 01/01/2011: covered, the broker reports its basis "
    "(IRC §6045(g)(3)(C)(i)).",
    "stock_before": "Stock bought before 01/01/2011: not covered (IRC §6045(g)(3)(C)(i)).",
    "fund": "Fund shares, ETFs included, bought on or after 01/01/2012: covered (IRC §6045(g)(3)(C)(ii)).",
    "fund_before": "Fund shares, ETFs included, bought before 01/01/2012: not covered (IRC §6045(g)(3)(C)(ii)).",
    "drip": "Shares bought with reinvested dividends on or after 01/01/2012: covered "
    "(IRC §6045(g)(3)(C)(ii)).",
    "drip_before": "Shares bought with reinvested dividends before 01/01/2012: not covered.",
    "option": "Options bought on or after 01/01/2014: covered (Reg. 1.6045-1(a)(15)(i)(E)).",
    "option_before": "Options bought before 01/01/2014: not covered (Reg. 1.6045-1(a)(15)(i)(E)).",
    "bond": "Bonds bought on or after 01/01/2014: taken to be covered; complex debt is only from "
    "01/01/2016 (Reg. 1.6045-1(a)(15)(i)(C), (D)).",
    "bond_before": "Bonds bought before 01/01/2014: not covered (Reg. 1.6045-1(a)(15)(i)(C)).",
    "transfer_statement": "Moved from another broker with date and cost: taken to have come with a transfer "
    "statement, so still covered (IRC §6045A).",
    "no_date": "No acquisition date came with the shares: taken as not covered (no transfer statement, IRC §6045A).",
    "no_cost": "No cost came with the shares: not covered (no transfer statement, IRC §6045A).",
    "gift": "Received as a gift: taken as not covered (a gift brings a basis report only with the donor's "
    "transfer statement).",
    "inherited": "Inherited: taken as not covered (only with a transfer statement of the estate).",
    "compensation": "Vested or granted for work, not bought for cash: not covered "
    "(Reg. 1.6045-1(a)(15)(i)(A), (g)(3)). Box 1e may be too low; check it.",
    "distribution": "A distribution above basis is gain, but no sale: no Form 1099-B shows it "
    "(IRC §301(c)(3); Form 1099-DIV box 3).",
    "money_market": "Money market fund with a steady share price: no Form 1099-B is required "
    "(Reg. 1.6045-1(c)(3)(vi)).",
    "digital_before": "Digital asset sold before 2025: no Form 1099-DA existed.",
    "digital_proceeds": "Digital asset sold from 2025 on: Form 1099-DA with proceeds; basis only for assets "
    "bought at that broker from 2026 on (Reg. 1.6045-1(a)(15)(i)(J)).",
    "digital": "Digital asset bought at the broker from 2026 on: Form 1099-DA with basis "
    "(Reg. 1.6045-1(a)(15)(i)(J)). Kept in a wallet of your own it is box I or L.",
}
"""Why a row is in its box, by the code of its `Standing`."""

OPTION_NAMES: dict[str, str] = {
    "same_day_order": "Order of loss sales of one day",
    "same_day_disposal": "Shares sold the same day as the loss",
    "disposed_before": "Shares sold before the loss sale",
    "acquired_before_sold_lot": "Shares bought before the sold lot",
    "match_order": "Which purchases a loss is matched with first",
    "tacking": "Holding period of replacement shares",
    "other_plans": "Purchases in a 401(k) or HSA",
    "spouse_basis": "Purchases in an account of the spouse alone",
    "loss_test": "Whether there is a loss",
    "crypto": "Crypto assets",
    "identical": "What is substantially identical",
}
"""Judgement calls of wash-sale law by their field in WashPolicy."""

OPTION_CHOICES: dict[tuple[str, str], str] = {
    ("same_day_order", "acquisition"): "in the order the shares were acquired",
    ("same_day_order", "as_listed"): "in the order they were traded",
    ("same_day_disposal", "counts"): "can replace them",
    ("same_day_disposal", "ignore"): "replace nothing",
    ("disposed_before", "not_replacement"): "replace nothing",
    ("disposed_before", "literal"): "can replace them (literal §1091(a))",
    ("acquired_before_sold_lot", "counts"): "can replace it",
    ("acquired_before_sold_lot", "ignore"): "replace nothing",
    ("match_order", "earliest"): "the earliest in any account",
    ("match_order", "own_account_first"): "those of the selling account first",
    ("tacking", "day_count"): "the days the sold shares were held are added",
    ("tacking", "original_date"): "from the date of the sold shares",
    ("other_plans", "as_ira"): "wash for good, as in an IRA",
    ("other_plans", "ignore"): "are not counted",
    ("spouse_basis", "to_spouse"): "the loss goes to the spouse's shares",
    ("spouse_basis", "lost"): "the loss is lost",
    ("loss_test", "adjusted_basis"): "by the adjusted basis",
    ("loss_test", "original_cost"): "by the original cost",
    ("crypto", "exempt"): "outside §1091",
    ("crypto", "as_security"): "treated as securities",
    ("identical", "conventional"): "the sets the household names",
    ("identical", "strict"): "besides, any two funds that track one index",
}
"""Choices of a judgement call in words."""

DISCLAIMER = (
    "A worksheet to check and copy from, not a form to file, and not tax, legal or investment advice. It "
    "rests on the transactions in this file; Forms 1099-B, 1099-DA and 1099-DIV go before it. The wash-sale "
    "rules were applied across the accounts in this file: purchases by you, your spouse, your IRAs or "
    "companies you control elsewhere count too (IRC §1091; Rev. Rul. 2008-5; Pub. 550)."
)
