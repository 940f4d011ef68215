"""Google's two colour palettes as the API gives them (GOOGLE.md 2.4)."""

from __future__ import annotations

CALENDAR_COLOURS = dict(
    enumerate(
        [
            "#ac725e",
            "#d06b64",
            "#f83a22",
            "#fa573c",
            "#ff7537",
            "#ffad46",
            "#42d692",
            "#16a765",
            "#7bd148",
            "#b3dc6c",
            "#fbe983",
            "#fad165",
            "#92e1c0",
            "#9fe1e7",
            "#9fc6e7",
            "#4986e7",
            "#9a9cff",
            "#b99aff",
            "#c2c2c2",
            "#cabdbf",
            "#cca6ac",
            "#f691b2",
            "#cd74e6",
            "#a47ae2",
        ],
        start=1,
    )
)
EVENT_COLOURS = dict(
    enumerate(
        [
            "#a4bdfc",
            "#7ae7bf",
            "#dbadff",
            "#ff887c",
            "#fbd75b",
            "#ffb878",
            "#46d6db",
            "#e1e1e1",
            "#5484ed",
            "#51b749",
            "#dc2127",
        ],
        start=1,
    )
)
EVENT_COLOUR_NAMES = {
    "1": "Lavender",
    "2": "Sage",
    "3": "Grape",
    "4": "Flamingo",
    "5": "Banana",
    "6": "Tangerine",
    "7": "Peacock",
    "8": "Graphite",
    "9": "Blueberry",
    "10": "Basil",
    "11": "Tomato",
}
FOREGROUND = "#1d1d1d"


def colours_resource() -> dict[str, object]:
    """The body of `GET /colors`."""
    return {
        "kind": "calendar#colors",
        "updated": "2012-02-14T00:00:00.000Z",
        "calendar": {
            str(n): {"background": c, "foreground": FOREGROUND} for n, c in CALENDAR_COLOURS.items()
        },
        "event": {
            str(n): {"background": c, "foreground": FOREGROUND} for n, c in EVENT_COLOURS.items()
        },
    }


def nearest_calendar_colour(background: str) -> str:
    """The palette id closest to an RGB value, as Google picks it for `colorRgbFormat=true`."""
    wanted = _channels(background)
    return str(
        min(CALENDAR_COLOURS, key=lambda n: _distance(_channels(CALENDAR_COLOURS[n]), wanted))
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
