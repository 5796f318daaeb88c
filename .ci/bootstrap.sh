#!/bin/sh
# Find a suitable Python and install uv beside the checkout, into .uv.
# usage: bootstrap.sh PYTHON-OR-EMPTY UV-REQUIREMENT
set -eu

found="" without_venv=""
for name in ${1:-python3 python3.13 python3.12 python3.11 python}; do
    command -v "$name" >/dev/null 2>&1 || continue
    "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 || continue
    if "$name" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        found=$("$name" -c 'import sys; print(sys.executable)')
        break
    fi
    without_venv="$name"
done

if [ -z "$found" ]; then
    if [ -n "$without_venv" ]; then
        echo "$without_venv has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2
    elif [ -n "$1" ]; then
        echo "$1 is not a Python 3.11, 3.12 or 3.13." >&2
    else
        echo "Entente needs Python 3.11, 3.12 or 3.13, and found none on the PATH. Install one, or name it: make PYTHON=/path/to/python warehouse" >&2
    fi
    exit 1
fi

echo "Setting up with $found …"
rm -rf .uv
"$found" -m venv .uv
.uv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: "$2"
echo "$found" >.uv/python
