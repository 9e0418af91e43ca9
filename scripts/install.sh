#!/bin/sh
# Brings the locked packages into .venv, with uv (a private, pinned copy in .tools unless the one on the path fits) and a
# Python that the lock asks for (the path, pyenv, or uv's own download). What was begun and cut short is gone on with.
# Usage: install.sh VERSION [GROUP ...]     for example: install.sh 3.13 train commands
set -eu
version=$1
shift
groups=
for group in "$@"; do groups="$groups --group $group"; done

fail() { echo "error: $1" >&2; exit 2; }

# Behind a proxy with a certificate of its own uv has to ask the system whom to trust.
trying() { "$@" 2>"$log" || UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 "$@" 2>"$log"; }

# One sentence for what commonly goes wrong, whichever tool said it.
why() {
    if grep -qiE 'no space left|disk quota' "$log"; then fail "the disk is full: nothing more can be installed. Free about 1.5 GB, then run this again; it goes on where it stopped."; fi
    if grep -qiE 'certificate|UnknownIssuer|SSL' "$log"; then fail "a certificate on the way to the package index is not trusted. Add your proxy's certificate to the system's (or name its file in SSL_CERT_FILE), then run this again."; fi
    if grep -qiE 'lookup address|dns error|timed? ?out|connect|network|unreachable|error sending request|refused' "$log"; then fail "the package index cannot be reached. Check the network or the proxy (HTTPS_PROXY), then run this again; what is here already is kept."; fi
    if grep -qi 'permission denied' "$log"; then fail "this folder cannot be written. Give yourself the right to write in it (or 'make clean' what another user made), then run this again."; fi
    sed -n '1,20p' "$log" >&2
    fail "$1"
}

mkdir -p .tools 2>/dev/null || fail "this folder cannot be written: .tools could not be made. Give yourself the right to write in it, then run this again."
log=.tools/install.log
: >"$log" || fail "nothing can be written in this folder: the disk is full or the folder is not yours. Mend that, then run this again."

wanted=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' scripts/uv.txt)
fits() { [ "$("$1" --version 2>/dev/null | cut -d' ' -f2 | cut -d. -f1,2)" = "${wanted%.*}" ]; }
if command -v uv >/dev/null 2>&1 && fits uv; then
    uv=uv
else
    uv=.tools/bin/uv
    if ! fits "$uv"; then
        echo "Installing uv $wanted into .tools ..."
        found=
        for python in python3 python; do
            if "$python" -m pip --version >/dev/null 2>&1; then found=$python; break; fi
        done
        [ -n "$found" ] || fail "neither uv $wanted nor a Python with pip was found. Install one of them (for example the package python3-pip), then run this again."
        # A virtual environment where the system allows one, else a plain target folder: both stay inside .tools.
        if ! "$found" -m venv .tools >/dev/null 2>&1 \
            || ! .tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r scripts/uv.txt 2>"$log"; then
            rm -rf .tools/bin .tools/lib .tools/lib64 .tools/pyvenv.cfg
            "$found" -m pip install --quiet --disable-pip-version-check --require-hashes --target .tools -r scripts/uv.txt 2>"$log" \
                || why "uv could not be installed. Install uv $wanted yourself, then run this again."
        fi
    fi
fi

# The last number of a Python's version, nothing if it is another one. Old ones lack fixes, so a newer one is looked for first.
release() { "$1" -c "import sys; v = sys.version_info; print(v[2] if v[:2] == tuple(map(int, '$version'.split('.'))) else '')" 2>/dev/null || true; }
python=
best=-1
for candidate in "python$version" "$HOME"/.pyenv/versions/"$version".*/bin/python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
    found=$(release "$candidate")
    if [ -n "$found" ] && [ "$found" -gt "$best" ]; then best=$found; python=$(command -v "$candidate"); fi
done
fixed=5 # of Python 3.13: what came before has known faults in reach of a visitor's input (docs/adr/017-python-313.md)
if [ "$best" -lt "$fixed" ] && [ ! -x .venv/bin/python ]; then
    echo "Looking for a current Python $version ..."
    if trying "$uv" python install --quiet "$version"; then
        python=$("$uv" python find --managed-python "$version" 2>/dev/null || echo "$python")
    elif [ -n "$python" ]; then
        echo "note: Python $version.$best is old. It will do, but lacks later fixes: install a current $version when you can, remove .venv and run this again." >&2
    else
        fail "Python $version was not found and could not be downloaded. Install Python $version (for example with pyenv or your system's packages), then run this again."
    fi
fi

# A .venv of another Python, or one that was cut short before it could run, is of no use.
if [ -e .venv ] && [ -z "$(release .venv/bin/python)" ]; then
    echo "Making .venv anew: the one here does not run Python $version."
    rm -rf .venv
fi
[ -x .venv/bin/python ] && python=.venv/bin/python

echo "Installing the locked packages into .venv (the first time takes a minute or more) ..."
# shellcheck disable=SC2086  # the groups are several words
trying "$uv" sync --frozen --quiet --no-default-groups $groups --python "$python" || why "the locked packages could not be installed; the lines above say why."
rm -f "$log"
