"""For developers: every partial in every state, on one page. Absent in production.

To add a section, put a template `templates/patterns/_<noun>.html` beside the others; it sets what
the partial needs and includes it once for each state. Sections are shown in order of their names.
"""

from flask import Blueprint, abort, current_app, render_template

from webapp.web.guards import public

bp = Blueprint("patterns", __name__)

FOLDER = "patterns/_"


@bp.get("/patterns")
@public
def index() -> str:
    """The portfolio, while developing or testing."""
    if not (current_app.debug or current_app.testing or current_app.config.get("SHOWS_PATTERNS")):
        abort(404)
    return render_template("patterns/index.html", sections=sections())


def sections() -> list[str]:
    """Names of the section templates."""
    return [name for name in current_app.jinja_env.list_templates() if name.startswith(FOLDER)]
