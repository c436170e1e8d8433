"""English for the codes of the core: one sentence per reason, check and notice, one phrase per cause.

A template names facts in braces with a form behind a colon: `{until:day}`, `{loss:usd}`. A fact that is
missing is a defect of the caller; the sentence then says what it can without it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.money import parse_decimal
from harvestdesk.domain.proposal import Check, Reason
from harvestdesk.reports.figures import long_day, number, percent, share_digits, usd, usd0
from harvestdesk.reports.words import CAUSES, SENTENCES


class _Fact(str):
    """A fact as text, set in the form the template asks for."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        if form in {"", "text"}:
            return str(self)
        if form == "day":
            return _day(str(self))
        return _figure(str(self), form)


def sentence(item: Reason | Notice | Check) -> str:
    """Return the sentence for a reason, a notice or a check."""
    return worded(item.code, item.facts)


def worded(code: str, facts: Mapping[str, str]) -> str:
    """Return the sentence of `code` with its facts; an unknown code is shown, not swallowed."""
    template = SENTENCES.get(code)
    if template is None:
        listed = ", ".join(f"{name} {value}" for name, value in sorted(facts.items()))
        return f"{code} ({listed})." if listed else f"{code}."
    return template.format_map(_Facts({name: _Fact(value) for name, value in facts.items()}))


def cause_phrase(cause: str) -> str:
    """Return what a lock or a blocked lot comes from, such as `a dividend reinvestment`."""
    return CAUSES.get(cause, cause.replace("_", " "))


class _Facts(dict[str, _Fact]):
    """Facts of one sentence; a missing one reads as an ellipsis."""

    def __missing__(self, key: str) -> _Fact:
        return _Fact("…")


def _day(text: str) -> str:
    try:
        return long_day(date.fromisoformat(text))
    except ValueError:
        return text


def _figure(text: str, form: str) -> str:
    value = parse_decimal(text)
    return text if value is None else _FORMS[form](value)


_FORMS: dict[str, Callable[[Decimal], str]] = {
    "usd": usd,
    "usd0": usd0,
    "shares": lambda value: number(value, share_digits([value])),
    "bp": lambda value: f"{number(value, 1)} bp",
    "percent": lambda value: percent(value, 2),
    "count": lambda value: number(value, 0),
}
"""Forms of figures in templates, by name."""
