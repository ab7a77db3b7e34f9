# One image for web, worker and beat; the compose file says which. Runs as an unprivileged user.

FROM node:22-bookworm-slim AS assets
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --ignore-scripts
COPY frontend/build.mjs ./
RUN node build.mjs

FROM python:3.11-slim-bookworm AS packages
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin euc \
    && install -d -o euc -g euc -m 0700 /var/lib/euc /var/lib/euc/files

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    EUC_MODE=production \
    EUC_VAR_DIR=/var/lib/euc \
    STATIC_ROOT=/srv/static \
    XDG_CACHE_HOME=/tmp

WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=assets /build/static/vendor static/vendor
# Collecting files reads no secret and no database: throw-away values let the settings load.
RUN python scripts/compile_messages.py $(find locale -name '*.po') \
    && SECRET_KEY=unused SITE_URL=https://unused DATABASE_URL=postgres://unused/unused REDIS_URL=redis://unused \
       python manage.py collectstatic --noinput -v 0

USER euc
EXPOSE 8000
ENTRYPOINT ["deploy/entrypoint"]
CMD ["web"]
