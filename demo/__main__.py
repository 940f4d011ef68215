"""`python -m demo`: the whole product on this machine until Ctrl-C."""

import os
import signal
import sys
from pathlib import Path
from threading import Event

from demo.ports import PortRefused, next_free_port, port_setting
from demo.programs import GOOGLE_ACCOUNT, Demo, HalfAClient, uses_real_google
from demo.state import AlreadyRunning, StateFolder, held
from demo.supervisor import KeptByAnotherVersion, ProgramFailed, StopAsked, Supervisor
from demo.valkey import ValkeyDidNotStart

ROOT = Path(__file__).resolve().parents[1]
FAILURES = (
    AlreadyRunning,
    HalfAClient,
    KeptByAnotherVersion,
    PortRefused,
    ProgramFailed,
    ValkeyDidNotStart,
)


def main() -> int:
    """Run the demo; the exit status is 0 when a person stopped it, 1 when it could not go on."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: stopping.set())
    try:
        with held(Path(os.environ.get("DEMO_FOLDER") or ROOT / ".demo")) as state:
            _run(_demo(state), stopping)
    except StopAsked:
        pass
    except FAILURES as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    return 0


def _demo(state: StateFolder) -> Demo:
    caller = dict(os.environ)
    port = next_free_port(port_setting("PORT", caller.get("PORT") or "8000"))
    if uses_real_google(caller):
        return Demo(caller, state, port, None)
    wanted = port_setting("EMULATOR_PORT", caller.get("EMULATOR_PORT") or "8001")
    return Demo(caller, state, port, next_free_port(wanted, besides={port}))


def _run(demo: Demo, stopping: Event) -> None:
    with Supervisor(demo, root=ROOT, stopping=stopping, say=_say) as supervisor:
        _say("Starting ...")
        supervisor.start()
        _say(_welcome(demo))
        supervisor.watch()
        _say("\nStopping ...")


def _say(text: str) -> None:
    print(text, flush=True)


def _welcome(demo: Demo) -> str:
    google = f"{demo.emulator_address}/   the stand-in, as {GOOGLE_ACCOUNT}"
    return f"""
  Open      {demo.address}/
  Sign in   ada@example.test or ben@example.test (practitioners), dora@example.test (owner)
  Password  {demo.password}
  Google    {google if demo.emulator_address else "the real one, as your client id says"}
  Mails     {demo.state.mails}/
  Logs      {demo.state.path / "logs"}/

Ctrl-C stops everything; the data stays for the next start (make demo-reset forgets it)."""


if __name__ == "__main__":
    sys.exit(main())
