"""`python -m emulator --port N …`: the stand-in as a program of its own."""

from __future__ import annotations

import argparse

from emulator import serving
from emulator.app import create_app
from emulator.google import Google


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted."""
    options = _parser().parse_args(arguments)
    google = Google(seed=options.seed)
    google.knobs.testing_mode = options.testing_mode
    for client in options.client:
        google.register_client(*client.split(":", 2))
    app = create_app(google)
    server = serving.make(app, host=options.host, port=options.port)
    google.origin = options.public_url or f"http://{options.host}:{server.server_port}"
    print(f"Stand-in for Google on {google.origin}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m emulator", description="A local stand-in for Google OAuth and Calendar."
    )
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--public-url", default="", help="the address apps and browsers use, when it differs"
    )
    parser.add_argument("--seed", type=int, help="makes every random choice repeatable")
    parser.add_argument(
        "--testing-mode", action="store_true", help="refresh tokens die after seven days"
    )
    parser.add_argument("--client", action="append", default=[], metavar="ID:SECRET:REDIRECT")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
