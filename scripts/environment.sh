# Sourced by ./start and ./check: one virtual environment in .venv, pinned by constraints.txt. POSIX sh.
# shellcheck shell=sh

VENV="$ROOT/.venv"
WINDOW_LIBRARIES="libegl1 libgl1 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4
    libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 fonts-dejavu-core"

say() { printf '%s\n' "instructme: $*"; }
fail() {
    printf '%s\n' "instructme: error: $*" >&2
    exit 2
}

# Prints the first Python on the path that is new enough.
find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# install_system PACKAGE...: what is missing of it, on Debian and its relatives. Elsewhere wheels bring their libraries.
install_system() {
    command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 || return 0
    missing=""
    for package in "$@"; do
        case "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" in
            "install ok installed") ;;
            *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || {
            say "please have an administrator run: apt-get install$missing"
            return 1
        }
        as_root="sudo"
        say "installing system packages with sudo (it may ask for your password):$missing"
    else
        say "installing system packages:$missing"
    fi
    # The lists may be absent or old on a bare machine: update only where the first try says so.
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
        >/dev/null 2>&1 </dev/null ||
        { $as_root apt-get update -qq </dev/null &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
                >/dev/null </dev/null; }
}

# pip_install ARGUMENT...: pip within the pins. Says every 20 seconds what it is at; its whole talk goes to a log.
pip_install() {
    log="$VENV/install.log"
    "$VENV/bin/python" -m pip install --disable-pip-version-check --progress-bar off \
        --constraint "$VENV/constraints.txt" "$@" >"$log" 2>&1 </dev/null &
    pip=$!
    # A shell without job control makes its background children deaf to Ctrl-C.
    trap 'kill "$pip" 2>/dev/null; exit 130' INT TERM
    waited=0
    while kill -0 "$pip" 2>/dev/null; do
        sleep 1
        waited=$((waited + 1))
        [ $((waited % 20)) -ne 0 ] ||
            say "  $waited s: $(grep -E '^ *(Collecting|Downloading|Processing|Installing|Building)' "$log" | tail -n 1 | cut -c 1-90)"
    done
    wait "$pip" || {
        tail -n 5 "$log" >&2
        fail "the packages could not be installed; check the network and the free disk space, then run this again"
    }
    trap - INT TERM
}

# prepare_environment PROFILE REQUIREMENT [UNDECLARED...]: creates .venv and installs REQUIREMENT (this folder,
# with extras) into it; UNDECLARED are installed without what they declare. A second run sees the stamp and returns.
prepare_environment() {
    profile=$1 requirement=$2
    shift 2
    torch=cpu
    if [ "${INSTRUCTME_TORCH:-}" = cuda ] || { [ -z "${INSTRUCTME_TORCH:-}" ] && command -v nvidia-smi >/dev/null 2>&1; }
    then torch=cuda; fi
    wanted="$(cat "$ROOT/pyproject.toml" "$ROOT/constraints.txt" "$ROOT/scripts/environment.sh" | cksum) $torch $ROOT"
    stamp="$VENV/instructme-$profile.stamp"
    if [ -x "$VENV/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return 0; fi

    if ! "$VENV/bin/python" -c 'import pip' >/dev/null 2>&1; then
        python=$(find_python) || fail "no Python 3.11 or newer found; install it (Debian and Ubuntu: apt install" \
            "python3 python3-venv, macOS: brew install python@3.12), then run this again"
        if ! "$python" -c 'import ensurepip' >/dev/null 2>&1; then
            install_system "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" || true
        fi
        say "making the virtual environment .venv with $("$python" --version)"
        "$python" -m venv "$VENV" || fail "no virtual environment could be made; install python3-venv, then run this again"
    fi

    pins="$VENV/constraints.txt"
    if [ "$torch" = cuda ]; then
        # Whichever CUDA build pip offers: a pinned CPU version would shut it out.
        grep -v '^torch==' "$ROOT/constraints.txt" >"$pins"
    else
        cp "$ROOT/constraints.txt" "$pins"
    fi
    say "installing the $profile packages (torch: $torch); the first time takes some minutes"
    pip_install --editable "$requirement"
    for package in "$@"; do pip_install --no-deps "$package"; done
    printf '%s' "$wanted" >"$stamp"
}
