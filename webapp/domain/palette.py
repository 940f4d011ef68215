"""Ten hues that stand for any calendar colour, so that contrast is known beforehand.

Google's calendars have colours of every kind, some unreadable on white. The stylesheet holds each
hue in shades that pass 3:1 against the grid, in light and in dark. A hue never means something
alone: shape, icon and text repeat it (WCAG 1.4.1).
"""

import colorsys

HUES = (
    (10, "red"),
    (40, "orange"),
    (68, "yellow"),
    (155, "green"),
    (190, "teal"),
    (228, "blue"),
    (262, "indigo"),
    (300, "purple"),
    (342, "pink"),
    (361, "red"),
)
GREY = "grey"
NAMES = (*dict.fromkeys(name for _, name in HUES), GREY)
LEAST_SATURATION = 0.18


def hue(colour: str) -> str:
    """The name of the hue nearest to a colour such as "#7986cb"; grey for anything else."""
    digits = colour.removeprefix("#")
    try:
        channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    except ValueError:
        return GREY
    angle, _, saturation = colorsys.rgb_to_hls(*channels)
    if saturation < LEAST_SATURATION:
        return GREY
    return next(name for limit, name in HUES if angle * 360 < limit)
