"""What the authorization page decides: valid or not, which account, which boxes, which redirect
(GOOGLE.md 1.2, 1.9).

Pure decisions over the query; the page itself is `oauth_pages`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from emulator.grants import Code
from emulator.model import Account, Json
from emulator.scopes import CONSENT_WORDS, UnknownScope, full_names, is_sign_in, short_name
from emulator.state import State


class PageRefused(Exception):
    """An error shown on Google's own page, without a redirect."""

    def __init__(self, status: int, error: str, words: str) -> None:
        super().__init__(error)
        self.status, self.error, self.words = status, error, words


@dataclass(frozen=True)
class Asked:
    """A valid authorization request."""

    client: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    is_offline: bool
    prompts: frozenset[str]
    includes_granted: bool
    login_hint: str
    challenge: str
    challenge_method: str
    nonce: str

    def redirect(self, **answer: str) -> str:
        """The client's address with the answer and the echoed state."""
        parts = urlsplit(self.redirect_uri)
        query = urlencode(
            ([("state", self.state)] if self.state is not None else []) + list(answer.items())
        )
        return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))

    def boxes(self) -> list[dict[str, str]]:
        """The permissions with a box each; one alone has none (GOOGLE.md 1.9)."""
        wanted = [scope for scope in self.scopes if not is_sign_in(scope)]
        return [
            {"scope": scope, "words": CONSENT_WORDS.get(short_name(scope), short_name(scope))}
            for scope in wanted
        ]


def read(state: State, query: dict[str, str]) -> Asked:
    """The request, or PageRefused."""
    client = query.get("client_id", "")
    if not client:
        raise PageRefused(400, "invalid_request", "Missing required parameter: client_id")
    _check_redirect(state, client, query.get("redirect_uri", ""))
    scopes = _scopes(query)
    method = query.get("code_challenge_method", "plain")
    if query.get("code_challenge") and method not in ("S256", "plain"):
        words = "Invalid parameter value for code_challenge_method"
        raise PageRefused(400, "invalid_request", words)
    return Asked(
        client=client,
        redirect_uri=query["redirect_uri"],
        scopes=tuple(scopes),
        state=query.get("state"),
        is_offline=query.get("access_type") == "offline",
        prompts=frozenset(query.get("prompt", "").split()),
        includes_granted=query.get("include_granted_scopes") == "true",
        login_hint=query.get("login_hint", ""),
        challenge=query.get("code_challenge", ""),
        challenge_method=method,
        nonce=query.get("nonce", ""),
    )


def known_account(state: State, asked: Asked) -> Account | None:
    """The account that needs no choosing: the hinted one, or the only one unless a choice was asked
    for.
    """
    for account in state.accounts.values():
        if asked.login_hint in (account.email, account.sub):
            return account if "select_account" not in asked.prompts else None
    is_alone = len(state.accounts) == 1 and "select_account" not in asked.prompts
    return next(iter(state.accounts.values())) if is_alone else None


def has_consented(state: State, asked: Asked, account: Account) -> bool:
    """Whether this person has granted the project all of it before: then nobody is asked again."""
    granted = state.grants.scopes_of(user=account.email, client=asked.client)
    return set(asked.scopes) <= set(granted) and "consent" not in asked.prompts


def silent_refusal(asked: Asked, account: Account | None) -> str:
    """The redirect for `prompt=none` when a person would have to act."""
    error = "login_required" if account is None else "consent_required"
    return asked.redirect(error=error)


def grant(
    state: State,
    asked: Asked,
    account: Account,
    allowed: list[str] | None,
    *,
    days: float | None = None,
) -> str:
    """The person allowed (some of) it, for so many days or for good: the redirect with a code, or
    a denial when nothing is left.
    """
    signing_in = [scope for scope in asked.scopes if is_sign_in(scope)]
    wanted = [scope for scope in asked.scopes if not is_sign_in(scope)]
    given = [
        scope
        for scope in wanted
        if allowed is None or scope in allowed or short_name(scope) in allowed
    ]
    if wanted and not given and not signing_in:
        return deny(asked)
    days = days or state.knobs.time_limited_days
    code = _code(state, asked, account, signing_in + given, days=days)
    prompt = " ".join(sorted(asked.prompts)) or "consent"
    scopes = " ".join(code.scopes)
    return asked.redirect(code=code.value, scope=scopes, authuser="0", prompt=prompt)


def _code(
    state: State, asked: Asked, account: Account, scopes: list[str], *, days: float | None
) -> Code:
    who = {"user": account.email, "client": asked.client}
    with state.lock:
        is_first = state.grants.is_first_consent(**who)
        state.grants.remember(**who, scopes=scopes)
        if asked.includes_granted:
            scopes = list(dict.fromkeys(scopes + state.grants.scopes_of(**who)))
        state.writes.note("", "")
        return state.grants.issue_code(
            now=state.clock.now(),
            scopes=scopes,
            redirect_uri=asked.redirect_uri,
            has_refresh=asked.is_offline and (is_first or "consent" in asked.prompts),
            days=days,
            nonce=asked.nonce,
            challenge=asked.challenge,
            challenge_method=asked.challenge_method,
            **who,
        )


def deny(asked: Asked) -> str:
    """The person pressed Cancel."""
    return asked.redirect(error="access_denied")


def overrides(state: State, query: dict[str, str]) -> Json | None:
    """How to answer without a page: `emulator_…` in the query, or the standing answer of a test."""
    named = {
        key: query[key]
        for key in ("emulator_deny", "emulator_grant", "emulator_user", "emulator_days")
        if key in query
    }
    if named:
        wish = named.get("emulator_grant")
        scopes = (
            None
            if wish in (None, "*")
            else [scope for scope in str(wish).replace(" ", ",").split(",") if scope]
        )
        return {
            "user": named.get("emulator_user", ""),
            "scopes": scopes,
            "is_denied": named.get("emulator_deny") == "1",
            "days": _days(named.get("emulator_days", "")),
        }
    standing = state.consent_answer
    if standing is None:
        return None
    return asdict(standing)


def _days(text: str) -> float | None:
    return float(text) if text.isdigit() else None


def _scopes(query: dict[str, str]) -> list[str]:
    if query.get("response_type") != "code":
        words = "Invalid response_type: only code is supported here."
        raise PageRefused(400, "invalid_request", words)
    try:
        scopes = full_names(query.get("scope", ""))
    except UnknownScope as unknown:
        words = f"Some requested scopes were invalid: {unknown}"
        raise PageRefused(400, "invalid_scope", words) from None
    if not scopes:
        raise PageRefused(400, "invalid_request", "Missing required parameter: scope")
    return scopes


def _check_redirect(state: State, client: str, uri: str) -> None:
    parts = urlsplit(uri)
    is_sound = (
        parts.scheme in ("http", "https")
        and parts.netloc
        and not parts.fragment
        and "/.." not in parts.path
    )
    registered = state.grants.clients.get(client)
    if registered is None and state.is_strict_about_clients:
        raise PageRefused(401, "invalid_client", "The OAuth client was not found.")
    is_known = registered is None or not registered.redirect_uris or uri in registered.redirect_uris
    if not is_sound or not is_known:
        raise PageRefused(
            400, "redirect_uri_mismatch", "The redirect URI does not match a registered one."
        )
