"""Read by gunicorn from the folder it starts in: a wrong setting ends it at once, with exit code 2.

Without this, each worker would end on its own and gunicorn would start the next one, for ever.
"""

from gunicorn.arbiter import Arbiter

from webapp.app import settings_or_exit


def on_starting(_arbiter: Arbiter) -> None:
    """Before any worker is born."""
    settings_or_exit()
