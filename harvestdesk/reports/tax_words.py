"""Words of the tax page: titles, and one sentence per code on how a figure came about.

Templates as in `words`: a part in square brackets is left out when one of its facts is not known.
"""

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.lot import Term
from harvestdesk.domain.proposal import Reason
from harvestdesk.domain.tax_year import ExternalKind, ExternalTerm
from harvestdesk.reports.wording import worded

EXTERNAL_NAMES: dict[ExternalKind, str] = {
    ExternalKind.K1: "Schedule K-1",
    ExternalKind.FUND_DISTRIBUTION: "Fund distribution",
    ExternalKind.STOCK_COMPENSATION: "Stock compensation",
    ExternalKind.PROPERTY: "Property",
    ExternalKind.BUSINESS: "Business",
    ExternalKind.OTHER_ACCOUNT: "Another account",
    ExternalKind.OTHER: "Other",
}
TERM_NAMES: dict[Term | None, str] = {
    Term.SHORT: "Short-term",
    Term.LONG: "Long-term",
    None: "Together",
}
TERM_WORDS: dict[ExternalTerm, str] = {ExternalTerm.SHORT: "short", ExternalTerm.LONG: "long"}
"""The term of a gain outside the accounts, within a row."""

MEASURE_NAMES: dict[str, str] = {
    "net_short": "Net short-term",
    "net_long": "Net long-term",
    "net": "Schedule D result",
    "deduction": "Deducted from income",
    "taxable_income": "Taxable income",
    "income_tax": "Federal income tax",
    "niit": "Net investment income tax",
    "state_tax": "State tax on gains",
    "total_tax": "Tax in all",
    "capital_tax": "Tax on capital results",
    "carried_short": "Carried on, short-term",
    "carried_long": "Carried on, long-term",
}

NEXT_NAMES: dict[str, str] = {
    "short_gain": "Short-term gain",
    "long_gain": "Long-term gain",
    "short_loss": "Short-term loss",
    "long_loss": "Long-term loss",
}

