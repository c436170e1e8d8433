"""Measuring and breaking text, in units that do not depend on a device."""

import re
import sys
from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QApplication

from harvestdesk.gui.printing.paper import FONT_FAMILIES, PT, Voice

_WORD = re.compile(
    r"(?:(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r" \d{1,2}, \d{4}[^ ]*|[^ ]+) *"
)
"""What is never broken over two lines: a word, or a date in words."""


def ensure_application() -> None:
    """Make the application object fonts need, where the caller runs without a window."""
    if QCoreApplication.instance() is not None:
        return
    # On a machine without a display Qt would abort the process; a PDF needs none.
    headless = ["-platform", "offscreen"] if sys.platform not in {"win32", "darwin"} else []
    QApplication(["harvestdesk", *headless])


class Typesetter:
    """Fonts and measured words of one document."""

    def __init__(self) -> None:
        family = _family()
        self._fonts = {voice: _font(family, voice) for voice in Voice}
        self._metrics = {voice: QFontMetricsF(font) for voice, font in self._fonts.items()}
        self._steps = {voice: voice.value.line_height for voice in Voice}
        self._baselines = {
            voice: m.ascent() + (self._steps[voice] - m.ascent() - m.descent()) / 2
            for voice, m in self._metrics.items()
        }
        self._advances: dict[tuple[Voice, str], float] = {}

    def font(self, voice: Voice) -> QFont:
        """Return the font of a voice, sized in units."""
        return self._fonts[voice]

    def advance(self, text: str, voice: Voice) -> float:
        """Return the width of a line of text."""
        key = (voice, text)
        known = self._advances.get(key)
        if known is None:
            known = self._advances[key] = self._metrics[voice].horizontalAdvance(text)
        return known

    def baseline(self, voice: Voice) -> float:
        """Return the distance from the top of a line to its baseline, the text centred in the line."""
        return self._baselines[voice]

    def step(self, voice: Voice) -> float:
        """Return the distance between baselines."""
        return self._steps[voice]

    def wrap(self, text: str, voice: Voice, width: float) -> tuple[str, ...]:
        """Return `text` in lines no wider than `width`; words longer than a line are broken."""
        if "\n" not in text and "\r" not in text and self.advance(text, voice) <= width:
            return (text,)
        lines: list[str] = []
        for paragraph in text.splitlines() or [""]:
            lines += self._wrap_line(paragraph.replace("\t", " "), voice, width)
        return tuple(lines)

    def longest_word(self, texts: Iterable[str], voice: Voice) -> float:
        """Return the width of the longest word."""
        words = {word for text in texts for word in text.split()}
        return max((self.advance(word, voice) for word in words), default=0.0)

    def _wrap_line(self, text: str, voice: Voice, width: float) -> list[str]:
        lines: list[str] = []
        line = ""
        for word in _WORD.findall(text):
            if not line or self.advance((line + word).rstrip(), voice) <= width:
                line += word
            else:
                lines.append(line.rstrip())
                line = word
            while self.advance(line.rstrip(), voice) > width and len(line) > 1:
                fits = self._fitting(line, voice, width)
                lines.append(line[:fits])
                line = line[fits:]
        lines.append(line.rstrip())
        return lines

    def _fitting(self, text: str, voice: Voice, width: float) -> int:
        """Return how many characters fit, at least one."""
        low, high = 1, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self._metrics[voice].horizontalAdvance(text[:middle]) <= width:
                low = middle
            else:
                high = middle - 1
        return low


def _family() -> str:
    known = set(QFontDatabase.families())
    return next((f for f in FONT_FAMILIES if f in known), QGuiApplication.font().family())


def _font(family: str, voice: Voice) -> QFont:
    font = QFont(family)
    font.setPixelSize(round(voice.value.size * PT))
    font.setBold(voice.value.bold)
    # Hinted widths differ by device; the same report must break its lines alike everywhere.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
