"""The tables of a plan: sales, purchases, kept lots, the ladder, and what not to buy."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harvestdesk.domain.proposal import Reason
from harvestdesk.gui import formatting
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind, RowValues
from harvestdesk.gui.plans.words import TERM_WORDS, brief
from harvestdesk.gui.theme import Theme, Tone
from harvestdesk.reports.wording import sentence
from harvestdesk.services.views.plan import BuyRow, KeptRow, LadderRow, SaleRow
from harvestdesk.services.views.wash_calendar import LockRow


def why(values: RowValues) -> str:
    """Return the whole reason of a row, for its tooltip."""
    reason: Reason = values["row"].reason
    return sentence(reason)


def priced(values: RowValues) -> str:
    """Return shares, price and its day, for the tooltip of an amount."""
    row = values["row"]
    shares = formatting.shares(row.shares)
    price = formatting.dollars(row.price, cents=True)
    return f"{shares} shares at {price}, the price of {formatting.day(row.price_on)}"


def _loss_words(values: RowValues) -> str:
    row: SaleRow = values["row"]
    proceeds = formatting.dollars(row.proceeds, cents=True)
    words = f"Basis {formatting.dollars(row.basis, cents=True)} less proceeds {proceeds}"
    if row.disallowed:
        words += f", less {formatting.dollars(row.disallowed, cents=True)} disallowed"
    return words


def _tax_words(_values: RowValues) -> str:
    return "Its share of the tax the plan saves this year, by its loss and its term; what is carried counts later"


def _loss_tone(_values: RowValues) -> Tone:
    return Tone.LOSS


SALES: tuple[Column, ...] = (
    Column("symbol", "Sell", explain="Security to sell", explain_cell=lambda v: v["row"].name, width=6),
    Column("shares", "Shares", Kind.SHARES, "Shares of the lot to sell", priced, width=9),
    Column("acquired", "Acquired", Kind.DATE, "The lot to name to the broker, by its date", width=11),
    Column("term", "Term", explain="Short-term up to one year", width=6),
    Column("loss", "Loss $", Kind.MONEY, "Basis less proceeds", _loss_words, _loss_tone, 9),
    Column("tax_value", "Tax $", Kind.MONEY, "The lot's share of the tax saved this year", _tax_words, width=10),
    Column("proceeds", "Proceeds $", Kind.MONEY, "Shares times price", priced, width=11),
    Column("price", "Price $", Kind.PRICE, "Last price", priced, width=8),
    Column("why", "Why", explain="Why the lot is sold", explain_cell=why, width=60),
)  # fmt: skip

BUYS: tuple[Column, ...] = (
    Column("symbol", "Buy", explain="Security to buy", explain_cell=lambda v: v["row"].name, width=8),
    Column("shares", "Shares", Kind.SHARES, "Shares to buy", priced, width=11),
    Column("price", "Price $", Kind.PRICE, "Last price", priced, width=10),
    Column("amount", "Amount $", Kind.MONEY, "Shares times price", priced, width=13),
    Column("replaces", "In place of", explain="What is sold for it", width=20),
    Column("why", "Why", explain="Why this is bought", explain_cell=why, width=60),
)  # fmt: skip

KEPT: tuple[Column, ...] = (
    Column("symbol", "Symbol", explain="Security of the lot", width=8),
    Column("gain", "Gain $", Kind.MONEY, "Unrealised result of the shares kept",
           tone=lambda v: Tone.PLAIN if not v["row"].gain else Tone.LOSS if v["row"].gain < 0 else Tone.GAIN),
    Column("free_from", "Free from", Kind.DATE, "First day a lock on it has ended", why, width=13),
    Column("account", "Account", explain="Where the lot is held", width=17),
    Column("acquired", "Acquired", Kind.DATE, "Trade date of the purchase", width=13),
    Column("shares", "Shares", Kind.SHARES, "Shares kept"),
    Column("why", "Why it is kept", explain="Why the plan leaves it alone", explain_cell=why, width=70),
)  # fmt: skip

LADDER: tuple[Column, ...] = (
    Column("symbol", "Next lot", explain="Lots beyond the limit, best first", width=10),
    Column("shares", "Shares", Kind.SHARES, "Shares that would be sold"),
    Column("loss", "Further loss $", Kind.MONEY, "Loss the lot would add", tone=_loss_tone, width=16),
    Column("tax_value", "Tax $", Kind.MONEY, "Tax that loss would save this year on top of the plan", width=14),
    Column("te", "Then bp", Kind.BASIS_POINTS,
           "Tracking error with this lot and all above it sold too", width=10),
    Column("over", "Over limit bp", Kind.BASIS_POINTS, "How far that is over the limit", width=15),
    Column("account", "Account", explain="Where the lot is held", width=18),
)  # fmt: skip

LOCKS: tuple[Column, ...] = (
    Column("symbols", "Do not buy", explain="Substantially identical securities", width=18),
    Column("safe", "First safe day", Kind.DATE, "First day it may be bought again", width=15),
    Column("last", "Locked until", Kind.DATE, "Last locked day", width=14),
    Column("dollars", "Loss at stake $", Kind.MONEY, "Loss a purchase would destroy or defer", width=16),
    Column("note", "Note", explain="Holds in every account of the household", width=50),
)  # fmt: skip


class PlanTable(ColumnTable):
    """One of the tables; `show` takes its rows."""

    def __init__(self, columns: Sequence[Column], theme: Theme, write: "Writer") -> None:
        super().__init__(columns, theme)
        self._write = write

    def show(self, rows: Sequence[Any], written: Mapping[str, Sequence[Any]] | None = None) -> None:
        """Replace the rows; `written` is what their columns say, where a lane wrote it beforehand."""
        keys = [str(getattr(r, "lot_id", i)) for i, r in enumerate(rows)]
        values = self._write(rows) if written is None else written
        self.set_rows({**values, "row": list(rows)}, keys)


Writer = Callable[[Sequence[Any]], dict[str, Sequence[Any]]]


def sale_columns(rows: Sequence[SaleRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the sales by column."""
    return {
        "symbol": [r.symbol for r in rows],
        "shares": [r.shares for r in rows],
        "acquired": [r.acquired_on for r in rows],
        "term": [TERM_WORDS[r.term] for r in rows],
        "price": [r.price for r in rows],
        "proceeds": [r.proceeds for r in rows],
        "loss": [r.loss for r in rows],
        "tax_value": [r.tax_value for r in rows],
        "why": [brief(r.reason) for r in rows],
    }


