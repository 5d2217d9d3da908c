# One image for servers and workers; which of them it is, the command says. The database is elsewhere (compose.yaml).
FROM python:3.11.14-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# What changes seldom comes first: a change of the code does not install everything anew.
COPY requirements.lock ./
RUN pip install --require-hashes --requirement requirements.lock && useradd --system --create-home --uid 10001 roadmap
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY repository repository
COPY nodes nodes
COPY rendering rendering
COPY orchestrator orchestrator
COPY backend backend
COPY cli cli
COPY migrations migrations
RUN pip install --no-deps .

USER roadmap
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["roadmap"]
CMD ["serve", "--host", "0.0.0.0", "--no-worker"]
