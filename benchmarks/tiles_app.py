"""The product's app with one more route: the barest that makes one query."""

from flask import Flask
from sqlalchemy import text

from webapp import app as product
from webapp.web import guards
from webapp.web.guards import public


def create_app() -> Flask:
    """The app under measurement; only benchmarks serve it."""
    app = product.create_app()
    engine = app.extensions["database"].engine.execution_options(is_read_only=True)

    @app.get("/benchmarks/bare")
    @public
    def bare() -> str:
        with engine.connect() as connection:
            return str(connection.scalar(text("SELECT name FROM practice")))

    guards.check_every_endpoint(app)
    return app