TAX_SENTENCES: dict[str, str] = {
    # --- the answer
    "answer": "As things stand {year} [will cost {cost:usd0} of tax on capital results][saves {saved:usd0} of "
    "tax by its capital losses][brings {nothing} on capital results][ and carries {carried:usd0} of losses into "
    "{next_year}][; the plan would bring it to {plan_cost:usd0}][; the plan would turn that into "
    "{plan_saved:usd0} of tax saved][; the plan would save {plan_more:usd0}][; the plan {plan_same}]"
    "[ and carry {plan_carried:usd0} of losses into {after_year}].",
    # --- results of the year so far
    "gains": "{rows:count} {term} row[{s}] of {year} with a gain, in taxable accounts: proceeds less adjusted "
    "basis (Form 8949, columns (d), (e) and (h)).",
    "losses": "{rows:count} {term} row[{s}] of {year} with a loss, in taxable accounts: proceeds less adjusted "
    "basis, before any part is disallowed (Form 8949, columns (d) and (e)).",
    "no_gains": "No {term} sale in a taxable account had a gain in {year}.",
    "no_losses": "No {term} sale in a taxable account had a loss in {year}.",
    "not_disallowed": "No {term} loss of {year} is disallowed by the wash-sale rules (IRC §1091).",
    "disallowed": "Part of the {term} losses of {year} that shares bought within 30 days before or after the "
    "sale took over (IRC §1091; Form 8949, code W)[; {permanent:usd} of it is lost for good: an IRA-type account "
    "bought (Rev. Rul. 2008-5)].",
    "distributions": "Capital gain distributions of funds in {year} (Form 1099-DIV box 2a; Schedule D, line 13). "
    "They are long-term however long the fund was held.",
    "no_distributions": "Short-term gains a fund pays out are ordinary dividends, not capital gains "
    "(Pub. 550), so none stands here.",
    "outside_realised": "Realised in {year} outside the imported accounts: {dated:usd} of entries with a date that "
    "have happened, {undated:usd} typed in the tax profile.",
    "both_terms": "Short-term and long-term together.",
    "net_so_far": "Gains {gains:usd} plus losses {losses:usd} plus disallowed {disallowed:usd} plus fund "
    "distributions {distributions:usd} plus outside {outside:usd}.",
    # --- outside gains
    "outside_realised_row": "Realised: counted in full[, as {dividend}].",
    "outside_known_row": "Known: probability 100%, counted in full[, as {dividend}].",
    "outside_expected_row": "{amount:usd} times a probability of {probability:rate}[, counted as {dividend}].",
    "outside_profile_row": "Typed in the tax profile as realised elsewhere this year; counted in full.",
    # --- measures of the whole year
    "net_short": "Schedule D, line 7: sales {sales:usd} plus outside gains {outside:usd} less losses carried in "
    "{carried:usd}[; the plan adds {plan:usd}].",
    "net_long": "Schedule D, line 15: sales and fund distributions {sales:usd} plus outside gains {outside:usd} "
    "less losses carried in {carried:usd}[; the plan adds {plan:usd}].",
    "net": "Schedule D, line 16: lines 7 and 15 together.",
    "deduction": "Schedule D, line 21: a net loss reduces other income by at most {limit:usd0} a year "
    "(IRC §1211(b)); the rest is carried.",
    "taxable_income": "Form 1040, line 15: adjusted gross income {agi:usd} less deductions {deduction:usd}.",
    "income_tax": "Form 1040, line 16: ordinary income {ordinary:usd} by the brackets of {year}, and "
    "{preferential:usd} of long-term gain and qualified dividends: {at_0:usd} at {rate_0:rate}, {at_15:usd} at "
    "{rate_15:rate}, {at_20:usd} at {rate_20:rate} (IRC §1(h), (j)).",
    "niit": "{rate:rate} of net investment income {investment:usd}, but of no more than what adjusted gross "
    "income {agi:usd} exceeds {threshold:usd0} by (IRC §1411).",
    "state_tax": "What {state} taxes of the capital results[ at {rate:rate}][. {special}][ ({sources})].",
    "total_tax": "Federal income tax, net investment income tax[ and the tax of {state} on capital results], for "
    "the whole of {year}.",
    "capital_tax": "Tax in all {total:usd} less that of the same year without any capital gain or loss "
    "{without:usd}.",
    "capital_tax_typed": "Net short-term gain {short:usd} at {rate_short:rate}, net long-term gain {long:usd} at "
    "{rate_long:rate}, less the loss deducted {deduction:usd} at {rate_ordinary:rate}: the rates typed in the tax "
    "profile.",
    "carried_short": "Capital Loss Carryover Worksheet, line 8: short-term losses beyond gains and deduction "
    "(IRC §1212(b)).",
    "carried_long": "Capital Loss Carryover Worksheet, line 13: long-term losses beyond gains and deduction "
    "(IRC §1212(b)).",
    # --- carryforwards
    "carried_in": "Loss carried into {year}, as typed in the tax profile from last year's worksheet.",
    "carried_out": "Loss carried into {next_year} by the Capital Loss Carryover Worksheet: {carried_in:usd} came "
    "in, {used:usd} is used by this year's gains and its deduction.",
    "carried_out_more": "Loss carried into {next_year} by the Capital Loss Carryover Worksheet: {carried_in:usd} "
    "came in and {added:usd} of this year's losses is added.",
    # --- the next dollar
    "next_gain": "One more dollar of {term} gain adds {now:cents} to this year's tax[ and uses up losses that "
    "would have been worth {later:cents} later (present value at {discount:rate} a year)].",
    "next_loss": "One more dollar of {term} loss saves {now:cents} of this year's tax[; what is carried on is "
    "worth {later:cents} (present value at {discount:rate} a year)].",
    # --- lines of the tables
    "line_bracket": "From {at:usd0} of taxable income ordinary income is taxed at {rate:rate} "
    "(IRC §1(j)); ordinary income stands at {stands:usd0}.",
    "line_fifteen": "From {at:usd0} of taxable income long-term gains and qualified dividends are taxed at "
    "{rate:rate} instead of {before:rate} (IRC §1(h)); taxable income stands at {stands:usd0}.",
    "line_twenty": "From {at:usd0} of taxable income long-term gains and qualified dividends are taxed at "
    "{rate:rate} instead of {before:rate} (IRC §1(h)); taxable income stands at {stands:usd0}.",
    "line_niit": "From {threshold:usd0} of adjusted gross income, which is {at:usd0} of taxable income here, net "
    "investment income is taxed at {rate:rate} more (IRC §1411); taxable income stands at {stands:usd0}.",
    # --- what moves the household over the next line
    "crossing_none": "Every further dollar of {what} {verb} {rate:cents}.",
    # --- remarks
    "typed_rates": "Typed rates are in force: {short:rate} on short-term gains, {long:rate} on long-term gains, "
    "{ordinary:rate} on ordinary income. Enter the year's income to walk its brackets instead.",
    "typed_over_income": "Typed rates are in force, so the income entered is not used: {short:rate} on short-term "
    "gains, {long:rate} on long-term gains, {ordinary:rate} on ordinary income.",
    "profile_of_other_year": "Income, results typed in the tax profile and losses carried in are those of {present}, "
    "not of {year}.",
    "no_income": "No income is entered for {year}, so the brackets are walked from zero. Enter the year's income.",
    "figures_of_other_year": "The federal figures of {year} are not known yet: those of {figures_of} are used.",
    "figures_of_older_year": "The federal figures of {year} are not kept: those of {figures_of} are used.",
    "unconfirmed_figures": "Told by one source only, so check before filing: {figures}.",
    "unconfirmed_state": "The rules of {state} are told by one source only, so check before filing[: {parts}].",
    "state_unknown": "The rules of {state} are not known, and no state rate is typed: its tax is left out.",
    "state_carry": "Losses carried in {state} may differ from the federal ones: {special}",
    "other_return": "Sales in {accounts} are left out: they belong on {spouse}'s own return. Purchases there still wash "
    "losses here.",
    "shared_accounts": "{accounts}: owned with {spouse}, counted whole. Whose result it is goes by state law.",
    "unknown_basis": "The basis of {sales:count} sale[{s}] of {year} is not known; left out of every figure here: "
    "{symbols}.",
    "history_incomplete": "The history of {year} is incomplete: the cost of {problems:count} sale[{s}] is not "
    "known. Import older transactions or the broker's lot file.",
    "reading": "⚑ Another reading of wash-sale law would change {year}. {question} {answer}: {change}.",
    "readings_more": "⚑ {readings:count} more reading[{s}] would change the year besides.",
    "law_change": "A change of law is reckoned with from {from_year}: {points} on {target}[ ({note})].",
    "law_change_later": "A change of law from {from_year} on is noted ({points} on {target}); it does not touch "
    "{year}.",
    "expected_gains": "{amount:usd0} of {what} outside the accounts is expected, not certain; it is counted by its "
    "probability.",
    "plan_stale": "The household has changed since the plan was made: what it would bring is shown as it was "
    "planned.",
    "plan_failed": "The plan did not pass every check, so it can't be carried out as it is.",
    "plan_sold": "{lots:count} of the plan's sales are left out: their shares are no longer held.",
    "plan_other_year": "The latest plan was made for {plan_year}, so it is not compared here.",
    "permanent": "{amount:usd} of losses of {year} is lost for good: an IRA-type account bought within 30 days "
    "(Rev. Rul. 2008-5).",
}  # fmt: skip

