"""The app's two pictures: a speech bubble with a prompt in it, in color and as an outline.

Source: Microsoft Learn, "Design your app's icon": color 192 by 192 pixels, the symbol within the inner 120; outline 32 by
32, white on nothing.
"""

from __future__ import annotations

from teams_network.png import Color, Layer, Shape, either, outline, png, rounded_box, stroke

COLOR, OUTLINE = 192, 32
"""Pixels of each side."""

_WHITE: Color = (255, 255, 255)


def color_icon(accent: str) -> bytes:
    """Return the colored one. `accent` is `#RRGGBB`."""
    background: Color = (int(accent[1:3], 16), int(accent[3:5], 16), int(accent[5:7], 16))
    return png(
        COLOR,
        (
            Layer(lambda _x, _y: -1.0, background, (0, 0, COLOR, COLOR)),
            Layer(_bubble(COLOR / 192), _WHITE, (38, 44, 154, 150)),
            Layer(_prompt(COLOR / 192, 10.0), background, (58, 60, 134, 114)),
        ),
    )


def outline_icon() -> bytes:
    """Return the white one."""
    scale = OUTLINE / 124
    bubble = outline(_bubble(scale, -34.0), 2.0)
    return png(OUTLINE, (Layer(either(bubble, _prompt(scale, 2.0 / scale, -34.0)), _WHITE, (0, 0, OUTLINE, OUTLINE)),))


def _bubble(scale: float, shift: float = 0.0) -> Shape:
    """A box with round corners, and its tail below."""

    def at(value: float) -> float:
        return (value + shift) * scale

    box = rounded_box(at(40), at(46), at(152), at(128), 16 * scale)
    tail = stroke([(at(72), at(122)), (at(70), at(142)), (at(92), at(122))], 8 * scale)
    filled = stroke([(at(76), at(124)), (at(76), at(132))], 12 * scale)
    return either(box, tail, filled)


def _prompt(scale: float, width: float, shift: float = 0.0) -> Shape:
    """`>_`: what people type commands behind."""

    def at(*values: float) -> tuple[float, float]:
        x, y = values
        return (x + shift) * scale, (y + shift) * scale

    angle = stroke([at(66, 68), at(88, 87), at(66, 106)], width * scale)
    line = stroke([at(98, 106), at(126, 106)], width * scale)
    return either(angle, line)
