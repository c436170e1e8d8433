"""Colours keep their contrast, and nothing else in the window names one."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from harvestdesk import gui
from harvestdesk.gui.theme import CONTRAST, DARK, LIGHT, Scheme, TextSize, Tone

PALETTES = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}


def luminance(name):
    def linear(value):
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    colour = QColor(name)
    red, green, blue = (linear(v) for v in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, two):
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_words__have_contrast_of_4_5(palette):
    grounds = [palette.window, palette.surface, palette.stripe]
    words = [palette.text, palette.muted_text]
    words += [
        getattr(palette, f"{t.value}_text") for t in Tone if t not in (Tone.PLAIN, Tone.MUTED)
    ]
    for ground in grounds:
        for word in words:
            assert contrast(word, ground) >= 4.5, (word, ground)
    assert contrast(palette.selection_text, palette.selection) >= 4.5
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    assert contrast(palette.warning_text, palette.warning_fill) >= 4.5
    assert contrast(palette.error_text, palette.error_fill) >= 4.5
    assert contrast(palette.text, palette.sidebar) >= 4.5
    assert contrast(palette.muted_text, palette.sidebar) >= 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_marks__have_contrast_of_3(palette):
    marks = [getattr(palette, t.value) for t in Tone if t not in (Tone.PLAIN, Tone.MUTED)]
    for mark in [*marks, palette.focus, palette.field_edge]:
        assert contrast(mark, palette.surface) >= 3.0, mark


def test_no_colour_is_named_outside_the_theme():
    names = re.compile(
        r"#[0-9A-Fa-f]{6}\b|Qt\.GlobalColor\.(?!transparent)|QColor\(\s*[\"'\d]|\b[1-9]\d*px\b"
    )
    folder = Path(gui.__file__).parent
    found = [
        f"{path.relative_to(folder)}: {match.group()}"
        for path in folder.rglob("*.py")
        if path.name not in {"theme.py", "palettes.py"} and "printing" not in path.parts
        for match in names.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_choosing__changes_palette_and_tells(theme, qapp, qtbot):
    with qtbot.waitSignal(theme.changed):
        theme.choose(Scheme.DARK)
    assert theme.is_dark
    assert qapp.palette().window().color() == QColor(DARK.window)
    theme.choose(Scheme.CONTRAST)
    assert qapp.palette().text().color() == QColor(CONTRAST.text)
    theme.choose(Scheme.SYSTEM)
    assert theme.colours in (LIGHT, DARK)


def test_fonts__grow_and_have_tabular_figures(theme):
    sizes = [theme.font(size).pixelSize() for size in sorted(TextSize)]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == len(sizes)
    assert [bytes(tag.toString()) for tag in theme.font().featureTags()] == [b"tnum"]
