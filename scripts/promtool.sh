#!/bin/sh
# Makes sure that there is a promtool for the tests of Prometheus' rules; without one they say so and are skipped.
# The package is unpacked into .tools, not installed: that would start a Prometheus on the machine of whoever tests.
set -eu
for promtool in "${PROMTOOL:-}" "$(command -v promtool || true)" .tools/prometheus/usr/bin/promtool; do
    if [ -n "$promtool" ] && "$promtool" --version >/dev/null 2>&1; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Bringing promtool for the tests of Prometheus' rules ..."
    mkdir -p .tools
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    apt-get update -qq >/dev/null 2>&1 || true
    if (cd "$folder" && apt-get download -qq prometheus >/dev/null 2>&1) \
        && dpkg -x "$folder"/prometheus_*.deb .tools/prometheus && .tools/prometheus/usr/bin/promtool --version >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "No promtool was found and none could be brought, so the tests of Prometheus' rules are skipped." \
    "Install the package prometheus, or set PROMTOOL to one." >&2
