"""Marks: one shape and one colour per meaning, so that neither is needed alone."""

import math
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from harvestdesk.gui.theme import Theme, Tone


class Shape(StrEnum):
    """Outlines a mark can have."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    DOT = "dot"
    RING = "ring"
    CROSS = "cross"
    STAR = "star"


def outline(shape: Shape, centre: QPointF, radius: float) -> QPainterPath:
    """Return the outline of a shape; every shape covers about the area of the circle."""
    path = QPainterPath()
    if shape in {Shape.CIRCLE, Shape.DOT, Shape.RING}:
        path.addEllipse(centre, radius, radius)
    elif shape is Shape.SQUARE:
        side = radius * math.sqrt(math.pi)
        path.addRect(QRectF(centre - QPointF(side / 2, side / 2), QSizeF(side, side)))
    elif shape is Shape.CROSS:
        _polyline(path, centre, radius, (-1, -1, 1, 1))
        _polyline(path, centre, radius, (-1, 1, 1, -1))
    else:
        path.addPolygon(_polygon(shape, centre, radius))
        path.closeSubpath()
    return path


def _polyline(path: QPainterPath, centre: QPointF, radius: float, ends: tuple[int, ...]) -> None:
    reach = radius * 0.8
    path.moveTo(centre + QPointF(ends[0] * reach, ends[1] * reach))
    path.lineTo(centre + QPointF(ends[2] * reach, ends[3] * reach))


def _polygon(shape: Shape, centre: QPointF, radius: float) -> QPolygonF:
    reaches: tuple[float, ...]
    if shape is Shape.TRIANGLE:
        reaches, turn, corners = (1.45,), -math.pi / 2, 3
    elif shape is Shape.STAR:
        reaches, turn, corners = (1.45, 0.62), -math.pi / 2, 10
    else:
        reaches, turn, corners = (1.25,), 0.0, 4
    points = []
    for i in range(corners):
        angle = turn + 2 * math.pi * i / corners
        reach = radius * reaches[i % len(reaches)]
        points.append(centre + QPointF(math.cos(angle) * reach, math.sin(angle) * reach))
    return QPolygonF(points)


def paint_mark(  # noqa: PLR0913 - a mark is its parts
    painter: QPainter,
    theme: Theme,
    shape: Shape,
    tone: Tone,
    centre: QPointF,
    radius: float,
    *,
    hatched: bool = False,
    hollow: bool = False,
) -> None:
    """Paint one mark: see-through inside so that overlaps show, a firm edge, a hatch where locked."""
    edge = theme.mark(tone)
    path = outline(shape, centre, radius)
    painter.setPen(QPen(edge, max(1.0, theme.px(1.25))))
    if shape is Shape.CROSS or shape is Shape.RING or hollow:
        painter.setBrush(theme.colour("surface") if hollow else Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        return
    if hatched:
        painter.setBrush(theme.colour("surface"))
        painter.drawPath(path)
        painter.setBrush(theme.hatch(tone))
        painter.drawPath(path)
        return
    inside = QColor(edge)
    inside.setAlphaF(0.62)
    painter.setBrush(inside)
    painter.drawPath(path)


def stamp(
    theme: Theme, shape: Shape, tone: Tone, radius: float, ratio: float, *, hatched: bool = False
) -> QPixmap:
    """Return a mark as a picture of its own: thousands of them are placed faster than painted."""
    half = math.ceil(radius * 1.5) + 2
    pixmap = QPixmap(round(2 * half * ratio), round(2 * half * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_mark(painter, theme, shape, tone, QPointF(half, half), radius, hatched=hatched)
    painter.end()
    return pixmap
