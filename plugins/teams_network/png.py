"""Pictures as PNG bytes: shapes with smooth edges, nothing else. Source: W3C, "PNG Specification"."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise

from chatops import Frozen

Color = tuple[int, int, int]

Shape = Callable[[float, float], float]
"""(x, y) → how far a point is outside of the shape, in pixels; less than nothing inside."""


class Layer(Frozen, frozen=True):
    """A shape in one color. Nothing of it is outside of its box (left, top, right, bottom): there it is not looked at."""

    shape: Shape
    color: Color
    box: tuple[float, float, float, float]


def rounded_box(left: float, top: float, right: float, bottom: float, radius: float) -> Shape:
    """A box with round corners."""
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    half_x, half_y = (right - left) / 2 - radius, (bottom - top) / 2 - radius

    def distance(x: float, y: float) -> float:
        away_x, away_y = abs(x - middle_x) - half_x, abs(y - middle_y) - half_y
        outside = (max(away_x, 0.0) ** 2 + max(away_y, 0.0) ** 2) ** 0.5
        return float(outside + min(max(away_x, away_y), 0.0) - radius)

    return distance


def stroke(points: Sequence[tuple[float, float]], width: float) -> Shape:
    """A line through points, with round ends."""

    def distance(x: float, y: float) -> float:
        return min(_to_segment(x, y, *one, *two) for one, two in pairwise(points)) - width / 2

    return distance


def outline(shape: Shape, width: float) -> Shape:
    """The edge of a shape."""
    return lambda x, y: abs(shape(x, y)) - width / 2


def either(*shapes: Shape) -> Shape:
    """What is in any of them."""
    return lambda x, y: min(shape(x, y) for shape in shapes)


def without(shape: Shape, hole: Shape) -> Shape:
    """What is in one and not in the other."""
    return lambda x, y: max(shape(x, y), -hole(x, y))


def png(size: int, layers: Sequence[Layer]) -> bytes:
    """Return a square picture on nothing (transparent), the layers above each other."""
    rows = bytearray()
    for row in range(size):
        y = row + 0.5
        here = [layer for layer in layers if layer.box[1] <= y <= layer.box[3]]
        rows.append(0)
        for column in range(size):
            rows += bytes(_pixel(column + 0.5, y, here))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _pixel(x: float, y: float, layers: Sequence[Layer]) -> tuple[int, int, int, int]:
    red = green = blue = alpha = 0.0
    for layer in layers:
        left, top, right, bottom = layer.box
        if not (left <= x <= right and top <= y <= bottom):
            continue
        cover = min(max(0.5 - layer.shape(x, y), 0.0), 1.0)
        if cover == 0.0:
            continue
        below = alpha * (1 - cover)
        alpha = cover + below
        red, green, blue = (
            (told * cover + now * below) / alpha for told, now in zip(layer.color, (red, green, blue), strict=True)
        )
    return round(red), round(green), round(blue), round(alpha * 255)


def _to_segment(x: float, y: float, from_x: float, from_y: float, to_x: float, to_y: float) -> float:
    along_x, along_y = to_x - from_x, to_y - from_y
    length = along_x**2 + along_y**2 or 1.0
    part = min(max(((x - from_x) * along_x + (y - from_y) * along_y) / length, 0.0), 1.0)
    return float(((x - from_x - part * along_x) ** 2 + (y - from_y - part * along_y) ** 2) ** 0.5)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
