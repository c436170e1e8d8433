"""What each broker calls lot selection, where it is clicked, and until when it is accepted.

Sources, read in November 2026: ibkrguides.com (Tax Optimizer, Manually Match Specific Lots),
help.streetsmart.schwab.com (Cost Basis Method), fidelity.com (Trading Specific Shares). Brokers move
their menus; the sheet says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.calendar import settlement_day
from harvestdesk.reports.figures import long_day


@dataclass(frozen=True, slots=True)
class BrokerGuide:
    """How one broker takes lot instructions.

    Attributes:
        specific: the broker's name for naming lots.
        steps: the click path.
        deadline: sentence with `{trade}` and `{settle}` for the two days.
        methods: the broker's names of relief methods it offers in place of naming lots, best known first.
        max_lots: most lots one order can name, or 0 where no limit is known.
        cautions: what goes wrong there.
    """

    name: str
    specific: str
    steps: tuple[str, ...]
    deadline: str
    methods: Mapping[ReliefMethod, str] = field(default_factory=dict)
    max_lots: int = 0
    cautions: tuple[str, ...] = ()

    def deadline_for(self, traded_on: date) -> str:
        """Return the deadline for a trade on `traded_on`."""
        settled = settlement_day(traded_on)
        return self.deadline.format(trade=long_day(traded_on), settle=long_day(settled))


_GUIDES: dict[str, BrokerGuide] = {
    "schwab": BrokerGuide(
        name="Charles Schwab",
        specific="Specified Lots",
        steps=(
            "Enter the sale on the trade ticket: symbol, Sell, number of shares.",
            "At Cost Basis Method choose Specified Lots.",
            "Type the shares beside each open date listed here; the sum must equal the order.",
            "After the fill: Order Status, column Cost Basis Method, View/Edit; check that the lots are these.",
        ),
        deadline="Schwab takes the choice at the order and until midnight ET on the settlement date: "
        "{settle} if sold on {trade}.",
        methods={
            ReliefMethod.HIFO: "High Cost",
            ReliefMethod.TAX_ORDER: "Tax Lot Optimizer",
            ReliefMethod.LIFO: "LIFO",
            ReliefMethod.FIFO: "FIFO",
            ReliefMethod.LOFO: "Low Cost",
        },
        cautions=("Lots opened on the day of the sale can't be chosen.",),
    ),
    "ibkr": BrokerGuide(
        name="Interactive Brokers",
        specific="Specific Lot",
        steps=(
            "Sell first: the basket file names no lots. Lots are matched after the fills, on the same day.",
            (
                "Portal: Menu > Trade > Orders and Trades; beside the trade choose View Tax Lots. "
                "(TWS: right-click the position > Change Tax Lots.)"
            ),
            "Beside the closing trade set Method to Specific Lot.",
            "Tick each open lot listed here, type the match amount, press Save.",
            "When every share is matched press Submit; unmatched shares fall to the day's method.",
        ),
        deadline="IBKR takes the choice until 8:30 PM ET on the trade date: {trade}.",
        methods={
            ReliefMethod.HIFO: "Highest Cost",
            ReliefMethod.LIFO: "LIFO",
            ReliefMethod.FIFO: "FIFO",
        },
        cautions=(
            "Don't log out of the Portal while the Tax Optimizer is open: the choice is lost.",
        ),
    ),
    "fidelity": BrokerGuide(
        name="Fidelity",
        specific="Choose Specific Shares",
        steps=(
            "On the trade ticket enter symbol, Sell and the number of shares.",
            "Tick Choose Specific Shares and press Continue.",
            "Type the shares beside each date acquired listed here; the sum must equal the order.",
            "On the confirmation check that the lots are these before placing the order.",
        ),
        deadline="Choose the lots on the order ticket, before the order is placed ({trade}).",
        methods={ReliefMethod.FIFO: "FIFO"},
        max_lots=200,
        cautions=("Lots typed in by hand are not checked by Fidelity.",),
    ),
}
_OTHER = BrokerGuide(
    name="the broker",
    specific="specific identification",
    steps=(
        "Tell the broker which lots are sold, in writing or on the order ticket, when the order is given.",
        "Keep the broker's written confirmation of the lots (Reg. 1.1012-1(c)).",
    ),
    deadline="Name the lots no later than settlement: {settle} if sold on {trade}. Many brokers ask for "
    "them with the order; find out before selling.",
    methods={ReliefMethod.FIFO: "FIFO"},
)


def broker_guide(custodian: str) -> BrokerGuide:
    """Return the guide of a broker by its key, or the general one."""
    return _GUIDES.get(custodian, _OTHER)
