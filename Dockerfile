# The service and the command line in one image; the embedding model is inside it.
FROM python:3.11-slim AS build
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY qa qa
COPY api api
COPY eval eval
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 footnote && install -d -o footnote /data /articles
COPY --from=build /venv /venv
COPY seeds /seeds
ENV PATH=/venv/bin:$PATH QA_DATA_DIR=/data QA_HOST=0.0.0.0
USER footnote
WORKDIR /home/footnote
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
# An article that cannot be read is reported by the ingest; it must not keep the others from serving.
CMD ["sh", "-c", "qa ingest /articles; exec qa serve"]
