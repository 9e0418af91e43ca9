#!/bin/sh
# Makes sure that there is an nginx for the tests in tests/deploy; without one they say so and are skipped.
# The package is unpacked into .tools, not installed: that would start a web server on port 80 of whoever tests.
set -eu
for nginx in "${NGINX:-}" "$(command -v nginx || true)" /usr/sbin/nginx .tools/nginx/usr/sbin/nginx; do
    if [ -n "$nginx" ] && "$nginx" -v >/dev/null 2>&1; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Bringing nginx for the tests of the proxy ..."
    mkdir -p .tools
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    apt-get update -qq >/dev/null 2>&1 || true
    if (cd "$folder" && apt-get download -qq nginx >/dev/null 2>&1) && dpkg -x "$folder"/nginx_*.deb .tools/nginx \
        && .tools/nginx/usr/sbin/nginx -v >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "No nginx was found and none could be brought, so the tests of the proxy are skipped." \
    "Install the package nginx, or set NGINX to one." >&2
