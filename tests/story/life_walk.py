"""The life of a connection as Ben lives it in a browser: connect, lose, mend, switch, leave.

After Google's own pages nothing is ever loaded anew: `stays` marks the page, and `has_stayed` finds
the mark again at the end.
"""

import email
import json
import re
from collections.abc import Callable
from email import policy
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.demo.test_whole_demo import RunningDemo, soon
from tests.web.browsing import open_step

ACCOUNT = "ben@example.com"
OURS = "Practice Calendar"
PATIENCE = 30_000
MAIL_WITHIN = 60
SUBJECT = "Action needed: calendar sync stopped"

Look = Callable[[Page, str], None]


def live(page: Page, demo: RunningDemo, mails: Path, look_at: Look) -> None:
    """R47 to R53, R112 to R118, R126 to R130, U7, U13: the whole of it."""
    connect(page, demo)
    sync(page)
    lose_access(page, demo, look_at)
    read_the_mail(mails)
    reconnect_from_the_calendar(page, demo)
    stays(page)
    go_one_way(page, look_at)
    come_back(page)
    leave(page, demo, look_at)
    has_stayed(page)


def connect(page: Page, demo: RunningDemo) -> None:
    """Allowed, two-way, Google's consent, and back."""
    page.get_by_role("button", name="Calendar options").click()
    page.get_by_role("menuitem", name="Sync Calendar").click()
    page.get_by_label("Allow this calendar to sync").check()
    two_way = page.get_by_role("radio", name=re.compile("^Two-way"))
    expect(two_way).to_be_enabled()
    two_way.check()
    page.get_by_role("button", name="Connect with Google").click()
    consent(page, demo)


def consent(page: Page, demo: RunningDemo) -> None:
    """Google's own pages; the account is asked for when Google does not know it yet."""
    page.wait_for_url(re.compile("/o/oauth2/"))
    allow = page.get_by_role("button", name="Allow")
    if not allow.is_visible():
        page.get_by_text(ACCOUNT).first.click()
    allow.click()
    expect(page).to_have_url(f"{demo.address}/sync-settings#two-way-heading")


def sync(page: Page) -> None:
    """Start Sync, and one calendar of Ben's own beside it."""
    page.get_by_role("button", name="Start sync").click()
    expect_synced(page, OURS)
    page.get_by_role("article", name=ACCOUNT).get_by_role("button", name="Sync").click()
    expect_synced(page, ACCOUNT)


def lose_access(page: Page, demo: RunningDemo, look_at: Look) -> None:
    """Removed in the Google account: the next attempt tells, on the tile and above it (F21)."""
    at_google(page, demo, "remove_app_access")
    tile = page.get_by_role("article", name=OURS)
    tile.get_by_role("button", name="Sync now").click()
    expect(tile).to_have_attribute("data-state", "reconnect_needed", timeout=PATIENCE)
    expect(page.locator("#reconnect")).to_contain_text("Google stopped our access")
    expect(page.locator("#google-account")).to_contain_text("Reconnect needed")
    look_at(page, "7-access-lost")


def read_the_mail(mails: Path) -> None:
    """U7: one mail, three parts, no client's name, and the way to the page."""
    assert soon(lambda: any(letter["Subject"] == SUBJECT for letter in read(mails)), seconds=60)
    (letter,) = (letter for letter in read(mails) if letter["Subject"] == SUBJECT)
    text = letter.get_content()
    assert letter["To"] == "ben@example.test"
    assert "Access was removed in your Google account" in text
    assert "What it means for you and your clients" in text
    assert "Reconnect Google" in text


def read(mails: Path) -> list[email.message.EmailMessage]:
    """Every mail that was written so far."""
    return [
        email.message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted(mails.glob("*.eml"))
    ]


def reconnect_from_the_calendar(page: Page, demo: RunningDemo) -> None:
    """R14, R130: the banner's one button leads to Google and back, and sync goes on by itself."""
    page.get_by_role("link", name="Calendar", exact=True).click()
    banner = page.locator("#trouble")
    expect(banner).to_contain_text("Google stopped our access")
    banner.get_by_role("button", name="Reconnect Google").click()
    consent(page, demo)
    expect_synced(page, OURS)
    expect(page.locator("#reconnect")).to_have_count(0)


def go_one_way(page: Page, look_at: Look) -> None:
    """R112 to R116: the question counts, the answer counts again, and each step is told."""
    open_step(page, "mode")
    page.get_by_role("radio", name=re.compile("^One-way")).check()
    expect(page.get_by_role("dialog")).to_contain_text(
        "Clients may book over them", ignore_case=True
    )
    look_at(page, "8-asked-about-one-way")
    page.get_by_role("button", name="Switch and remove Google events here").click()
    card = page.locator("#departure")
    expect(card).to_contain_text("Google’s events left this app")
    expect(
        card.get_by_role("row", name=re.compile("^From Google")).get_by_role("cell").last
    ).to_have_text("0")
    expect(card).not_to_have_attribute("hx-get", re.compile(".*"), timeout=PATIENCE)
    expect(page.get_by_label("Address", exact=True)).to_be_visible()
    look_at(page, "9-one-way-again")


def come_back(page: Page) -> None:
    """R117: the access and the calendar of before, and nothing twice."""
    page.get_by_role("radio", name=re.compile("^Two-way")).check()
    page.get_by_role("button", name="Switch to two-way").click()
    expect(page.locator("#google-account")).to_contain_text("Connected")
    page.get_by_role("button", name="Start sync").click()
    expect_synced(page, OURS)


def leave(page: Page, demo: RunningDemo, look_at: Look) -> None:
    """R128, U13, F64: asked what stays on each side, then told step by step until it is over."""
    page.locator("#disconnect-link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile("^Remove it")).check()
    look_at(page, "10-asked-about-disconnecting")
    dialog.get_by_role("button", name="Disconnect Google").click()
    card = page.locator("#departure")
    expect(card.get_by_role("heading")).to_be_focused()
    expect(card.get_by_role("heading")).to_have_text("Google is disconnected", timeout=PATIENCE)
    for line in ("Our calendar is removed", "Our access to your Google account has ended"):
        expect(card).to_contain_text(line)
    expect(card).to_contain_text("The key to your Google account is deleted")
    expect(page.get_by_role("button", name="Connect with Google")).to_be_visible()
    look_at(page, "11-disconnected")
    shown = page.request.get(f"{google(demo)}calendar?user={ACCOUNT}")
    assert OURS not in shown.text()


def expect_synced(page: Page, name: str) -> None:
    """A tile that comes to its check mark by itself."""
    tile = page.get_by_role("article", name=name)
    expect(tile).to_have_attribute("data-state", "synced", timeout=PATIENCE)


def stays(page: Page) -> None:
    """From here on the page is never loaded anew."""
    page.evaluate("window.isTheSamePage = true")


def has_stayed(page: Page) -> None:
    """It is still the page that was marked."""
    assert page.evaluate("window.isTheSamePage === true")


def at_google(page: Page, demo: RunningDemo, verb: str) -> None:
    """What Ben does with his own hand at Google."""
    wish = json.dumps({"user": ACCOUNT, "verb": verb})
    answer = page.request.post(
        f"{google(demo)}control/person", data=wish, headers={"Content-Type": "application/json"}
    )
    assert answer.ok, answer.text()


def google(demo: RunningDemo) -> str:
    """Where the stand-in's pages are."""
    return demo.line("Google").split()[0]
