#!/usr/bin/env bash
# Make a virtual environment and install GenStudio into it; the system's libraries for Qt too,
# where some are missing and the user may install them, else one line says what to install.
set -euo pipefail
python=$1
venv=$2

# What Qt's window and its X11 and Wayland platforms load, and the package each is in. Whether a
# library is there is asked of the loader: a package's name may change from release to release.
libraries="
libEGL.so.1 libegl1
libGL.so.1 libgl1
libglib-2.0.so.0 libglib2.0-0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libX11.so.6 libx11-6
libX11-xcb.so.1 libx11-xcb1
libxcb.so.1 libxcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-glx.so.0 libxcb-glx0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render.so.0 libxcb-render0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-shm.so.0 libxcb-shm0
libxcb-sync.so.1 libxcb-sync1
libxcb-util.so.1 libxcb-util1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
libwayland-client.so.0 libwayland-client0
libwayland-cursor.so.0 libwayland-cursor0
libwayland-egl.so.1 libwayland-egl1
"

# What sound needs; without it all the rest works, and sounds are written to files.
sound_libraries="
libportaudio.so.2 libportaudio2
"

say() { echo "$*" >&2; }

if ! command -v "$python" >/dev/null; then
  say "GenStudio needs Python 3.11 or newer, and there is no $python here." \
    "Install it (sudo apt-get install python3), or say which one to use: make run PYTHON=python3.12"
  exit 1
fi
"$python" - <<'CHECK'
import sys
if sys.version_info < (3, 11):
    sys.exit("GenStudio needs Python 3.11 or newer; this is %s. "
             "Say which one to use: make run PYTHON=python3.12" % sys.version.split()[0])
CHECK

# The packages of those libraries that the loader does not find.
lacking() {
  "$python" - "$1" <<'CHECK'
import ctypes, sys
words = sys.argv[1].split()
for library, package in zip(words[::2], words[1::2]) if sys.platform == "linux" else ():
    try:
        ctypes.CDLL(library)
    except OSError:
        print(package)
CHECK
}

# Debian and Ubuntu have what the venv module needs in a package of its own.
missing=$(lacking "$libraries"; "$python" - <<'CHECK'
import importlib.util, sys
if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
    print("python%d.%d-venv" % sys.version_info[:2])
CHECK
)
missing=$(echo $missing)
sound=$(lacking "$sound_libraries")
# ALSA reaches a sound server through a plugin, which is wanted only where there is a server.
if [ -n "${PULSE_SERVER:-}" ] || [ -S "${XDG_RUNTIME_DIR:-/nowhere}/pulse/native" ]; then
  plugin=$(ls /usr/lib*/alsa-lib/libasound_module_pcm_pulse.so \
    /usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so 2>/dev/null || true)
  if [ -z "$plugin" ]; then sound="$sound libasound2-plugins"; fi
fi
sound=$(echo $sound)

install() {
  [ -n "$may" ] && $may DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if [ -n "$missing$sound" ] && command -v apt-get >/dev/null; then
  # With sudo's password where somebody is there to type it.
  may=""
  if [ "$(id -u)" -eq 0 ]; then may="env"
  elif command -v sudo >/dev/null; then
    if sudo -n true 2>/dev/null; then may="sudo env"
    elif [ -t 0 ] && id -nG | grep -qwE 'sudo|admin|wheel'; then may="sudo env"
    fi
  fi
  if [ -n "$may" ]; then
    say "Installing what GenStudio needs of the system:" $missing $sound
    $may true || may=""
  fi
  if [ -n "$may" ]; then
    # Old lists may do where a source does not answer.
    $may apt-get update -qq >/dev/null || true
  fi
  if [ -n "$missing" ] && ! install $missing; then
    say "Please install what GenStudio needs, then try again: sudo apt-get install $missing"
    exit 1
  fi
  if [ -n "$sound" ] && ! install $sound; then
    say "Without $sound there is no sound, all else works: sudo apt-get install $sound"
  fi
elif [ -n "$missing$sound" ] && [ "$(uname)" = Linux ]; then
  say "GenStudio may need what Debian calls" $missing $sound"; should it not start, or be silent," \
    "install that."
fi

# An environment that was interrupted while it was made has no pip.
"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$venv"
# Somebody who watches sees pip's progress; a log need not have it.
quiet=--quiet
if [ -t 1 ]; then quiet=""; fi
say "Installing GenStudio into $venv; the first time takes some minutes, for PyTorch is large."
"$venv/bin/python" -m pip install $quiet --upgrade pip
"$venv/bin/python" -m pip install $quiet --editable ".[test]"
