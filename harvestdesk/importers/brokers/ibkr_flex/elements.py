"""XML to a flat list of rows with their lines. DTDs and entities are refused, never expanded."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from harvestdesk.importers.tolerant import Source, bad_file

_ENVELOPE = frozenset({"FlexQueryResponse", "FlexStatements", "FlexStatement"})
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Element:
    """One row of a section.

    Attributes:
        section: name of the element under FlexStatement it stands in, or its own name.
        statement: attributes of its FlexStatement; None outside of any.
    """

    line: int
    tag: str
    section: str
    values: Mapping[str, str]
    statement: Mapping[str, str] | None

    def get(self, name: str) -> str:
        """Return an attribute stripped, empty if absent."""
        return self.values.get(name, "").strip()


class _ForbiddenError(ValueError):
    """The XML declares a DTD or an entity."""


class _Handler:
    """Collects rows: elements below a section that carry attributes, and sections that are rows themselves."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._path: list[str] = []
        self._statement: Mapping[str, str] | None = None
        self.elements: list[Element] = []

    def start(self, tag: str, values: dict[str, str]) -> None:
        self._path.append(tag)
        if len(self._path) > _MAX_DEPTH:
            raise _ForbiddenError("elements nested too deeply")
        if tag == "FlexStatement":
            self._statement = values
        if tag in _ENVELOPE:
            return
        inside = [t for t in self._path if t not in _ENVELOPE]
        if values:
            line = self._parser.CurrentLineNumber
            self.elements.append(Element(line, tag, inside[0], values, self._statement))

    def end(self, tag: str) -> None:
        self._path.pop()
        if tag == "FlexStatement":
            self._statement = None


def _refuse(*_: object) -> None:
    raise _ForbiddenError("a document type or entity declaration")


def parse(source: Source) -> list[Element]:
    """Return the rows of a Flex Query.

    Raises:
        BadInputError: when the XML is not well formed, or declares a DTD or entities.
    """
    text = source.text.lstrip("\ufeff \t\r\n")
    skipped = (
        source.text[: len(source.text) - len(text)]
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .count("\n")
    )
    parser = expat.ParserCreate("utf-8")
    handler = _Handler(parser)
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise bad_file(
            source.name,
            f"the XML is damaged ({expat.ErrorString(error.code)})",
            line=error.lineno + skipped,
            expected="a whole Flex Query file, as downloaded",
            code="xml",
        ) from error
    except _ForbiddenError as error:
        raise bad_file(
            source.name,
            f"the XML holds {error}",
            line=parser.CurrentLineNumber + skipped,
            expected="plain elements, as Flex Queries have them",
            code="xml",
        ) from error
    if not skipped:
        return handler.elements
    return [
        Element(e.line + skipped, e.tag, e.section, e.values, e.statement) for e in handler.elements
    ]
