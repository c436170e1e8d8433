"""The tables of a household plan: sales with their gains, gifts, and weights before and after."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from harvestdesk.gui import formatting
from harvestdesk.gui.models.table_base import Column, Kind, RowValues
from harvestdesk.gui.plans.tables import KEPT as PLAN_KEPT
from harvestdesk.gui.plans.tables import buy_columns as plan_buy_columns
from harvestdesk.gui.plans.tables import kept_columns as plan_kept_columns
from harvestdesk.gui.plans.tables import priced, why
from harvestdesk.gui.plans.words import TERM_WORDS
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.views.rebalance.words import KIND_WORDS, brief_reason, line_name, weight_words
from harvestdesk.services.views.plan import BuyRow, KeptRow, SaleRow
from harvestdesk.services.views.rebalance import GiftRow, WeightLine

_KEPT_WIDTHS = {"why": 40}
KEPT: tuple[Column, ...] = tuple(
    replace(column, width=_KEPT_WIDTHS.get(column.key, column.width))
    for key in ("symbol", "gain", "why", "free_from", "account", "acquired", "shares")
    for column in PLAN_KEPT
    if column.key == key
)
"""As on the page of the harvest, the reason nearer to what it is about: here it is what people look for."""

NOT_TAXED = ("term", "gain", "tax")
"""Columns that mean nothing where sales are not taxed."""


def _gain_words(values: RowValues) -> str:
    row: SaleRow | GiftRow = values["row"]
    proceeds = row.value if isinstance(row, GiftRow) else row.proceeds
    words = (
        f"{formatting.dollars(proceeds, cents=True)} less a basis of "
        f"{formatting.dollars(row.basis, cents=True)}"
    )
    if isinstance(row, SaleRow) and row.disallowed:
        words += f"; {formatting.dollars(row.disallowed, cents=True)} of the loss is disallowed"
    return words


def _tax_words(_values: RowValues) -> str:
    return "Its share of what the plan changes in this year's tax, by its result and its term; a minus is tax saved"


def _gain_tone(values: RowValues) -> Tone:
    gain = values["gain"]
    return Tone.PLAIN if not gain else Tone.LOSS if gain < 0 else Tone.GAIN


SALES: tuple[Column, ...] = (
    Column("symbol", "Sell", explain="Security to sell", explain_cell=lambda v: v["row"].name, width=6),
    Column("shares", "Shares", Kind.SHARES, "Shares of the lot to sell", priced, width=9),
    Column("acquired", "Acquired", Kind.DATE, "The lot to name to the broker, by its date", width=11),
    Column("term", "Term", explain="Short-term up to one year (IRC \u00a71222)", width=6),
    Column("gain", "Gain $", Kind.MONEY, "Proceeds less basis; a minus is a loss", _gain_words, _gain_tone, 9),
    Column("tax", "Tax $", Kind.MONEY, "Tax of the sale this year; a minus is tax saved", _tax_words, width=10),
    Column("proceeds", "Proceeds $", Kind.MONEY, "Shares times price", priced, width=11),
    Column("price", "Price $", Kind.PRICE, "Last price", priced, width=8),
    Column("why", "Why", explain="Why the lot is sold", explain_cell=why, width=60),
)  # fmt: skip

GIFTS: tuple[Column, ...] = (
    Column("symbol", "Give", explain="Security to give", explain_cell=lambda v: v["row"].name, width=6),
    Column("shares", "Shares", Kind.SHARES, "Shares of the lot to give", priced, width=9),
    Column("acquired", "Acquired", Kind.DATE, "The lot to name to the broker, by its date", width=11),
    Column("value", "Value $", Kind.MONEY, "Shares times price: the deduction (IRC \u00a7170(e))", priced, width=11),
    Column("gain", "Gain $", Kind.MONEY, "Never taxed once given", _gain_words, _gain_tone, 10),
    Column("tax", "Tax avoided $", Kind.MONEY, "Tax the gain would have cost this year, sold instead", width=13),
    Column("price", "Price $", Kind.PRICE, "Last price", priced, width=8),
    Column("why", "Why", explain="Why this lot is given", explain_cell=why, width=60),
)  # fmt: skip


def _weight_words(values: RowValues) -> str:
    return weight_words(values["row"])


def _weight_tone(values: RowValues) -> Tone:
    return Tone.WARNING if values["row"].breach_after > 0 else Tone.PLAIN


WEIGHTS: tuple[Column, ...] = (
    Column("kind", "Of", explain="Asset class, sector or factor of risk", width=12),
    Column("name", "Name", explain="What the weight is of", explain_cell=_weight_words, width=26),
    Column("before", "Before", Kind.PERCENT, "Share of the household before the plan; of a factor, the movement "
           "a year it brings", _weight_words, width=9),
    Column("after", "After", Kind.PERCENT, "The same once the plan is carried out", _weight_words, _weight_tone, 9),
    Column("change", "Change", Kind.PERCENT, "After less before", _weight_words, width=9),
    Column("target", "Target", Kind.PERCENT, "What the household means it to be", _weight_words, width=9),
    Column("low", "Band from", Kind.PERCENT, "Lower end of the band", _weight_words, width=12),
    Column("high", "Band to", Kind.PERCENT, "Upper end of the band", _weight_words, width=12),
)  # fmt: skip


def sale_columns(rows: Sequence[SaleRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the sales by column."""
    return {
        "symbol": [r.symbol for r in rows],
        "shares": [r.shares for r in rows],
        "acquired": [r.acquired_on for r in rows],
        "term": [TERM_WORDS[r.term] for r in rows],
        "gain": [r.gain for r in rows],
        "tax": [-r.tax_value for r in rows],
        "proceeds": [r.proceeds for r in rows],
        "price": [r.price for r in rows],
        "why": [brief_reason(r.reason) for r in rows],
    }


def buy_columns(rows: Sequence[BuyRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the purchases by column, with short reasons."""
    return {**plan_buy_columns(rows), "why": [brief_reason(r.reason) for r in rows]}


def kept_columns(rows: Sequence[KeptRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the kept lots by column, with short reasons."""
    return {**plan_kept_columns(rows), "why": [brief_reason(r.reason) for r in rows]}


def gift_columns(rows: Sequence[GiftRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the gifts by column."""
    return {
        "symbol": [r.symbol for r in rows],
        "shares": [r.shares for r in rows],
        "acquired": [r.acquired_on for r in rows],
        "value": [r.value for r in rows],
        "gain": [r.gain for r in rows],
        "tax": [r.tax_avoided for r in rows],
        "price": [r.price for r in rows],
        "why": [brief_reason(r.reason) for r in rows],
    }


def weight_columns(rows: Sequence[WeightLine]) -> dict[str, Sequence[Any]]:
    """Return the values of the weights by column."""
    return {
        "kind": [KIND_WORDS.get(r.kind, r.kind) for r in rows],
        "name": [line_name(r) for r in rows],
        "before": [r.before for r in rows],
        "after": [r.after for r in rows],
        "change": [r.change for r in rows],
        "target": [r.target for r in rows],
        "low": [r.low for r in rows],
        "high": [r.high for r in rows],
    }
