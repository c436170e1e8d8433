"""The English of a reconciliation: what each kind of difference means, what to do, and by what authority."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from harvestdesk.domain.account import RELIEF_NAMES, ReliefMethod
from harvestdesk.domain.money import parse_decimal
from harvestdesk.domain.reconciliation import Difference, DifferenceKind, SaleSide
from harvestdesk.reports.figures import day, number, share_digits, usd

_Kind = DifferenceKind
_SAME_CUSIP = "Reg. 1.6045-1(d)(6)(iii)"


@dataclass(frozen=True, slots=True)
class KindWords:
    """What a kind of difference is called, why it comes about and what is to be done.

    Attributes:
        measure: what of both rows is put side by side: "disallowed", "basis", "proceeds", "result",
            "term", "sold", "acquired" or "shares".
    """

    title: str
    why: str
    to_do: str
    authority: str
    measure: str


KINDS: Mapping[DifferenceKind, KindWords] = {
    _Kind.WASH_CROSS_ACCOUNT: KindWords(
        "Losses washed by a purchase in another account",
        "A broker looks for wash sales within one account and one CUSIP only, so its Form 1099-B cannot "
        "show these. The loss is not allowed this year; it is in the basis of the shares bought.",
        "Form 8949: leave (d) and (e) as on the 1099-B, put W in (f) and the disallowed loss shown here "
        "in (g).",
        f"IRC §1091(a), (d); {_SAME_CUSIP}; Instructions for Form 8949, code W",
        "disallowed",
    ),
    _Kind.WASH_PERMANENT: KindWords(
        "Losses lost for good to a purchase in an IRA or retirement account",
        "The shares that replace those sold were bought in a tax-advantaged account. The loss is not "
        "allowed and its basis goes nowhere. No Form 1099-B shows it.",
        "Form 8949: leave (d) and (e) as on the 1099-B, put W in (f) and the disallowed loss shown here "
        "in (g). No basis anywhere is raised.",
        f"IRC §1091(a); Rev. Rul. 2008-5; {_SAME_CUSIP}; Instructions for Form 8949, code W",
        "disallowed",
    ),
    _Kind.WASH_OTHER_SECURITY: KindWords(
        "Losses washed by another security of the same identical set",
        "The purchase is of a security this household treats as substantially identical. The broker "
        "compares CUSIPs only.",
        "Form 8949: put W in (f) and the disallowed loss shown here in (g). If you no longer hold the two "
        "to be identical, change the identical set instead.",
        f"IRC §1091(a); {_SAME_CUSIP}; Instructions for Form 8949, code W",
        "disallowed",
    ),
    _Kind.WASH_ELSEWHERE: KindWords(
        "Washed on both sides, but by other purchases",
        "The broker matched the loss with a later purchase in its own account; over all accounts an "
        "earlier purchase takes it first. What the broker disallowed beyond that is not disallowed here.",
        "Form 8949: put W in (f) and the disallowed loss shown here in (g). Where it is less than on the "
        "1099-B, attach a statement that explains the difference.",
        "Reg. 1.1091-1(c), (d); Instructions for Form 8949, code W",
        "disallowed",
    ),
    _Kind.WASH_NOT_SHOWN: KindWords(
        "Disallowed losses the file has no column for",
        "This kind of file does not show wash sales. The disallowed loss here comes from purchases in the "
        "same account, which the Form 1099-B itself shows in box 1g.",
        "Compare with box 1g of the 1099-B. If it agrees, nothing is to be done.",
        "Form 1099-B, box 1g",
        "disallowed",
    ),
    _Kind.WASH_READING: KindWords(
        "Disallowed by another reading of the rule",
        "The broker's figure is the one the usual reading gives; this household has chosen another one in "
        "its wash-sale settings.",
        "Form 8949: put W in (f) and the disallowed loss shown here in (g), and keep the reason for the "
        "reading. Where it is less than on the 1099-B, attach a statement.",
        "IRC §1091; the option's own authority is in the settings",
        "disallowed",
    ),
    _Kind.WASH_AMOUNT: KindWords(
        "Disallowed loss differs, not explained",
        "Both figures are for purchases in this account, yet they differ. A purchase may be missing in the "
        "ledger or in the broker's window, or an order may have been counted as several.",
        "Compare the purchases of the 61 days around the sale with the broker's history before filing.",
        "IRC §1091; Form 1099-B, box 1g",
        "disallowed",
    ),
    _Kind.BASIS_CROSS_ACCOUNT: KindWords(
        "Basis holds a loss disallowed elsewhere",
        "These shares replaced shares sold at a loss in another account (or of another security of the "
        "set). Their basis is higher by that loss, which their broker does not know.",
        "Form 8949, boxes A and D: leave (e) as on the 1099-B, put B in (f) and the broker's basis less "
        "the basis here in (g), a negative figure. Boxes B and E: put the basis shown here in (e).",
        f"IRC §1091(d); Reg. 1.1091-2; {_SAME_CUSIP}; Instructions for Form 8949, code B",
        "basis",
    ),
    _Kind.BASIS_NOT_ADDED: KindWords(
        "Disallowed loss missing in the broker's basis",
        "The broker's basis is the plain cost, although the shares replaced others sold at a loss in the "
        "same account.",
        "Form 8949, boxes A and D: code B with the difference in (g). Ask the broker for a corrected 1099-B.",
        "IRC §1091(d); Instructions for Form 8949, code B",
        "basis",
    ),
    _Kind.BASIS_BROKER_WASH: KindWords(
        "Disallowed loss in the broker's basis that is not here",
        "The broker added a disallowed loss to this basis; the ledger added another amount, or none.",
        "Find the loss sale the broker speaks of: a sale or purchase may be missing in the ledger, or the "
        "loss went to a purchase in another account here.",
        "IRC §1091(d)",
        "basis",
    ),
    _Kind.RETURN_OF_CAPITAL: KindWords(
        "Return of capital not taken off the broker's basis",
        "Distributions that were a return of capital lowered the basis here. The broker's figure is the "
        "one without them.",
        "Form 8949, boxes A and D: code B with the difference in (g). Check box 3 of the Form 1099-DIV.",
        "IRC §301(c)(2), §1016(a)(4); Instructions for Form 8949, code B",
        "basis",
    ),
    _Kind.BASIS_UNKNOWN_HERE: KindWords(
        "Cost not known here",
        "The ledger holds no cost for these shares, so the sale is in no total here.",
        "Enter the cost, or import the broker's lot file or older history.",
        "IRC §1012",
        "basis",
    ),
    _Kind.BASIS_UNKNOWN_THERE: KindWords(
        "Cost not told by the broker",
        "The file gives no basis: noncovered shares, or shares transferred in without a statement.",
        "Form 8949, boxes B and E: put the basis shown here in (e) and keep the record of the purchase.",
        "IRC §6045(g); Instructions for Form 8949",
        "basis",
    ),
    _Kind.BASIS: KindWords(
        "Basis differs, not explained",
        "No wash sale, return of capital or choice of lots leads from one figure to the other.",
        "Compare the purchase with its confirmation: the cost, its fees, and whether the shares came in by "
        "transfer, gift, inheritance or vesting.",
        "IRC §1012, §1016",
        "basis",
    ),
    _Kind.LOTS: KindWords(
        "Other lots were sold than here",
        "Both sides sold as many shares, but not of the same lots. The lots the broker was told by "
        "settlement count; without an instruction, its standing method, or first in, first out.",
        "Look at the confirmation of the sale. If it shows the broker's lots, name these lots on the sale "
        "here; if it shows yours, ask for a corrected 1099-B, else code B.",
        "Reg. 1.1012-1(c)(1), (2), (8)",
        "result",
    ),
    _Kind.SHARES: KindWords(
        "Number of shares differs",
        "One side sold more shares of this security on this day than the other.",
        "Import the account's history for this day again, or ask the broker.",
        "",
        "shares",
    ),
    _Kind.PROCEEDS: KindWords(
        "Proceeds differ, not explained",
        "The difference is not the sale's commission.",
        "Compare with the confirmation of the sale. Report the proceeds of the 1099-B in (d) and correct "
        "in (g) with the code that fits.",
        "Instructions for Form 8949, column (d)",
        "proceeds",
    ),
    _Kind.SELLING_COSTS: KindWords(
        "Broker's proceeds are before commission",
        "The difference is just the commission and fees of the sale.",
        "Form 8949: leave (d) as on the 1099-B, put E in (f) and the costs in (g), a negative figure.",
        "Instructions for Form 8949, code E",
        "proceeds",
    ),
    _Kind.TERM_TACKING: KindWords(
        "Term differs because the time of washed shares counts",
        "The shares replaced others sold at a loss, so the time those were held is added. The broker "
        "counts from the purchase.",
        "Form 8949: report on the Part of the right term, leave the 1099-B's figures, put T in (f) and 0 "
        "in (g), besides any other code.",
        "IRC §1223(3); Instructions for Form 8949, code T",
        "term",
    ),
    _Kind.TERM: KindWords(
        "Term differs, not explained",
        "The dates here lead to the other term than the broker states.",
        "Compare the dates acquired; shares that came by gift, inheritance or transfer keep an older date.",
        "IRC §1222, §1223; Instructions for Form 8949, code T",
        "term",
    ),
    _Kind.SALE_DATE: KindWords(
        "Day of sale differs",
        "The same shares were sold on different days, and the days are not trade and settlement.",
        "Compare with the confirmation of the sale.",
        "Rev. Rul. 93-84; Instructions for Form 8949, column (c)",
        "sold",
    ),
    _Kind.SETTLEMENT_DATE: KindWords(
        "Broker shows the settlement day",
        "The file gives the day the sale settled. The day of the trade counts.",
        "Form 8949: put the day of the trade in (c).",
        "Rev. Rul. 66-7; Rev. Rul. 93-84; Pub. 550, Holding Period",
        "sold",
    ),
    _Kind.ACQUIRED_DATE: KindWords(
        "Broker shows the settlement day of the purchase",
        "Shares and cost are the same. The day of the trade counts.",
        "Form 8949: put the day of the trade in (b).",
        "Rev. Rul. 66-7; Pub. 550, Holding Period",
        "acquired",
    ),
    _Kind.MISSING_HERE: KindWords(
        "Sold at the broker, not in the ledger",
        "The ledger has no lots sold to set against these rows.",
        "Import the account's history, and a lot file or older history where lots are missing; then "
        "compare again before filing.",
        "",
        "result",
    ),
    _Kind.MISSING_AT_BROKER: KindWords(
        "Sold here, not in the broker's file",
        "The file covers the account and the day, but has no such row.",
        "If no Form 1099-B has it either, it goes under box C or F of Form 8949.",
        "Instructions for Form 8949, boxes C and F",
        "result",
    ),
    _Kind.ROUNDING: KindWords(
        "Rounding",
        "Each row is rounded to the cent on both sides.",
        "Nothing; report the broker's figures.",
        "",
        "result",
    ),
}

CODES: Mapping[DifferenceKind, str] = {
    _Kind.WASH_CROSS_ACCOUNT: "W",
    _Kind.WASH_PERMANENT: "W",
    _Kind.WASH_OTHER_SECURITY: "W",
    _Kind.WASH_ELSEWHERE: "W",
    _Kind.WASH_READING: "W",
    _Kind.BASIS_CROSS_ACCOUNT: "B",
    _Kind.BASIS_NOT_ADDED: "B",
    _Kind.RETURN_OF_CAPITAL: "B",
    _Kind.SELLING_COSTS: "E",
    _Kind.TERM_TACKING: "T",
}
"""Codes of Form 8949, column (f), of differences that are settled on the form."""

REASONS: Mapping[str, str] = {
    "no_sale": "the ledger has no sale on this day",
    "no_lots": "the ledger has the sale, but not the lots it sold",
    "no_security": "the household has no such security",
    "partial": "part of a sale that the other side has smaller",
    "roc_excess": "a distribution beyond the basis is gain without a sale; see the Form 1099-DIV",
    "merger_boot": "cash received in a reorganisation (IRC §356)",
    "short": "a short sale that was closed",
}


def detail(row: Difference) -> str:
    """Return what is particular to one difference: who bought, which sale, which lots."""
    tell = _DETAILS.get(row.kind)
    return tell(row.facts) if tell else REASONS.get(row.facts.get("reason", ""), "")


def _bought(facts: Mapping[str, str]) -> str:
    return f"{facts.get('account', '')}: {_dates(facts.get('purchases', ''))}"


def _sales(facts: Mapping[str, str]) -> str:
    if "chain" in facts:
        return "Follows from an earlier loss that went to another account."
    return _dates(facts.get("sales", ""))


def _shares(facts: Mapping[str, str]) -> str:
    unknown = facts.get("unknown_lots")
    return f"The lots of {unknown} shares are not known here." if unknown else ""


def _days(facts: Mapping[str, str]) -> str:
    return "The two days lie in different years." if "other_year" in facts else ""


def _broker_added(facts: Mapping[str, str]) -> str:
    if "sales" in facts:
        return _dates(facts["sales"])
    added = parse_decimal(facts.get("broker_added", ""))
    here = parse_decimal(facts.get("added", ""))
    if added is None or here is None:
        return ""
    return f"Added by the broker {usd(added)}, here {usd(here)}."


def _held(facts: Mapping[str, str]) -> str:
    bought, held = facts.get("from", ""), facts.get("held_from", "")
    if not held or held == bought:
        return f"Bought {_dates(bought)}" if bought else ""
    return f"Bought {_dates(bought)}, counts as held from {_dates(held)}"


def _lots(facts: Mapping[str, str]) -> str:
    parts = [
        f"Here {_dates(facts.get('ours_lots', ''))}",
        f"broker {_dates(facts.get('theirs_lots', ''))}",
    ]
    method, broker = facts.get("method"), facts.get("broker_method")
    text = "; ".join(parts) + "."
    if method:
        text += f" Here: {RELIEF_NAMES[ReliefMethod(method)].lower()}."
    if broker:
        text += f" The broker's lots are those of: {RELIEF_NAMES[ReliefMethod(broker)].lower()}."
    return text


def measured(side: SaleSide | None, measure: str) -> str:
    """Return what a side says of the thing that differs."""
    return "—" if side is None else _MEASURES[measure](side)


def _basis(side: SaleSide) -> str:
    return "not known" if side.basis is None else usd(side.basis)


def _term(side: SaleSide) -> str:
    return "both" if side.term is None else side.term.value.capitalize()


def _dates(text: str) -> str:
    """Return a text with its ISO dates as tables write them."""
    words = []
    for word in text.split(" "):
        bare = word.rstrip(",;.")
        try:
            words.append(day(date.fromisoformat(bare)) + word[len(bare) :])
        except ValueError:
            words.append(word)
    return " ".join(words)


_DETAILS: Mapping[DifferenceKind, Callable[[Mapping[str, str]], str]] = {
    _Kind.WASH_CROSS_ACCOUNT: _bought,
    _Kind.WASH_OTHER_SECURITY: _bought,
    _Kind.WASH_PERMANENT: _bought,
    _Kind.BASIS_CROSS_ACCOUNT: _sales,
    _Kind.BASIS_NOT_ADDED: _sales,
    _Kind.BASIS_BROKER_WASH: _broker_added,
    _Kind.TERM_TACKING: _held,
    _Kind.TERM: _held,
    _Kind.LOTS: _lots,
    _Kind.SHARES: _shares,
    _Kind.SETTLEMENT_DATE: _days,
    _Kind.SALE_DATE: _days,
}

_MEASURES: Mapping[str, Callable[[SaleSide], str]] = {
    "disallowed": lambda side: usd(side.disallowed) if side.shows_wash else "not shown",
    "basis": _basis,
    "proceeds": lambda side: usd(side.proceeds),
    "term": _term,
    "sold": lambda side: day(side.sold),
    "acquired": lambda side: day(side.acquired),
    "shares": lambda side: number(side.shares, share_digits([side.shares])),
    "result": lambda side: usd(side.result.total),
}
