"""The last positions each account's broker stated: kept to compare lots with, never to plan on."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import decimal_text

_PREFIX = "positions:"


@dataclass(frozen=True, slots=True)
class StatedPositions:
    """Shares by security as one positions file stated them on a day."""

    on: date
    shares: Mapping[SecurityId, Decimal]


def stated_positions(settings: Mapping[str, str]) -> dict[AccountId, StatedPositions]:
    """Return the stated positions of each account from the household's settings."""
    found: dict[AccountId, StatedPositions] = {}
    for key, text in settings.items():
        if key.startswith(_PREFIX):
            data = json.loads(text)
            shares = {SecurityId(s): Decimal(n) for s, n in data["shares"].items()}
            found[AccountId(key.removeprefix(_PREFIX))] = StatedPositions(
                date.fromisoformat(data["on"]), shares
            )
    return found


def position_settings(
    after: Mapping[AccountId, StatedPositions], before: Mapping[AccountId, StatedPositions]
) -> Iterator[tuple[str, str]]:
    """Give the settings to write for the accounts whose stated positions changed."""
    for account_id, stated in after.items():
        if before.get(account_id) != stated:
            shares = {s: decimal_text(n) for s, n in sorted(stated.shares.items())}
            yield (
                f"{_PREFIX}{account_id}",
                json.dumps({"on": stated.on.isoformat(), "shares": shares}, sort_keys=True),
            )
