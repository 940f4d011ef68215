"""Which family of programs reads a feed, from its User-Agent: for "last read by Google" (R44)."""

from functools import lru_cache

FAMILIES = (
    ("google-calendar-importer", "Google"),
    ("googlebot", "Google"),
    ("thunderbird", "Thunderbird"),
    ("outlook", "Outlook"),
    ("microsoft", "Outlook"),
    ("exchange", "Outlook"),
    ("dataaccessd", "Apple"),
    ("calendaragent", "Apple"),
    ("ios/", "Apple"),
    ("macos/", "Apple"),
    ("mac os x", "Apple"),
    ("fastmail", "Fastmail"),
    ("proton", "Proton"),
    ("nextcloud", "Nextcloud"),
    ("home assistant", "Home Assistant"),
    ("homeassistant", "Home Assistant"),
    ("icsx5", "ICSx5"),
)
OTHER = "another program"


@lru_cache(maxsize=256)
def reader_name(user_agent: str) -> str:
    """The name people know the program by; never more of the header than that."""
    said = user_agent.casefold()
    return next((name for sign, name in FAMILIES if sign in said), OTHER)
