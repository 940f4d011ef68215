# One image for every process of a deployment: web, worker and clock (see fly.toml and the Procfile).
# The emulator, the demo, the benchmarks and the tests stay out of it.
FROM python:3.13-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY Makefile ./
COPY requirements ./requirements
RUN make setup && .venv/bin/python -m compileall -q .venv

FROM python:3.13-slim
RUN useradd --system --create-home --uid 10001 practice
WORKDIR /app
COPY --from=build /app/.venv ./.venv
COPY webapp ./webapp
COPY jobs ./jobs
COPY gunicorn.conf.py ./
COPY --from=build /app/webapp/static/vendor ./webapp/static/vendor
RUN .venv/bin/python -m compileall -q webapp jobs
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER practice
EXPOSE 8080
CMD ["gunicorn", "--bind", "0.0.0.0:8080", "webapp.app:create_app()"]
