"""Which layer may import which (pyproject.toml, HOUSE.md 6)."""

import subprocess
import sys

from tests.house.source import ROOT

LINT = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None))"
)


def test_every_layer_contract_is_kept() -> None:
    lint = subprocess.run([sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True)

    assert lint.returncode == 0, lint.stdout + lint.stderr
    assert "0 broken" in lint.stdout
