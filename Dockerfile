# The service and the command line in one image, with the embedding model exported, so that a
# container starts without importing torch. Nothing is written outside /data, /cache and /tmp:
# docker run --read-only --tmpfs /tmp works.
#
# Where pip brings torch with CUDA, name the index of its CPU builds, as PyTorch's own page on
# installing does: docker build --build-arg PIP_EXTRA_INDEX_URL=…

# What the product needs, without the product: a change of ours leaves the largest layer alone. What
# would report each use of OpenVINO to its maker is taken out; OpenVINO does without.
FROM python:3.11.15-slim-trixie AS packages
ARG PIP_EXTRA_INDEX_URL=
WORKDIR /build
COPY pyproject.toml constraints.txt ./
RUN python -m venv /venv \
    && python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; x = p['optional-dependencies']; print(*p['dependencies'], *(r for n in x if n not in ('dev', 'cluster') for r in x[n]), sep='\n')" > requirements.txt \
    && /venv/bin/pip install --no-cache-dir --constraint constraints.txt --requirement requirements.txt \
    && /venv/bin/pip uninstall --yes openvino-telemetry

FROM packages AS product
ENV PATH=/app/bin:/venv/bin:$PATH PYTHONPATH=/app QA_CACHE_DIR=/cache ORT_DISABLE_TELEMETRY=1
COPY README.md LICENSE ./
COPY qa qa
COPY api api
COPY eval eval
RUN /venv/bin/pip install --no-cache-dir --constraint constraints.txt --no-deps --target /app .
WORKDIR /app
# Exported here; the build ends where that fails, since torch would silently take its place.
RUN python -c "from qa.embedding import Embedding; Embedding().prepare()" \
    && ls "$QA_CACHE_DIR"/models/*/model.onnx

FROM python:3.11.15-slim-trixie
RUN groupadd --gid 10001 footnote \
    && useradd --uid 10001 --gid 10001 --home-dir /tmp --no-create-home --no-log-init footnote \
    && install --directory --owner=10001 --group=10001 /data /articles
COPY --from=packages /venv /venv
COPY --from=product /app /app
COPY --from=product --chown=10001:10001 /cache /cache
COPY seeds /app/seeds
ENV PATH=/app/bin:/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOME=/tmp HF_HOME=/cache/huggingface ORT_DISABLE_TELEMETRY=1 \
    QA_DATA_DIR=/data QA_CACHE_DIR=/cache QA_HOST=0.0.0.0 QA_PORT=8000
WORKDIR /app
USER 10001:10001
VOLUME ["/data", "/cache"]
EXPOSE 8000
# Questions can be asked once /readyz says so. Nothing is served before the articles are indexed,
# which the first time takes as long as there are articles.
HEALTHCHECK --interval=10s --timeout=5s --start-period=1h --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:8000/readyz', timeout=4)"]
# An article that cannot be read is reported by the ingest; it must not keep the others from serving.
CMD ["sh", "-c", "qa ingest /articles; exec qa serve"]
