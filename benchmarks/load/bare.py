"""A Flask view of one line: what nothing that is written with Flask can beat."""

from flask import Flask

application = Flask(__name__)


@application.get("/")
def index() -> str:
    """As long as a small answer of the product."""
    return "x" * 500
