"""Qt's messages go to the log; only the offscreen plugin's remark is dropped; the watch comes back."""

import logging

from PySide6.QtCore import qInstallMessageHandler, qWarning

from harvestdesk.gui.qt_messages import PLUGIN_REMARK, qt_messages_logged


def test_messages__are_logged_but_for_the_plugins_remark(caplog):
    with caplog.at_level(logging.DEBUG, "harvestdesk.qt"), qt_messages_logged():
        qWarning(PLUGIN_REMARK)
        qWarning("QPainter::begin: nothing to paint on")
    assert [r.getMessage() for r in caplog.records] == ["QPainter::begin: nothing to paint on"]
    assert caplog.records[0].levelno == logging.WARNING


def test_whoever_listened_before__listens_again():
    heard = []
    before = qInstallMessageHandler(lambda kind, context, text: heard.append(text))
    try:
        with qt_messages_logged():
            qWarning("inside")
        qWarning("outside")
    finally:
        qInstallMessageHandler(before)
    assert heard == ["outside"]
