"""Load everything a decision needs as of one day, in one read."""

from dataclasses import replace
from datetime import date, timedelta

from harvestdesk.domain.ids import ProposalId, SecurityId
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import TaxYear
from harvestdesk.store.reads import BookReader
from harvestdesk.tax.tables import load_state, load_tax_year

HISTORY_DAYS = 3 * 365 + 15
"""About three years: enough trading days for a risk model, little enough to load at once."""


def load_snapshot(book: BookReader, as_of: date) -> HouseholdSnapshot:
    """Return the household as of a day.

    Transactions, prices and cash are those known up to `as_of`; tax figures are those of its year;
    lots, relations and targets are the current ones.
    """
    with book.reading():
        cash, cash_on = book.cash(as_of)
        household = book.household()
        facts = HouseholdSnapshot(
            household=household,
            as_of=as_of,
            people=book.people(),
            accounts=book.accounts(),
            securities=book.securities(),
            lots=book.lots(),
            transactions=book.transactions(until=as_of),
            scheduled=book.scheduled(),
            prices=book.price_book(as_of),
            cash=cash,
            cash_on=cash_on,
            identical_sets=book.identical_sets(),
            equivalents=book.equivalents(),
            replacements=book.replacements(),
            class_targets=book.class_targets(),
            security_targets=book.security_targets(),
            statement_lots=book.statement_lots(),
            external_gains=book.external_gains(),
            law_changes=book.law_changes(),
            account_rules=book.account_rules(),
            outside=book.outside_holdings(),
            volumes=book.volumes(as_of),
            risk=book.risk_settings(),
            tax_year=_tax_year(as_of),
            state_rules=load_state(household.tax.state, as_of.year),
        )
        return _with_history(book, facts)


def load_inputs(book: BookReader, proposal_id: ProposalId) -> HouseholdSnapshot | None:
    """Return the household a plan was made for, or None if it was not kept with the plan.

    Facts are as they were then; the price history is read again, of the same days.
    """
    with book.reading():
        facts = book.proposal_inputs(proposal_id)
        return None if facts is None else _with_history(book, facts)


def _tax_year(as_of: date) -> TaxYear:
    """Return the figures of a year with plain tables, which another process can be sent.

    They are in the order the record of a plan's inputs keeps them in.
    """
    figures = load_tax_year(as_of.year)
    return replace(figures, tables=dict(sorted(figures.tables.items())))


def _with_history(book: BookReader, facts: HouseholdSnapshot) -> HouseholdSnapshot:
    first = facts.as_of - timedelta(days=_history_days(facts.risk))
    history = book.price_history(_risk_securities(facts), first, facts.as_of)
    return replace(facts, history=history)


def _history_days(risk: RiskSettings) -> int:
    """Return the days of the calendar that hold the trading days the household looks back at."""
    return max(HISTORY_DAYS, risk.lookback_days * 29 // 20 + 10)


def _risk_securities(facts: HouseholdSnapshot) -> set[SecurityId]:
    """Return what is held, here and elsewhere, what may be bought, and what is meant to be held."""
    return (
        {lot.security_id for lot in facts.lots}
        | {r.replacement_id for r in facts.replacements}
        | {t.security_id for t in facts.security_targets}
        | {h.security_id for h in facts.outside}
        | {s for rule in facts.account_rules for s in rule.menu}
    )