def buy_columns(rows: Sequence[BuyRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the purchases by column."""
    return {
        "symbol": [r.symbol for r in rows],
        "shares": [r.shares for r in rows],
        "price": [r.price for r in rows],
        "amount": [r.amount for r in rows],
        "replaces": [", ".join(r.replaces) for r in rows],
        "why": [brief(r.reason) for r in rows],
    }


def kept_columns(rows: Sequence[KeptRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the kept lots by column."""
    return {
        "symbol": [r.symbol for r in rows],
        "account": [r.account for r in rows],
        "shares": [r.shares for r in rows],
        "acquired": [r.acquired_on for r in rows],
        "gain": [r.gain for r in rows],
        "free_from": [r.free_from for r in rows],
        "why": [sentence(r.reason) for r in rows],
    }


def ladder_columns(rows: Sequence[LadderRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the ladder by column."""
    return {
        "symbol": [r.symbol for r in rows],
        "account": [r.account for r in rows],
        "shares": [r.shares for r in rows],
        "loss": [r.loss for r in rows],
        "tax_value": [r.tax_value for r in rows],
        "te": [r.tracking_error_bp for r in rows],
        "over": [r.over_limit_bp for r in rows],
    }


def lock_columns(rows: Sequence[LockRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the plan's locks by column."""
    return {
        "symbols": [", ".join(r.symbols) for r in rows],
        "safe": [r.first_safe_day for r in rows],
        "last": [r.last_day for r in rows],
        "dollars": [r.dollars for r in rows],
        "note": [
            f"in every account; a purchase in {r.last_day:%B} still destroys a loss of {r.cause_on.year}"
            if r.spills_over
            else "in every account"
            for r in rows
        ],
    }
