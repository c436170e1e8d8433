"""The commands of the window as data: key, words, shortcut and what they do. Pages share these actions."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from harvestdesk.gui.theme import Scheme


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command.

    Attributes:
        needs: "" always usable, "book" needs an open household, "write" one that may be changed,
            "plan" a plan on the page shown, "orders" one that may be exported, "planning" one being worked out.
    """

    key: str
    text: str
    shortcut: str = ""
    tip: str = ""
    menu: str = ""
    needs: str = ""
    checkable: bool = False


SEPARATOR = ActionSpec("", "")

PAGE_KEYS = ("overview", "lots", "drift", "wash_calendar", "plan", "rebalance", "tax")
PAGE_TITLES = {
    "overview": "Overview",
    "lots": "Lots",
    "drift": "Drift",
    "wash_calendar": "Wash calendar",
    "plan": "Harvest plan",
    "rebalance": "Rebalance",
    "tax": "Tax",
}


def _separator(menu: str) -> ActionSpec:
    return ActionSpec("", "", menu=menu)


FILE, EDIT, VIEW, PLAN, TAX, HELP = "&File", "&Edit", "&View", "&Plan", "&Tax", "&Help"
NO_MENU = ""
"""For commands that only pages show."""

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "household.sample",
        "Open &sample household",
        "",
        "Explore invented data; nothing of yours is touched",
        FILE,
    ),
    ActionSpec("household.new", "&New household…", "Ctrl+N", "Start a household file", FILE),
    ActionSpec("household.open", "&Open household…", "Ctrl+O", "Open a household file", FILE),
    _separator(FILE),
    ActionSpec(
        "import",
        "&Import statements…",
        "Ctrl+I",
        "Read brokers' files; nothing is written before you confirm",
        FILE,
        "write",
    ),
    ActionSpec(
        "orders.export",
        "&Export orders…",
        "Ctrl+E",
        "Write the plan's orders and lot instructions as files",
        FILE,
        "orders",
    ),
    ActionSpec(
        "worksheet.print",
        "&Print worksheet…",
        "Ctrl+P",
        "Preview, print or save the worksheet of the plan as PDF",
        FILE,
        "plan",
    ),
    ActionSpec(
        "instructions.print",
        "Print &lot instructions…",
        "",
        "Which shares each broker is to sell, by date and cost",
        FILE,
        "plan",
    ),
    ActionSpec(
        "do_not_buy.print",
        "Print &do-not-buy list…",
        "Ctrl+Shift+P",
        "What may not be bought, where, and until when",
        FILE,
        "book",
    ),
    _separator(FILE),
    ActionSpec(
        "household.backup", "&Back up…", "Ctrl+B", "Write a checked copy of the file", FILE, "book"
    ),
    _separator(FILE),
    ActionSpec("app.quit", "&Quit", "Ctrl+Q", "Close the window", FILE),
    ActionSpec("edit.undo", "&Undo", "Ctrl+Z", "Take back the last change", EDIT, "write"),
    ActionSpec("edit.redo", "&Redo", "Ctrl+Shift+Z", "Make it again", EDIT, "write"),
    _separator(EDIT),
    ActionSpec(
        "household.settings",
        "&Household settings…",
        "Ctrl+,",
        "Name, people, tax profile and accounts",
        EDIT,
        "write",
    ),
    ActionSpec(
        "household.rules",
        "How &accounts take part…",
        "",
        "Where plans trade, what an account offers, and how much cash stays",
        EDIT,
        "write",
    ),
    ActionSpec(
        "household.outside",
        "&Outside holdings…",
        "",
        "What is owned elsewhere: counted in risk and drift, never traded",
        EDIT,
        "write",
    ),
    ActionSpec(
        "household.risk",
        "Risk &model…",
        "",
        "How risk is estimated, and what that rests on",
        EDIT,
        "write",
    ),
    *(
        ActionSpec(f"page.{key}", PAGE_TITLES[key], f"Ctrl+{n}", "Show this page", VIEW, "book")
        for n, key in enumerate(PAGE_KEYS, start=1)
    ),
    ActionSpec(
        "prices",
        "P&rices…",
        "Ctrl+Shift+R",
        "The last price of every security, its day and source",
        VIEW,
        "book",
    ),
    _separator(VIEW),
    ActionSpec("view.system", "Look: as the &system", "", "", VIEW, checkable=True),
    ActionSpec("view.light", "Look: &light", "", "", VIEW, checkable=True),
    ActionSpec("view.dark", "Look: &dark", "", "", VIEW, checkable=True),
    ActionSpec("view.contrast", "Look: &high contrast", "", "", VIEW, checkable=True),
    ActionSpec(
        "plan.run",
        "&Plan harvest",
        "Ctrl+R",
        "Find the largest loss within the limits",
        PLAN,
        "write",
    ),
    ActionSpec(
        "plan.trades",
        "Plan &trades",
        "Ctrl+T",
        "Rebalance, invest, raise cash or give: as the Rebalance page asks",
        PLAN,
        "write",
    ),
    ActionSpec(
        "scenario.keep",
        "&Keep as scenario",
        "Ctrl+Shift+S",
        "Keep the plan on view under the next letter, to compare it with others",
        PLAN,
        "plan",
    ),
    ActionSpec(
        "scenario.compare",
        "&Compare scenarios…",
        "Ctrl+Shift+K",
        "Plans that were kept, beside each other",
        PLAN,
        "book",
    ),
    ActionSpec("plan.cancel", "&Stop", "Esc", "Stop the calculation", PLAN, "planning"),
    ActionSpec(
        "tax.profile",
        "Edit tax &profile…",
        "Ctrl+Shift+T",
        "Filing status, income of the year, state, rates and losses carried in",
        TAX,
        "write",
    ),
    ActionSpec(
        "tax.outside",
        "&Outside gains…",
        "",
        "Gains known or expected outside the accounts, and changes of law",
        TAX,
        "write",
    ),
    ActionSpec(
        "wash.options",
        "Wash-sale &readings…",
        "",
        "How the household reads what wash-sale law leaves open",
        TAX,
        "write",
    ),
    _separator(TAX),
    ActionSpec(
        "tax.forms",
        "Tax &forms…",
        "Ctrl+Shift+F",
        "Form 8949, Schedule D, carryover worksheet and wash-sale ledger of a year",
        TAX,
        "book",
    ),
    ActionSpec(
        "tax.save",
        "Save sales for tax &software…",
        "",
        "Write a year's sales as TXF or CSV",
        TAX,
        "book",
    ),
    ActionSpec(
        "tax.reconcile",
        "Compare with &broker's file…",
        "",
        "Lay a broker's closed lots (1099-B) beside the ledger: every difference with its reason",
        TAX,
        "book",
    ),
    ActionSpec(
        "help.explain", "E&xplain the figure", "F1", "How the focused figure came about", HELP
    ),
    ActionSpec("help.about", "&About HarvestDesk", "", "", HELP),
)


