"""Which release of the time zone database the times are written with."""

import zoneinfo
from functools import cache
from importlib.metadata import version
from pathlib import Path

RELEASE = "# version "
"""How `tzdata.zi`, which lies beside the compiled zones, begins."""


@cache
def zone_release() -> str:
    """Such as "2026b". `zoneinfo` takes the machine's zones before those of the package `tzdata`.

    Zones without a `tzdata.zi` do not say what they are; the package's release stands for them.
    """
    for folder in zoneinfo.TZPATH:
        listed = Path(folder) / "tzdata.zi"
        if listed.is_file():
            with listed.open() as lines:
                return lines.readline().removeprefix(RELEASE).strip()
    return version("tzdata")