_GAIN_EVENTS: dict[str, str] = {
    "bracket": "ordinary income reaches the {bracket:rate} bracket",
    "zero_rate_max": "long-term gains and qualified dividends reach the {fifteen:rate} line",
    "fifteen_rate_max": "long-term gains and qualified dividends reach the {twenty:rate} line",
    "niit_threshold": "{niit:rate} net investment income tax begins",
    "niit_all_investment_income": "all net investment income bears the {niit:rate} tax",
    "net_zero": "the year's losses are used up",
    "loss_limit": "no loss is left to carry on",
    "short_netted": "short-term losses are used up",
    "long_netted": "long-term losses are used up",
    "no_taxable_income": "deductions are used up and income becomes taxable",
    "no_ordinary_income": "deductions are used up and ordinary income becomes taxable",
    "senior_shrinks": "the deduction for persons of 65 begins to shrink",
    "senior_gone": "nothing is left of the deduction for persons of 65",
    "state_net_zero": "the year's losses are used up in the state too",
    "state_surtax": "the state's surtax begins",
    "other": "the rate changes",
}
_LOSS_EVENTS: dict[str, str] = {
    "bracket": "ordinary income falls to the {bracket:rate} bracket",
    "zero_rate_max": "income falls below the {fifteen:rate} line of long-term gains",
    "fifteen_rate_max": "income falls below the {twenty:rate} line of long-term gains",
    "niit_threshold": "the net investment income tax ends",
    "niit_all_investment_income": "less than all investment income bears the {niit:rate} tax",
    "net_zero": "the year's gains are used up, and losses reduce other income",
    "loss_limit": "the yearly limit is used up, so the rest is carried on",
    "short_netted": "short-term gains are used up",
    "long_netted": "long-term gains are used up",
    "no_taxable_income": "no taxable income is left",
    "no_ordinary_income": "no ordinary taxable income is left",
    "senior_shrinks": "the deduction for persons of 65 is whole again",
    "senior_gone": "a deduction for persons of 65 begins",
    "state_net_zero": "the year's gains are used up in the state too",
    "state_surtax": "the state's surtax ends",
    "other": "the rate changes",
}
_CROSSING = (
    "{{amount:usd0}} more of {{what}} and {event}: a dollar then {{verb}} {{next:cents}} instead of "
    "{{rate:cents}}."
)
for _side, _events in (("gain", _GAIN_EVENTS), ("loss", _LOSS_EVENTS)):
    TAX_SENTENCES |= {
        f"crossing_{_side}_{code}": _CROSSING.format(event=event) for code, event in _events.items()
    }


def tax_sentence(item: Reason | Notice) -> str:
    """Return the sentence of a figure, a line or a remark of the tax page."""
    return worded(item.code, item.facts, TAX_SENTENCES)