def build_actions(parent: QWidget) -> dict[str, QAction]:
    """Return the window's actions by key, with their shortcuts."""
    actions: dict[str, QAction] = {}
    for spec in ACTIONS:
        if not spec.key:
            continue
        action = QAction(spec.text, parent)
        action.setObjectName(spec.key)
        action.setCheckable(spec.checkable)
        action.setProperty("needs", spec.needs)
        if spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
        if spec.tip:
            action.setToolTip(spec.tip)
            action.setStatusTip(spec.tip)
        actions[spec.key] = action
    looks = QActionGroup(parent)
    for scheme in Scheme:
        looks.addAction(actions[f"view.{scheme.value}"])
    return actions


def fill_menus(bar: QMenuBar, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """Put the actions into menus and return these by their words."""
    menus: dict[str, QMenu] = {}
    for spec in ACTIONS:
        if spec.menu == NO_MENU:
            continue
        if spec.menu not in menus:
            menus[spec.menu] = bar.addMenu(spec.menu)
            menus[spec.menu].setToolTipsVisible(True)
        if spec.key:
            menus[spec.menu].addAction(actions[spec.key])
        else:
            menus[spec.menu].addSeparator()
    return menus


def enable(actions: Mapping[str, QAction], have: frozenset[str]) -> None:
    """Make usable what the present state allows."""
    for action in actions.values():
        needs = str(action.property("needs") or "")
        action.setEnabled(not needs or needs in have)
