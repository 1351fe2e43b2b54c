FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_DEV=1
RUN pip install --no-cache-dir uv && useradd --create-home --uid 1000 gainsay && install -d -o gainsay /app /data
USER gainsay
WORKDIR /app
COPY --chown=gainsay pyproject.toml uv.lock .python-version ./
RUN uv sync --frozen
COPY --chown=gainsay . .
ENV GAINSAY_DATA=/data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s CMD ["uv", "run", "--no-sync", "python", "-c", "import urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8000/healthz', headers={'Host': 'localhost', 'X-Forwarded-Proto': 'https'}))"]
CMD ["uv", "run", "--no-sync", "manage.py", "serve", "--host", "0.0.0.0"]
