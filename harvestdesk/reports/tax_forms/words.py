"""Words of the pages for the tax return: why a row is in its box, and the small print."""

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
    "merger_cash": "Cash beside new shares in a merger: only the gain that counts is shown (IRC §356), so (d) and (e) "
    "may both differ from the 1099-B by the same amount.",
    "short_sale": "Short sale, told in the year it is closed (IRC §6045(g)(5)); (b) and (c) are the day it was "
    "bought to cover.",
    "money_market": "Money market fund with a steady share price: no Form 1099-B is required "
    "(Reg. 1.6045-1(c)(3)(vi)).",
    "digital_before": "Digital asset sold before 2025: no Form 1099-DA existed.",
    "digital_proceeds": "Digital asset sold from 2025 on: Form 1099-DA with proceeds; basis only for assets "
    "bought at that broker from 2026 on (Reg. 1.6045-1(a)(15)(i)(J)).",
    "digital": "Digital asset bought at the broker from 2026 on: Form 1099-DA with basis "
    "(Reg. 1.6045-1(a)(15)(i)(J)). Kept in a wallet of your own it is box I or L.",
}
"""Why a row is in its box, by the code of its `Standing`."""

RULE_WORDS: dict[str, str] = {
    "wash_rule_window": "{days} days {side} the sale",
    "wash_rule_order": "",
    "wash_rule_cross_account": "in another account",
    "wash_rule_spouse": "by the spouse",
    "wash_rule_permanent": "in an IRA: lost for good",
    "wash_rule_other_plan": "in a 401(k) or HSA: lost for good",
    "wash_rule_spouse_lost": "spouse's shares take nothing over",
    "wash_rule_basis": "",
    "wash_rule_tacked": "{days} days held passed on",
    "wash_rule_tacked_date": "date of the sold shares passed on",
    "wash_rule_option": "an option on it was bought",
    "wash_rule_identical": "identical set: {symbol}",
    "wash_rule_adjusted_loss": "a loss only by an earlier wash",
    "wash_rule_reinvested": "dividend reinvested",
    "wash_rule_vested": "stock pay vested",
    "wash_rule_short": "another short sale",
}
"""The rules behind a disallowed loss in a few words each; empty: so of every row, told once below."""

RULE_AUTHORITY: dict[str, str] = {
    "wash_rule_window": "Bought within 30 calendar days before or after the loss sale, trade dates: IRC §1091(a).",
    "wash_rule_order": "Losses in the order of sale, each matched with the earliest purchase of its window that "
    "is free; a share replaces once: Reg. 1.1091-1(b) to (e).",
    "wash_rule_cross_account": "Purchases in every account of the household count; across accounts inferred from "
    "IRC §1091(a).",
    "wash_rule_spouse": "Purchases of the spouse count: Pub. 550, Wash Sales.",
    "wash_rule_permanent": "A purchase in an IRA or Roth IRA: no basis takes the loss over, Rev. Rul. 2008-5.",
    "wash_rule_other_plan": "A purchase in a 401(k) or HSA: as in an IRA by analogy, no ruling says so.",
    "wash_rule_spouse_lost": "The spouse's shares take no basis over: the household's reading of IRC §1091(d).",
    "wash_rule_basis": "The disallowed loss is added to the basis of exactly the shares that replaced those sold: "
    "IRC §1091(d), Reg. 1.1091-2.",
    "wash_rule_tacked": "The days the sold shares were held are added to the replacement's: IRC §1223(3).",
    "wash_rule_tacked_date": "The replacement counts as held from the sold shares' date: IRC §1223(3), the "
    "household's reading.",
    "wash_rule_option": "An option or warrant to acquire counts as a purchase: IRC §1091(a).",
    "wash_rule_identical": "Another security the household names substantially identical: IRC §1091(a).",
    "wash_rule_adjusted_loss": "The loss test is on the adjusted basis, earlier disallowed losses included: "
    "inferred from IRC §1001(a), §1011.",
    "wash_rule_reinvested": "A reinvested dividend is a purchase: IRC §1091(a).",
    "wash_rule_vested": "Shares vested are acquired: IRC §1091(a).",
    "wash_rule_short": "A short sale closed at a loss with another one opened within 30 days: IRC §1091(e).",
}
"""The authority of each rule, told once on the page."""

DISCLAIMER = (
    "A worksheet to check and copy from, not a form to file, and not tax, legal or investment advice. It "
    "rests on the transactions in this file; Forms 1099-B, 1099-DA and 1099-DIV go before it. The wash-sale "
    "rules were applied across the accounts in this file: purchases by you, your spouse, your IRAs or "
    "companies you control elsewhere count too (IRC §1091; Rev. Rul. 2008-5; Pub. 550)."
)
