#!/bin/sh
# Brings the locked packages into .venv, with uv (a private copy in .tools if none is on the path) and Python 3.10
# (the path, pyenv, or uv's own download). Usage: install.sh 3.10
set -eu
version=$1

works() { "$1" -c "import sys; sys.exit(sys.version_info[:2] != tuple(map(int, '$version'.split('.'))))" >/dev/null 2>&1; }

if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    uv=uv
else
    uv=.tools/bin/uv
    if [ ! -x "$uv" ]; then
        echo "Installing uv into .tools ..."
        found=
        for python in python3 python; do
            if "$python" -m pip --version >/dev/null 2>&1; then found=$python; break; fi
        done
        if [ -z "$found" ]; then
            echo "error: neither uv nor a Python with pip was found. Install one of them (for example the package python3-pip), then run this again." >&2
            exit 2
        fi
        # A virtual environment where the system allows one, else a plain target folder: both stay inside .tools.
        if ! "$found" -m venv .tools >/dev/null 2>&1 || ! .tools/bin/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null; then
            rm -rf .tools
            "$found" -m pip install --quiet --disable-pip-version-check --target .tools uv || { echo "error: uv could not be installed. Check the network, or install uv yourself, then run this again." >&2; exit 2; }
        fi
    fi
fi

python=
for candidate in "python$version" "$HOME"/.pyenv/versions/"$version".*/bin/python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
    if works "$candidate"; then python=$(command -v "$candidate" 2>/dev/null || echo "$candidate"); break; fi
done
if [ -z "$python" ]; then
    echo "Bringing Python $version ..."
    if ! "$uv" python install --quiet "$version" >/dev/null 2>&1 && ! UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 "$uv" python install --quiet "$version" >/dev/null 2>&1; then
        echo "error: Python $version was not found and could not be downloaded. Rasa 3.6 needs it: install Python $version (for example with pyenv), then run this again." >&2
        exit 2
    fi
    python=$version
fi

echo "Installing the locked packages into .venv (the first time takes a few minutes) ..."
# Behind a proxy with a certificate of its own uv has to ask the system whom to trust.
"$uv" sync --frozen --quiet --python "$python" 2>/dev/null || UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 "$uv" sync --frozen --quiet --python "$python"
