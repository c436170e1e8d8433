"""Interactive Brokers Flex Queries in XML: open positions with lots, executions, cash, several accounts."""

from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.brokers.ibkr_flex import cash, positions, trades
from harvestdesk.importers.brokers.ibkr_flex.elements import Element, parse
from harvestdesk.importers.brokers.ibkr_flex.reading import Reading
from harvestdesk.importers.reader import Reader
from harvestdesk.importers.tolerant import Source, bad_file
from harvestdesk.importers.values import CellError

_SECTIONS = {
    "OpenPositions": positions.read_row,
    "Trades": trades.read_row,
    "CorporateActions": trades.read_corporate_action,
    "CashTransactions": cash.read_row,
    "CashReport": cash.read_balance,
    "Transfers": trades.read_transfer,
}


def recognise(source: Source) -> str | None:
    """Return "flex" for a Flex Query in XML, or None."""
    return "flex" if "<FlexQueryResponse" in source.head else None


def read(source: Source, kind: str) -> ImportBatch:
    """Read all statements of a Flex Query.

    Raises:
        BadInputError: when the XML is damaged, declares a DTD or entities, or holds no statement.
    """
    elements = parse(source)
    if not any(element.statement is not None for element in elements):
        raise bad_file(
            source.name,
            "this Flex Query holds no FlexStatement",
            line=elements[0].line if elements else 1,
            expected="a Flex Query response with at least one statement",
            code="header",
        )
    reading = Reading(source, kind, elements)
    for element in elements:
        _take(reading, element)
    reading.finish()
    return reading.out.batch()


def _take(reading: Reading, element: Element) -> None:
    read_row = _SECTIONS.get(element.section)
    if read_row is None:
        reading.skip_section(element)
        return
    reading.out.rows += 1
    try:
        read_row(reading, element)
    except CellError as error:
        reading.out.cell_error(element.line, error)


READER = Reader("ibkr", "Interactive Brokers Flex Query", recognise, read)
