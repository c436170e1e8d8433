"""English for the codes of the core: one sentence per reason, check and notice, one phrase per cause.

Templates (`words`) name facts in braces with a form behind a colon: `{until:day}`, `{loss:usd}`. Parts in
square brackets are left out when one of their facts is not known.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.money import parse_decimal
from harvestdesk.domain.proposal import Check, Reason
from harvestdesk.reports.figures import long_day, number, share_digits, usd, usd0
from harvestdesk.reports.plan_sentences import RULES
from harvestdesk.reports.words import CAUSES, EVIDENCE, FAILURES, KINDS, LIMITS, SENTENCES, TERMS

UNKNOWN = "…"
"""Stands for a fact that is not known and that the sentence can't do without."""
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_FACT = re.compile(r"\{(\w+)(?::(\w+))?\}")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def sentence(item: Reason | Notice | Check) -> str:
    """Return the sentence for a reason, a notice or a check (in the words of its outcome)."""
    if isinstance(item, Check) and not item.passed:
        return worded(item.code, item.facts, FAILURES)
    return " ".join(x for x in (worded(item.code, item.facts), evidence_note(item.facts)) if x)


def evidence_note(facts: Mapping[str, str]) -> str:
    """Return what a reason says about thin evidence behind it; empty where there is nothing to say."""
    evidence = facts.get("evidence", "")
    return worded(evidence, facts, EVIDENCE) if evidence in EVIDENCE else ""


def worded(code: str, facts: Mapping[str, str], words: Mapping[str, str] = SENTENCES) -> str:
    """Return the sentence of `code` with its facts; an unknown code is shown, not swallowed."""
    template = words.get(code)
    if template is None:
        listed = ", ".join(f"{name} {value}" for name, value in sorted(facts.items()) if value)
        return f"{code} ({listed})." if listed else f"{code}."
    text = _OPTIONAL.sub(lambda part: _optional(part.group(1), facts), template)
    text = _filled(text, facts)
    return text[:1].upper() + text[1:]


def cause_phrase(cause: str) -> str:
    """Return what a lock or a blocked lot comes from, such as `a dividend reinvestment`."""
    return CAUSES.get(cause, cause.replace("_", " "))


def _optional(part: str, facts: Mapping[str, str]) -> str:
    known = all(facts.get(name) for name, _ in _FACT.findall(part))
    return part if known else ""


def _filled(text: str, facts: Mapping[str, str]) -> str:
    def fill(match: re.Match[str]) -> str:
        value = facts.get(match.group(1)) or UNKNOWN
        return _FORMS[match.group(2) or "text"](value)

    return _FACT.sub(fill, text)


def _figure(form: Callable[[Decimal], str]) -> Callable[[str], str]:
    """Return a form that leaves text that is no number as it is."""

    def formed(text: str) -> str:
        value = parse_decimal(text)
        return text if value is None else form(value)

    return formed


def _day(text: str) -> str:
    try:
        return long_day(date.fromisoformat(text))
    except ValueError:
        return text


def _days(text: str) -> str:
    """Return text with every day in it written out."""
    return _ISO_DAY.sub(lambda day: _day(day.group()), text)


def _words(table: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: table.get(text, text.replace("_", " "))


_FORMS: dict[str, Callable[[str], str]] = {
    "text": str,
    "day": _day,
    "days": _days,
    "usd": _figure(usd),
    "usd0": _figure(usd0),
    "shares": _figure(lambda value: number(value, share_digits([value]))),
    "bp": _figure(lambda value: f"{number(value, 1)} bp"),
    "pct": _figure(lambda value: f"{number(value, 1)}%"),
    "rate": _figure(lambda value: f"{number(value * 100, 1)}%"),
    "cents": _figure(lambda value: f"{number(value * 100, 1)}¢"),
    "count": _figure(lambda value: number(value, 0)),
    "cause": cause_phrase,
    "term": _words(TERMS),
    "limit": _words(LIMITS),
    "kind": _words(KINDS),
    "rule": _words(RULES),
}
"""Forms of facts in templates, by name."""
