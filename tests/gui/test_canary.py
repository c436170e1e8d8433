"""PySide6 builds that lose references to None and True abort CPython 3.11 after some thousand calls."""

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel


class Source(QObject):
    rang = Signal(int)


def test_20000_signals_and_void_calls__keep_the_references(qtbot):
    source, heard = Source(), []
    source.rang.connect(heard.append)
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for number in range(20_000):
        source.rang.emit(number)
        label.setText("x")
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert len(heard) == 20_000
    if sys.version_info < (3, 12):  # immortal from 3.12 on
        assert abs(after[0] - before[0]) < 10
        assert abs(after[1] - before[1]) < 10
