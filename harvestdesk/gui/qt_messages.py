"""What Qt prints, routed to the log; what the offscreen plugin says about itself is dropped."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_log = logging.getLogger("harvestdesk.qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
PLUGIN_REMARK = "This plugin does not support propagateSizeHints()"
"""Said for every window with a smallest size, by the platform plugin that draws on no screen."""


@contextmanager
def qt_messages_logged() -> Iterator[None]:
    """Send Qt's messages to the log while the block runs; afterwards whoever listened before does."""
    before = qInstallMessageHandler(_on_message)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _on_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    if text != PLUGIN_REMARK:
        _log.log(_LEVELS.get(kind, logging.WARNING), "%s", text)
