"""A check of the whole file: SQLite's own, the schema, and what must hold between the rows."""

import sqlite3
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.engine import Connection

from harvestdesk.domain.errors import BadInputError, Problem, Severity
from harvestdesk.domain.proposal import Proposal
from harvestdesk.store import codecs, rows, tables
from harvestdesk.store.connection import driver
from harvestdesk.store.migrations import CURRENT
from harvestdesk.store.records import IntegrityReport
from harvestdesk.store.schema import foreign_objects

_SHARE_TYPES = (
    "('buy', 'recurring', 'drip', 'vest', 'opening_lot', 'sell', 'transfer_out', 'split',"
    " 'short_sale', 'short_cover')"
)
_PASSING_TYPES = "('spin_off', 'merger', 'symbol_change')"


class _Rule(NamedTuple):
    """A query that returns the ids of rows that break a rule."""

    code: str
    severity: Severity
    message: str
    query: str


_RULES = (
    _Rule(
        "ledger.picks",
        Severity.ERROR,
        "names more shares of lots than the sale sold",
        "SELECT t.id FROM transactions t JOIN transaction_picks p ON p.transaction_id = t.id"
        " GROUP BY t.id HAVING sum(p.shares) > max(t.shares)",
    ),
    _Rule(
        "ledger.no_security",
        Severity.ERROR,
        "moves shares but names no security",
        "SELECT id FROM transactions WHERE security_id IS NULL AND shares <> 0"  # noqa: S608
        f" AND type IN {_SHARE_TYPES}",
    ),
    _Rule(
        "ledger.no_other_security",
        Severity.ERROR,
        "turns shares into those of another security but does not name both",
        "SELECT id FROM transactions WHERE (security_id IS NULL OR other_security_id IS NULL"  # noqa: S608
        " OR other_security_id = security_id)"
        f" AND type IN {_PASSING_TYPES} AND NOT (type = 'merger' AND amount > 0"
        " AND security_id IS NOT NULL AND other_security_id IS NULL)",
    ),
    _Rule(
        "ledger.other_security",
        Severity.ERROR,
        "names another security or a part of the basis, which its type has no use for",
        "SELECT id FROM transactions WHERE (other_security_id IS NOT NULL"  # noqa: S608
        f" AND type NOT IN {_PASSING_TYPES})"
        " OR (basis_fraction IS NOT NULL AND type <> 'spin_off')",
    ),
    _Rule(
        "ledger.ratio",
        Severity.ERROR,
        "has a ratio of zero or less",
        "SELECT id FROM transactions WHERE ratio <= 0",
    ),
    _Rule(
        "gains.nothing",
        Severity.WARNING,
        "is an outside gain of nothing",
        "SELECT id FROM external_gains WHERE amount = 0",
    ),
    _Rule(
        "law.nothing",
        Severity.WARNING,
        "is a change of law that adds nothing",
        "SELECT id FROM law_changes WHERE points = 0",
    ),
    _Rule(
        "household.boxes",
        Severity.ERROR,
        "ticks more than two boxes of age and blindness without a joint or separate return (IRC §63(f))",
        "SELECT id FROM household WHERE aged_or_blind > 2"
        " AND filing_status NOT IN ('married_joint', 'married_separate')",
    ),
    _Rule(
        "household.seniors",
        Severity.ERROR,
        "has more persons of 65 or older than boxes ticked for them (P.L. 119-21 sec. 70103)",
        "SELECT id FROM household WHERE seniors > aged_or_blind",
    ),
    _Rule(
        "ledger.negative_shares",
        Severity.ERROR,
        "has negative shares; the type gives the direction",
        "SELECT id FROM transactions WHERE shares < 0 AND type <> 'split'",
    ),
    _Rule(
        "lots.tacking",
        Severity.ERROR,
        "is held for tax since a day after it was bought (IRC §1223(3) only moves it back)",
        "SELECT id FROM lots WHERE adjusted_acquired_on > acquired_on",
    ),
    _Rule(
        "lots.purchase_after_statement",
        Severity.WARNING,
        "was bought after the statement it is on",
        "SELECT id FROM statement_lots WHERE acquired_on > statement_on",
    ),
    _Rule(
        "lots.negative_basis",
        Severity.WARNING,
        "has a negative cost basis",
        "SELECT id FROM lots WHERE cost_basis < 0",
    ),
    _Rule(
        "outside.nothing",
        Severity.WARNING,
        "is an outside holding worth nothing",
        "SELECT id FROM outside_holdings WHERE value = 0",
    ),
    _Rule(
        "relations.empty_set",
        Severity.WARNING,
        "is a set of identical securities without members",
        "SELECT id FROM identical_sets WHERE id NOT IN (SELECT set_id FROM identical_set_members)",
    ),
)


def integrity_report(connection: Connection) -> IntegrityReport:
    """Return everything that is wrong with the file; reads only."""
    raw = driver(connection)
    findings = [
        *_sqlite_findings(raw),
        *_schema_findings(raw),
        *_rule_findings(raw),
        *_risk_findings(connection),
        *_proposal_findings(connection),
    ]
    ok = not any(f.severity is Severity.ERROR for f in findings)
    return IntegrityReport(ok, tuple(findings))


def _sqlite_findings(raw: sqlite3.Connection) -> list[Problem]:
    damage = [row[0] for row in raw.execute("PRAGMA main.integrity_check") if row[0] != "ok"]
    broken = raw.execute("PRAGMA main.foreign_key_check").fetchall()
    return [
        *(Problem(Severity.ERROR, text, code="file.integrity") for text in damage),
        *(
            Problem(
                Severity.ERROR,
                f"A row of {child} names a row of {parent} that is not there.",
                code="file.reference",
            )
            for child, _, parent, _ in broken
        ),
    ]


def _schema_findings(raw: sqlite3.Connection) -> list[Problem]:
    return [
        Problem(
            Severity.ERROR, f"{name} is not as file format {CURRENT} has it.", code="file.schema"
        )
        for name in foreign_objects(raw, CURRENT)
    ]


def _rule_findings(raw: sqlite3.Connection) -> list[Problem]:
    return [
        Problem(rule.severity, f"{row_id} {rule.message}.", code=rule.code)
        for rule in _RULES
        for (row_id,) in raw.execute(rule.query)
    ]


def _risk_findings(connection: Connection) -> list[Problem]:
    columns = tables.settings.c
    found = connection.execute(select(columns.value).where(columns.key == rows.RISK_KEY))
    for (text,) in found:
        try:
            rows.load_risk(text)
        except BadInputError as error:
            return [Problem(Severity.ERROR, str(error), code=error.code)]
    return []


def _proposal_findings(connection: Connection) -> list[Problem]:
    columns = tables.proposals.c
    findings = []
    kept = connection.execute(select(columns.id, columns.payload, columns.payload_sha256))
    for proposal_id, payload, sha256 in kept:
        if codecs.digest(payload) != sha256:
            findings.append(f"The plan {proposal_id} is not as it was kept.")
            continue
        try:
            codecs.loads(Proposal, payload)
        except codecs.CodecError as error:
            findings.append(f"The plan {proposal_id} cannot be read: {error}.")
    return [Problem(Severity.ERROR, message, code="proposal.damaged") for message in findings]
