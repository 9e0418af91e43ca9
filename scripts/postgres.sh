#!/bin/sh
# Makes sure that there is a PostgreSQL for the tests in tests/storage; without one they say so and are skipped.
# No server is left running: the tests start one of their own, in a folder and on a port of its own.
set -eu
for folder in "${POSTGRES_BIN:-}" "$(dirname "$(command -v initdb || echo /nowhere/initdb)")" /usr/lib/postgresql/*/bin; do
    if [ -n "$folder" ] && [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Bringing PostgreSQL for the tests of what it keeps ..."
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] \
        || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    apt-get update -qq >/dev/null 2>&1 || true
    if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "No PostgreSQL was found and none could be brought, so what it keeps is not tested." \
    "Install the package postgresql, or set POSTGRES_BIN to the folder with initdb." >&2
