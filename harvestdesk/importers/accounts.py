"""Accounts as brokers name them: tails of numbers, masks and nicknames, and one key for each."""

import re

from harvestdesk.domain.account import AccountType
from harvestdesk.importers.batch import ParsedAccount

_MASKED = re.compile(
    r"(?P<name>.*?)[\s(]*(?:\.{2,}|\u2026|[Xx*]{2,}-?|-)\s*(?P<tail>[0-9A-Za-z]{2,4})\)?", re.ASCII
)
_TYPE_WORDS: tuple[tuple[str, AccountType], ...] = (
    ("roth", AccountType.ROTH_IRA),
    ("401", AccountType.PLAN_401K),
    ("403", AccountType.PLAN_401K),
    ("ira", AccountType.TRADITIONAL_IRA),
    ("rollover", AccountType.TRADITIONAL_IRA),
    ("hsa", AccountType.HSA),
    ("health", AccountType.HSA),
    ("joint", AccountType.JOINT),
    ("trust", AccountType.TRUST),
    ("individual", AccountType.TAXABLE),
    ("brokerage", AccountType.TAXABLE),
    ("taxable", AccountType.TAXABLE),
)

_TITLES = {"schwab": "Schwab", "fidelity": "Fidelity", "ibkr": "IBKR"}


def type_hint(name: str) -> AccountType | None:
    """Return the account type a name speaks of, or None: a hint for a person to confirm."""
    words = re.findall(r"[a-z]+|\d+", name.lower())
    for word, kind in _TYPE_WORDS:
        if word in words:
            return kind
    return None


class AccountNames:
    """Gives every account of one file a key: broker and tail, with more only where two would share it."""

    def __init__(self, broker: str) -> None:
        self._broker = broker
        self._keys: dict[tuple[str, str], str] = {}

    def masked(self, text: str) -> ParsedAccount:
        """Return the account behind `Individual ...123`, `Brokerage XXXX-1234` or a bare nickname."""
        match = _MASKED.fullmatch(" ".join(text.split()))
        if match is None:
            return self.account("", text.strip())
        tail = match["tail"] if any(c.isdigit() for c in match["tail"]) else ""
        return self.account(tail, match["name"].strip(" -"))

    def account(self, number: str, name: str) -> ParsedAccount:
        """Return the account of a number (or its tail) and a name."""
        tail = "".join(c for c in number if c.isalnum())[-4:]
        return ParsedAccount(
            key=self._key(number, tail, name),
            name=name or (f"{_TITLES.get(self._broker, self._broker)} {tail}" if tail else ""),
            number_tail=tail,
            type_hint=type_hint(name),
            custodian=self._broker,
        )

    def _key(self, number: str, tail: str, name: str) -> str:
        if not number and not name:
            return ""
        known = self._keys.get((number, name))
        if known is not None:
            return known
        taken = set(self._keys.values())
        slug = "-".join(re.findall(r"[a-z0-9]+", name.lower()))
        candidates = [
            f"{self._broker}-{part}" for part in (tail, f"{tail}-{slug}" if tail else slug) if part
        ]
        count = 2
        while not candidates or candidates[0] in taken:
            candidates = candidates[1:] or [f"{self._broker}-{tail or slug or 'account'}-{count}"]
            count += 1
        self._keys[(number, name)] = candidates[0]
        return candidates[0]
