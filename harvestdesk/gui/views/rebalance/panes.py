"""The right column in words: rules and what they cost, warnings, checks; and why the selected row stands so."""

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from harvestdesk.domain.proposal import RulePrice
from harvestdesk.gui import formatting
from harvestdesk.gui.plans.checks import check_lines
from harvestdesk.gui.plans.words import TERM_WORDS, checks_words
from harvestdesk.gui.theme import Space, Theme, Tone
from harvestdesk.gui.views.rebalance.sentences import Muted
from harvestdesk.gui.widgets.detail_pane import Line
from harvestdesk.reports.rule_words import price_words, rule_title
from harvestdesk.reports.wording import sentence
from harvestdesk.services.views.plan import BuyRow, KeptRow, SaleRow
from harvestdesk.services.views.rebalance import GiftRow, RebalanceView

Row = SaleRow | BuyRow | KeptRow | GiftRow

_LEAST_DOLLARS = Decimal(1)
"""Rules that cost less a year are counted, not listed."""
_PICK = "Pick a trade or a kept lot to read why."


# --- rules, warnings, checks --------------------------------------------------------------------------
def pane_lines(view: RebalanceView) -> list[Line]:
    """Return what the right column says below before and after."""
    lines = [Line("WHAT THE RULES COST", head=True)]
    dear = [price for price in view.rules if price.dollars >= _LEAST_DOLLARS]
    lines += [_rule_line(price) for price in dear]
    cheap = len(view.rules) - len(dear)
    if cheap:
        more = " more" if dear else ""
        rules = formatting.plural(cheap, f"{more} rule".strip())
        verb = "holds" if cheap == 1 else "hold"
        lines.append(Line(f"{rules} {verb}, worth less than $1 a year each.", tone=Tone.MUTED))
    if not view.rules:
        lines.append(Line("No limit holds this plan back.", tone=Tone.MUTED))
    if view.proposal.notices:
        lines.append(Line("BEFORE YOU TRADE", head=True))
    lines += check_lines(view.plan, every=False)
    passed = all(c.passed for c in view.proposal.checks)
    lines.append(Line("CHECKED EXACTLY", head=True))
    lines.append(
        Line(checks_words(view.plan), tone=Tone.PLAN if passed else Tone.ERROR, strong=True)
    )
    lines += [
        Line(f"\u2713 {formatting.per_cents(sentence(c))}")
        for c in view.proposal.checks
        if c.passed
    ]
    return lines


def _rule_line(price: RulePrice) -> Line:
    title = rule_title(price.code, price.name)
    return Line(title, formatting.dollars(price.dollars), formatting.per_cents(price_words(price)))


# --- why ----------------------------------------------------------------------------------------------
class ReasonPanel(QFrame):
    """Why the selected row stands as it does, with its figures; it takes buttons that ask further.

    Signals:
        said: the row it now speaks of, or None.
    """

    said = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.row: Row | None = None
        self.setProperty("card", True)
        self.title = QLabel()
        self.title.setFont(theme.font(strong=True))
        self.words = QLabel(_PICK)
        self.facts = Muted(theme)
        for label in (self.words, self.facts):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(theme.px(Space.SMALL))
        self._actions.addStretch(1)
        column = QVBoxLayout(self)
        side, top = theme.px(Space.MEDIUM), theme.px(Space.SMALL)
        column.setContentsMargins(side, top, side, top)
        column.setSpacing(theme.px(Space.TINY))
        for widget in (self.title, self.words, self.facts):
            column.addWidget(widget)
        column.addLayout(self._actions)
        self._column = column
        self.say(None)

    def add_action(self, widget: QWidget) -> None:
        """Put a button below the reason."""
        self._actions.insertWidget(self._actions.count() - 1, widget)

    def add_answer(self, widget: QWidget) -> None:
        """Put what a button brought below everything."""
        self._column.addWidget(widget)

    def say(self, row: Row | None) -> None:
        """Say why a row stands as it does."""
        self.row = row
        self.title.setText(_title(row) if row else "")
        self.words.setText(formatting.per_cents(sentence(row.reason)) if row else _PICK)
        self.facts.setText(_facts(row) if row else "")
        self.title.setVisible(row is not None)
        self.facts.setVisible(row is not None)
        parts = (self.title.text(), self.words.text(), self.facts.text())
        self.setAccessibleName(". ".join(p for p in parts if p))
        self.said.emit(row)


def _title(row: Row) -> str:
    shares = formatting.shares(row.shares)
    match row:
        case SaleRow():
            return f"Sell {shares} of {formatting.shares(row.lot_shares)} {row.symbol}"
        case GiftRow():
            return f"Give {shares} of {formatting.shares(row.lot_shares)} {row.symbol}"
        case BuyRow():
            return f"Buy {shares} {row.symbol}"
        case KeptRow():
            return f"Keep {shares} {row.symbol} in {row.account}"


def _facts(row: Row) -> str:
    match row:
        case SaleRow():
            result = "gain" if row.gain >= 0 else "loss"
            return _joined(
                f"acquired {formatting.day(row.acquired_on)}",
                f"basis {_exact(row.basis)}",
                f"proceeds {_exact(row.proceeds)}",
                f"{TERM_WORDS[row.term]}-term {result} {_exact(abs(row.gain))}",
            )
        case GiftRow():
            return _joined(
                f"acquired {formatting.day(row.acquired_on)}",
                f"worth {_exact(row.value)}",
                f"basis {_exact(row.basis)}",
                f"tax avoided {_exact(row.tax_avoided)}",
            )
        case BuyRow():
            return _joined(
                f"{_exact(row.amount)} at {_exact(row.price)}, the price of {formatting.day(row.price_on)}"
            )
        case KeptRow():
            free = f"free from {formatting.day(row.free_from)}" if row.free_from else ""
            return _joined(
                f"acquired {formatting.day(row.acquired_on)}",
                f"unrealised {formatting.dollars(row.gain, cents=True, sign=True)}",
                free,
            )


def _exact(value: Decimal) -> str:
    return formatting.dollars(value, cents=True)


def _joined(*parts: str) -> str:
    text = ", ".join(p for p in parts if p)
    return f"{text[:1].upper()}{text[1:]}."
