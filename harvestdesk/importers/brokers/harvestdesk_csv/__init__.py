"""HarvestDesk's own CSV: everything a household holds, in tables a person can type.

Documented for people in docs/harvestdesk-csv.md.
"""

from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.brokers.harvestdesk_csv.holdings import (
    read_account,
    read_lot,
    read_schedule,
    read_security,
    read_transaction,
)
from harvestdesk.importers.brokers.harvestdesk_csv.layouts import KINDS, Layout
from harvestdesk.importers.brokers.harvestdesk_csv.plan_facts import (
    read_account_rule,
    read_outside,
)
from harvestdesk.importers.brokers.harvestdesk_csv.relations import (
    read_class_target,
    read_equivalent,
    read_identical,
    read_replacement,
    read_security_target,
)
from harvestdesk.importers.brokers.harvestdesk_csv.tax_facts import (
    read_external_gain,
    read_law_change,
)
from harvestdesk.importers.collect import Cells, Collector
from harvestdesk.importers.reader import Reader
from harvestdesk.importers.tolerant import Header, Row, Source, bad_file, bind, normal_name
from harvestdesk.importers.values import CellError

_READ_ROW = {
    "lots": read_lot,
    "transactions": read_transaction,
    "schedule": read_schedule,
    "accounts": read_account,
    "securities": read_security,
    "replacements": read_replacement,
    "identical": read_identical,
    "equivalents": read_equivalent,
    "security_targets": read_security_target,
    "class_targets": read_class_target,
    "external_gains": read_external_gain,
    "law_changes": read_law_change,
    "account_rules": read_account_rule,
    "outside": read_outside,
}


def recognise(source: Source) -> str | None:
    """Return the kind of our own CSV, judged by its header row, or None."""
    found = _header(source)
    return None if found is None else found[1].kind


def read(source: Source, kind: str) -> ImportBatch:
    """Read one of our own tables.

    Raises:
        BadInputError: when the decimal mark of a semicolon file contradicts itself.
    """
    found = _header(source)
    if found is None:
        raise bad_file(
            source.name,
            "the header row is missing",
            line=1,
            expected=f"the columns of a {kind} table",
        )
    position, layout, header = found
    out = Collector(source, "harvestdesk", kind, source.style)
    _unknown_columns(out, layout, header, source.rows[position])
    for row in source.rows[position + 1 :]:
        if _is_comment(row):
            continue
        out.rows += 1
        if not out.usable(header, row):
            continue
        try:
            _READ_ROW[kind](Cells(header, row, out.style), out)
        except CellError as error:
            out.cell_error(row.line, error)
    return out.batch()


def _header(source: Source) -> tuple[int, Layout, Header] | None:
    for position, row in enumerate(source.rows[:40]):
        if _is_comment(row):
            continue
        for layout in KINDS:
            header = bind(row, layout.columns, layout.required)
            if header is not None:
                return position, layout, header
        return None
    return None


def _is_comment(row: Row) -> bool:
    return row.cells[0].lstrip().startswith("#")


def _unknown_columns(out: Collector, layout: Layout, header: Header, row: Row) -> None:
    known = {alias for aliases in layout.columns.values() for alias in aliases}
    seen: set[str] = set()
    for name in header.names:
        if name.strip() and normal_name(name) in seen:
            out.warn(
                row.line,
                "this column stands twice; the first was read",
                column=name.strip(),
                code="column.twice",
            )
        seen.add(normal_name(name))
        if name.strip() and normal_name(name) not in known:
            out.warn(
                row.line,
                "this column is not known and was not read",
                column=name.strip(),
                code="column.unknown",
            )


READER = Reader("harvestdesk", "HarvestDesk CSV", recognise, read)
