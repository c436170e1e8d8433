"""The style sheet, made from the tokens of the theme alone: one function per kind of widget."""

from dataclasses import dataclass

from harvestdesk.gui.palettes import Colours


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths in device-independent pixels, scaled by the font already."""

    line: int
    ring: int
    radius: int
    tiny: int
    small: int
    medium: int
    field_height: int
    handle: int
    bar: int


def style_sheet(colours: Colours, measures: Measures) -> str:
    """Return the style sheet of the whole application."""
    kinds = (_surfaces, _buttons, _fields, _tables, _lists, _bars)
    return "".join(kind(colours, measures) for kind in kinds)


def _surfaces(c: Colours, m: Measures) -> str:
    """Tooltips, cards, side and top bar, banners."""
    return f"""
QToolTip {{ background: {c.surface}; color: {c.text}; border: {m.line}px solid {c.field_edge};
  padding: {m.tiny}px {m.small}px; }}
QFrame[card="true"] {{ background: {c.surface}; border: {m.line}px solid {c.hairline};
  border-radius: {m.radius}px; }}
QFrame[sidebar="true"] {{ background: {c.sidebar}; border-right: {m.line}px solid {c.hairline}; }}
QFrame[topbar="true"] {{ background: {c.window}; border-bottom: {m.line}px solid {c.hairline}; }}
QFrame[banner="warning"] {{ background: {c.warning_fill}; border: {m.line}px solid {c.warning};
  border-radius: {m.radius}px; }}
QFrame[banner="error"] {{ background: {c.error_fill}; border: {m.line}px solid {c.error};
  border-radius: {m.radius}px; }}
"""


def _buttons(c: Colours, m: Measures) -> str:
    """Push buttons: plain, primary and quiet."""
    return f"""
QPushButton {{ background: {c.surface}; color: {c.text}; border: {m.line}px solid {c.field_edge};
  border-radius: {m.radius}px; padding: {m.tiny + 1}px {m.medium}px; }}
QPushButton:hover {{ background: {c.stripe}; border-color: {c.text}; }}
QPushButton:focus {{ border: {m.ring}px solid {c.focus}; padding: {m.tiny}px {m.medium - 1}px; }}
QPushButton:disabled {{ color: {c.locked}; border-color: {c.hairline}; }}
QPushButton[primary="true"] {{ background: {c.accent}; color: {c.on_accent};
  border-color: {c.accent}; font-weight: 600; }}
QPushButton[primary="true"]:hover {{ background: {c.accent_hover}; }}
QPushButton[primary="true"]:focus {{ border: {m.ring}px solid {c.text}; }}
QPushButton[primary="true"]:disabled {{ background: {c.hairline}; color: {c.muted_text};
  border-color: {c.hairline}; }}
QPushButton[quiet="true"] {{ background: transparent; border-color: transparent;
  color: {c.accent}; }}
QPushButton[flush="true"] {{ padding-left: {m.small - m.line}px; }}
QPushButton[flush="true"]:focus {{ padding-left: {m.small - m.ring}px; }}
QPushButton[quiet="true"][tone="warning"] {{ color: {c.warning_text}; font-weight: 600; }}
QPushButton[quiet="true"]:hover {{ text-decoration: underline; }}
QPushButton[quiet="true"]:focus {{ border-color: {c.focus}; }}
"""


def _fields(c: Colours, m: Measures) -> str:
    """Whatever is typed into or chosen from."""
    return f"""
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateEdit {{
  background: {c.surface}; color: {c.text}; border: {m.line}px solid {c.field_edge};
  border-radius: {m.tiny}px; padding: {m.tiny}px; selection-background-color: {c.accent};
  selection-color: {c.on_accent}; }}
QLineEdit {{ min-height: {m.field_height}px; }}
QListWidget {{ background: {c.surface}; color: {c.text}; border: {m.line}px solid {c.field_edge};
  border-radius: {m.tiny}px; padding: {m.tiny}px; }}
QListWidget:focus {{ border: {m.ring}px solid {c.focus}; padding: {m.tiny - 1}px; }}
QListWidget::item {{ padding: {m.tiny}px; }}
QAbstractScrollArea::corner {{ background: transparent; border: 0; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QDateEdit:focus {{ border: {m.ring}px solid {c.focus}; padding: {m.tiny - 1}px; }}
"""


def _tables(c: Colours, m: Measures) -> str:
    """Tables and their heads."""
    return f"""
QTableView {{ background: {c.surface}; alternate-background-color: {c.stripe};
  border: {m.line}px solid {c.hairline}; border-radius: {m.tiny}px; gridline-color: {c.hairline};
  selection-background-color: {c.selection}; selection-color: {c.selection_text}; }}
QTableView::item {{ padding: 0 {m.small}px; }}
QTableView:focus {{ border-color: {c.focus}; }}
QHeaderView {{ background: {c.window}; border: 0; }}
QHeaderView::section {{ background: {c.window}; color: {c.muted_text}; border: 0;
  border-bottom: {m.line}px solid {c.hairline}; padding: {m.tiny}px {m.small + 3}px; font-weight: 600; }}
"""


def _lists(c: Colours, m: Measures) -> str:
    """The lists of the sidebar."""
    return f"""
QListView[sidebar="true"] {{ background: transparent; border: 0; outline: 0; }}
QListView[sidebar="true"]::item {{ padding: {m.tiny + 2}px {m.tiny}px; border-radius: {m.tiny}px;
  border: {m.line}px solid transparent; }}
QListView[sidebar="true"]::item:hover {{ background: {c.window}; }}
QListView[sidebar="true"]::item:selected {{ background: {c.selection};
  color: {c.selection_text}; }}
QListView[sidebar="true"]:focus::item:selected {{ border-color: {c.focus}; }}
"""


def _bars(c: Colours, m: Measures) -> str:
    """Splitters, scroll bars, status bar and progress."""
    return f"""
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {c.hairline}; }}
QScrollBar {{ background: transparent; border: 0; margin: 0; }}
QScrollBar:vertical {{ width: {m.medium}px; }}
QScrollBar:horizontal {{ height: {m.medium}px; }}
QScrollBar::handle {{ background: {c.field_edge}; border: {m.bar}px solid {c.surface};
  border-radius: {m.radius}px; min-height: {m.handle}px; min-width: {m.handle}px; }}
QScrollBar::handle:hover {{ background: {c.text}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QStatusBar {{ background: {c.window}; border-top: {m.line}px solid {c.hairline}; }}
QStatusBar::item {{ border: 0; }}
QProgressBar {{ background: {c.hairline}; border: 0; border-radius: {m.bar}px;
  max-height: {m.radius}px; }}
QProgressBar::chunk {{ background: {c.plan}; border-radius: {m.bar}px; }}
"""
