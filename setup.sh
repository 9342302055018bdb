#!/usr/bin/env bash
# Make a virtual environment and install GenStudio into it; Qt's system libraries too, where
# they are missing and the user may install them, else one line says what to install.
set -euo pipefail
python=$1
venv=$2

libraries="libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-cursor0
libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-image0 libxcb-render-util0 libxcb-xinerama0
fonts-dejavu-core"

if command -v dpkg-query >/dev/null; then
  missing=""
  for package in $libraries; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  # The same interpreter's venv module is a package of its own on Debian and Ubuntu.
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    missing="$missing python3-venv"
  fi
  if [ -n "$missing" ]; then
    run=""
    if [ "$(id -u)" -eq 0 ]; then run="env"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then run="sudo"
    fi
    if [ -n "$run" ]; then
      $run apt-get update -qq
      $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    else
      echo "Please install what Qt needs, then try again: sudo apt-get install$missing" >&2
      exit 1
    fi
  fi
fi

"$python" - <<'CHECK'
import sys
if sys.version_info < (3, 11):
    sys.exit(f"GenStudio needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
             "Say which one to use: make run PYTHON=python3.12")
CHECK
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --upgrade pip
"$venv/bin/python" -m pip install --quiet --editable ".[test]"
