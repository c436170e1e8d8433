"""The look in one place: type sizes, spacing and the palettes applied. Nothing else names a colour or a pixel."""

from enum import IntEnum, StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QFontInfo, QFontMetrics, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from harvestdesk.gui.palettes import CONTRAST, DARK, LIGHT, Colours
from harvestdesk.gui.style_sheet import Measures, style_sheet

__all__ = ["CONTRAST", "DARK", "LIGHT", "Colours", "Scheme", "Space", "TextSize", "Theme", "Tone"]


class Scheme(StrEnum):
    """What the person may choose; `system` follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Space(IntEnum):
    """Spacing steps in design pixels, scaled by the font before use."""

    TINY = 4
    SMALL = 8
    MEDIUM = 12
    LARGE = 16
    HUGE = 24


class TextSize(IntEnum):
    """Type sizes in design pixels, scaled by the font before use."""

    CAPTION = 11
    BODY = 13
    SECTION = 16
    TITLE = 20
    FIGURE = 22


class Tone(StrEnum):
    """Colours of meaning; each is always accompanied by a sign, a shape, a hatch or a word."""

    PLAIN = "plain"
    MUTED = "muted"
    LOSS = "loss"
    GAIN = "gain"
    LOCKED = "locked"
    PERMANENT = "permanent"
    WARNING = "warning"
    ERROR = "error"
    PLAN = "plan"


_DESIGN_SIZE = TextSize.BODY
_STYLED = "harvestdesk.styled"


class Theme(QObject):
    """The chosen look, applied to the application; widgets ask it and repaint on `changed`."""

    changed = Signal()

    def __init__(self, app: QApplication, scheme: Scheme = Scheme.SYSTEM) -> None:
        super().__init__()
        self._app = app
        self._scheme = scheme
        self._system_font = QFont(app.font())
        self._scale = max(1.0, QFontInfo(self._system_font).pixelSize() / _DESIGN_SIZE)
        self.colours = LIGHT
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    @property
    def scheme(self) -> Scheme:
        """The person's choice."""
        return self._scheme

    @property
    def is_dark(self) -> bool:
        """True when dark colours are shown."""
        return self.colours.is_dark

    def choose(self, scheme: Scheme) -> None:
        """Switch the look of the whole application at once."""
        self._scheme = scheme
        self.apply()

    def apply(self) -> None:
        """Set style, palette, font and the small style sheet on the application."""
        self.colours = self._wanted()
        # A style sheet hides the style's name, and setting a style anew re-polishes every widget.
        if not self._app.property(_STYLED):
            self._app.setStyle("Fusion")
            self._app.setProperty(_STYLED, True)
        self._app.setPalette(palette_of(self.colours))
        self._app.setFont(self.font())
        self._app.setStyleSheet(style_sheet(self.colours, self._measures()))
        self.changed.emit()

    def _wanted(self) -> Colours:
        if self._scheme is Scheme.CONTRAST:
            return CONTRAST
        if self._scheme is Scheme.SYSTEM:
            dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self._scheme is Scheme.DARK else LIGHT

    def _on_system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._scheme is Scheme.SYSTEM:
            self.apply()

    # --- measures ----------------------------------------------------------------------------
    def px(self, design: float) -> int:
        """Return design pixels scaled by the size of the system font."""
        return round(design * self._scale)

    def text_width(self, characters: int) -> int:
        """Return the width of that many digits of body text."""
        return QFontMetrics(self.font()).horizontalAdvance("0") * characters

    @property
    def row_height(self) -> int:
        """Height of a table row."""
        return QFontMetrics(self.font()).height() + self.px(Space.SMALL)

    @property
    def hairline(self) -> int:
        """Width of the one line used for borders."""
        return 1

    @property
    def radius(self) -> int:
        """Corner radius of fields, buttons and cards."""
        return self.px(6)

    def font(self, size: TextSize = TextSize.BODY, *, strong: bool = False) -> QFont:
        """Return the system font at a size, with tabular figures."""
        font = QFont(self._system_font)
        font.setPixelSize(self.px(size))
        font.setFeature(QFont.Tag("tnum"), 1)
        if strong:
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def _measures(self) -> Measures:
        small = self.px(Space.SMALL)
        return Measures(
            line=self.hairline,
            ring=2 * self.hairline,
            radius=self.radius,
            tiny=self.px(Space.TINY),
            small=small,
            medium=self.px(Space.MEDIUM),
            field_height=self.row_height - small,
            handle=self.px(28),
            bar=self.px(3),
        )

    # --- colours -----------------------------------------------------------------------------
    def colour(self, name: str) -> QColor:
        """Return a colour of the palette by its field name, such as `hairline`."""
        return QColor(str(getattr(self.colours, name)))

    def mark(self, tone: Tone) -> QColor:
        """Return the colour that paints a mark of this meaning."""
        if tone is Tone.PLAIN:
            return self.colour("text")
        return self.colour("muted_text" if tone is Tone.MUTED else tone.value)

    def text(self, tone: Tone) -> QColor:
        """Return the colour that writes words of this meaning."""
        if tone is Tone.PLAIN:
            return self.colour("text")
        return self.colour("muted_text" if tone is Tone.MUTED else f"{tone.value}_text")

    def hatch(self, tone: Tone = Tone.LOCKED) -> QBrush:
        """Return the hatched brush of locked things: readable without colour."""
        return QBrush(self.mark(tone), Qt.BrushStyle.BDiagPattern)

    def swatch(self, tone: Tone) -> QPixmap:
        """Return a small square of the tone for legends."""
        side = self.px(Space.MEDIUM)
        pixmap = QPixmap(side, side)
        pixmap.fill(self.mark(tone))
        return pixmap


def palette_of(c: Colours) -> QPalette:
    """Return the Qt palette of a set of colours."""
    palette = QPalette()
    role = QPalette.ColorRole
    for which, name in (
        (role.Window, c.window),
        (role.WindowText, c.text),
        (role.Base, c.surface),
        (role.AlternateBase, c.stripe),
        (role.Text, c.text),
        (role.Button, c.surface),
        (role.ButtonText, c.text),
        (role.BrightText, c.error_text),
        (role.Highlight, c.selection),
        (role.HighlightedText, c.selection_text),
        (role.ToolTipBase, c.surface),
        (role.ToolTipText, c.text),
        (role.PlaceholderText, c.muted_text),
        (role.Link, c.loss_text),
        (role.LinkVisited, c.permanent_text),
        (role.Accent, c.accent),
        (role.Light, c.surface),
        (role.Midlight, c.stripe),
        (role.Mid, c.hairline),
        (role.Dark, c.field_edge),
        (role.Shadow, c.hairline),
    ):
        palette.setColor(which, QColor(name))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.locked))
    return palette
