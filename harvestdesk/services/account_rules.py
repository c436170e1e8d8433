"""How accounts take part in plans: role, menu and cash, as the person sets them; each save is one undo step."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.changes import Changes
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import MONEY_DIGITS
from harvestdesk.services.context import AppContext
from harvestdesk.services.row_problems import RowField, fits, refuse, repeated

_CASH = {
    "cash_min": "The least cash is zero or more dollars.",
    "cash_reserve": "The reserve is zero or more dollars.",
    "cash_max": "The most cash is zero or more dollars, or nothing.",
}


def account_rule_problems(
    rules: Sequence[AccountRule],
    account_ids: Collection[AccountId],
    security_ids: Collection[SecurityId],
) -> dict[RowField, str]:
    """Return what is wrong by row and field; empty if nothing.

    Args:
        rules: one for each account that does not take part like any other.
        account_ids: accounts the household has.
        security_ids: securities it knows.
    """
    found: dict[RowField, str] = {}
    for row, rule in enumerate(rules):
        if rule.account_id not in account_ids:
            found[row, "account_id"] = f"There is no account {rule.account_id}."
        words = _menu_problem(rule, security_ids)
        if words:
            found[row, "menu"] = words
        found |= {(row, field): said for field, said in _cash_problems(rule).items()}
    twice = "This account has a rule above; each has one."
    return found | repeated([r.account_id for r in rules], "account_id", twice)


def _menu_problem(rule: AccountRule, security_ids: Collection[SecurityId]) -> str:
    unknown = [s for s in rule.menu if s not in security_ids]
    if unknown:
        return f"There is no security {unknown[0]}."
    return "" if len(set(rule.menu)) == len(rule.menu) else "A security is on the menu twice."


def _cash_problems(rule: AccountRule) -> dict[str, str]:
    """Return what is wrong with the cash of a rule by field: least, reserve and most go up (methods 4.4)."""
    found = {
        field: words
        for field, words in _CASH.items()
        if (amount := getattr(rule, field)) is not None and not _is_amount(amount)
    }
    if found:
        return found
    if rule.cash_reserve < rule.cash_min:
        found["cash_reserve"] = "The reserve can't be below the least cash."
    if rule.cash_max is not None and rule.cash_max < rule.cash_reserve:
        found["cash_max"] = "The most cash can't be below the reserve."
    return found


def _is_amount(value: Decimal) -> bool:
    return value.is_finite() and value >= 0 and fits(value, MONEY_DIGITS)


def save_account_rules(ctx: AppContext, rules: Sequence[AccountRule]) -> Changes:
    """Put these rules in the place of all there are; one that asks for nothing is not kept.

    Raises:
        BadInputError: the first of what `account_rule_problems` says, with its row and field as facts.
    """
    accounts = {a.id for a in ctx.book.accounts()}
    securities = {s.id for s in ctx.book.securities()}
    refuse(account_rule_problems(rules, accounts, securities), "account_rule")
    with ctx.book.write("How accounts take part") as w:
        w.replace_account_rules([r for r in rules if r != AccountRule(r.account_id)])
    return w.changes
