#!/usr/bin/env bash
# Installs EdgeBox from a clone, for the user who runs it: Python packages in .venv here, the
# built llama.cpp in the user's cache. A second run does only what is missing.
set -euo pipefail
export LC_NUMERIC=C

usage() {
  cat <<'TEXT'
Usage: ./install.sh [--demo [--open]] [--dev] [--cpu | --cuda]

  --demo   afterwards, run one quick summary, one question and one batch on two small real models
  --open   with --demo: instead, show the agent's screen with a call going on, until Ctrl-C
  --dev    also install what tests/run needs
  --cpu    build for the processor even if there is an NVIDIA GPU
  --cuda   build for the GPU, and fail if that is not possible
  --help   this text

Without --cpu or --cuda: the GPU if the driver lists one and nvcc is installed, else the
processor. Your own build flags: CMAKE_ARGS. Another Python: PYTHON=/path/to/python3.
pip uses this machine's settings (index, proxy, certificates).
TEXT
}

demo=0 open=0 extras=base backend=auto
for option in "$@"; do
  case $option in
    --demo) demo=1 ;;
    --open) open=1 ;;
    --dev) extras=dev ;;
    --cpu) backend=cpu ;;
    --cuda) backend=cuda ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; printf '\ninstall.sh: there is no option %s\n' "$option" >&2; exit 2 ;;
  esac
done
if [ $open = 1 ] && [ $demo = 0 ]; then
  usage >&2
  printf '\ninstall.sh: --open goes with --demo\n' >&2
  exit 2
fi

cd "$(dirname "${BASH_SOURCE[0]}")"
here=$(pwd -P)
venv=$here/.venv
python=$venv/bin/python
cache=${XDG_CACHE_HOME:-$HOME/.cache}/edgebox
version=$(sed -n 's/.*"llama-cpp-python==\([^"]*\)".*/\1/p' pyproject.toml)

# The user's settings for other Pythons must not affect ours.
unset PYTHONPATH PYTHONHOME
export PIP_USER=0 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# --- Showing what happens ------------------------------------------------------------------

terminal=0
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then terminal=1; fi
spinner="|/-\\"
child=""
scratch="" # removed at the end
policy=/usr/sbin/policy-rc.d # while it says 101, no package that is installed starts its service
held=0     # it is ours
fresh=0    # llama.cpp was built just now
phases=()  # NAME=SECONDS, handed to the demo

say() { printf '%s\n' "$*"; }

die() {
  printf '\ninstall.sh: %s\n' "$*" >&2
  exit 1
}

cleanup() {
  local try
  if [ -n "$child" ]; then
    kill -INT -- "-$child" 2>/dev/null || true # so that pip removes what it has unpacked
    for try in 1 2 3 4 5 6 7 8 9 10; do
      kill -0 -- "-$child" 2>/dev/null || break
      sleep 0.3
      if [ "$try" = 10 ]; then kill -TERM -- "-$child" 2>/dev/null || true; fi
    done
  fi
  if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
  release_services
  if [ "$terminal" = 1 ]; then printf '\r\033[K'; fi
}

hold_services() { # leaves another's policy alone
  if [ -e "$policy" ]; then return; fi
  held=1
  printf '#!/bin/sh\n# of EdgeBox: install.sh --dev\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

release_services() {
  if [ $held = 1 ]; then rm -f "$policy"; fi
  held=0
}

trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Left by a power cut: no package that was installed since has started its service.
if [ "$(id -u)" = 0 ] && grep -qs 'of EdgeBox: install.sh' "$policy"; then rm -f "$policy"; fi

now_ms() {
  local now=${EPOCHREALTIME:-$SECONDS.000000}
  now=${now/[.,]/}
  printf '%s' "${now%???}"
}

lasted() { # MILLISECONDS
  if [ "$1" -ge 60000 ]; then
    printf '%d min %d s' $(($1 / 60000)) $(($1 / 1000 % 60))
  else
    printf '%d.%d s' $(($1 / 1000)) $(($1 / 100 % 10))
  fi
}

doing() { # LOG: prints what the log shows in progress, in a few words
  tail -c 60000 "$1" 2>/dev/null |
    grep -aoE '^ *\[ *[0-9]+(/[0-9]+|%)\]|^(Collecting|Downloading|Installing) [^ ;<>=]+' |
    tail -n 1 | sed 's/^ *//' | cut -c 1-36 || true
}

phase() { # NAME WHAT LOG COMMAND...: runs it with its output in a log, shows progress, and times it
  local name=$1 what=$2 log=$3 began spent status=0 told=0 turn=0
  shift 3
  began=$(now_ms)
  if [ "$terminal" = 0 ]; then say "$what ..."; fi
  set -m # its own process group, so that stopping this script stops the compilers too
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  set +m
  while kill -0 "$child" 2>/dev/null; do
    spent=$(($(now_ms) - began))
    if [ "$terminal" = 1 ]; then
      turn=$(((turn + 1) % 4))
      printf '\r\033[K%s %s  %d s  %s' "${spinner:turn:1}" "$what" $((spent / 1000)) "$(doing "$log")"
    elif [ $((spent / 15000)) -gt "$told" ]; then
      told=$((spent / 15000))
      say "  $((spent / 1000)) s  $(doing "$log")"
    fi
    sleep 0.1
  done
  wait "$child" || status=$?
  child=""
  spent=$(($(now_ms) - began))
  phases+=("$name=$((spent / 1000)).$(printf '%03d' $((spent % 1000)))")
  if [ "$terminal" = 1 ]; then printf '\r\033[K'; fi
  if [ "$status" != 0 ]; then
    say "$what: failed after $(lasted "$spent")"
    return "$status"
  fi
  say "$what: $(lasted "$spent")"
}

explain() { # WHAT LOG: prints the end of the log and its usual cause, then exits
  local what=$1 log=$2 hint=""
  printf '\n' >&2
  tail -n 20 "$log" >&2
  if grep -qaE 'No matching distribution|Could not find a version|Max retries exceeded|ConnectionError|Temporary failure in name' "$log"; then
    hint="pip could not download a package. Check this machine's network or pip's index (pip config list)"
  elif grep -qaE 'No space left on device' "$log"; then
    hint="the disk is full. Free 2 GB under $here, $cache and ${TMPDIR:-/tmp}"
  elif grep -qaE 'Killed|fatal error: Killed|Cannot allocate memory' "$log"; then
    hint="memory ran out. CMAKE_BUILD_PARALLEL_LEVEL=1 ./install.sh needs less"
  elif grep -qaE 'nvcc (fatal|error)|CUDA_COMPILER|CUDAToolkit' "$log"; then
    hint="the CUDA compiler could not be used. ./install.sh --cpu builds without it"
  fi
  die "$what failed${hint:+: $hint}.
The whole log: $log"
}

# --- What has to be installed already ----------------------------------------------------------

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    if [ -n "$candidate" ] &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

debian_install() { # LOG PACKAGES: as root
  export DEBIAN_FRONTEND=noninteractive
  phase tools "Installing $2" "$1" sh -c \
    "get='apt-get install -y --no-install-recommends $2'; \$get || { apt-get update && \$get; }"
}

need() { # PURPOSE DEBIAN FEDORA: installs Debian's packages as root, else says what to type
  local purpose=$1 debian=$2 fedora=$3 log=$cache/apt.log
  if command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
      debian_install "$log" "$debian" && return
      explain "Installing $debian" "$log"
    fi
    die "$purpose missing. Type this, then run ./install.sh again:
  sudo apt-get install $debian"
  fi
  if command -v dnf >/dev/null; then
    die "$purpose missing. Type this, then run ./install.sh again:
  sudo dnf install $fedora"
  fi
  die "$purpose missing. Install them with this system's package manager ($debian on Debian), then run ./install.sh again."
}

[ "$(uname -s)" = Linux ] || die "EdgeBox runs on Linux; this is $(uname -s)."
[ -n "$version" ] || die "pyproject.toml names no llama-cpp-python version: is this a whole clone?"
mkdir -p "$cache/wheels"

# --- 1. Python and .venv ------------------------------------------------------------------

stamp=$venv/edgebox-installed # three lines: this clone's path, what was installed, base or dev
if [ -e "$venv" ] && ! "$python" -c \
  'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  say "The .venv here does not work. Making a new one."
  rm -rf "$venv"
elif [ -e "$stamp" ] && [ "$(sed -n 1p "$stamp")" != "$here" ]; then
  say "This clone was moved. Making a new .venv."
  rm -rf "$venv"
fi
if [ ! -e "$venv" ]; then
  base=$(find_python) || {
    need "Python 3.11 or newer is" "python3 python3-venv" "python3.11"
    base=$(find_python) || die "This system's Python is older than 3.11. Install a newer one beside it and name it: PYTHON=/path/to/python3.11 ./install.sh"
  }
  if ! "$base" -c 'import ensurepip, venv' 2>/dev/null; then
    tag=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    need "Python's venv module is" "python$tag-venv" "python3"
  fi
  phase venv "Making .venv with Python $("$base" -c 'import platform; print(platform.python_version())')" \
    "$cache/venv.log" "$base" -m venv "$venv" || explain "Making .venv" "$cache/venv.log"
fi

# --- 2. CPU or GPU ------------------------------------------------------------------------

plan() { # Sets where the build for $backend is kept, and its flags
  flags="-DLLAVA_BUILD=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF"
  flags+=" -DLLAMA_BUILD_SERVER=OFF -DLLAMA_OPENSSL=OFF"
  local architectures features toolkit=""
  if [ "$backend" = cuda ]; then
    # Only the GPUs of this machine: every further architecture takes minutes to compile.
    architectures=$({ nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null || true; } |
      tr -d '. ' | grep -E '^[0-9]+$' | sort -un | paste -sd ';' || true)
    flags+=" -DGGML_CUDA=ON '-DCMAKE_CUDA_COMPILER=$nvcc'"
    if [ -n "$architectures" ]; then flags+=" '-DCMAKE_CUDA_ARCHITECTURES=$architectures'"; fi
    toolkit=$("$nvcc" --version | tail -n 1)
  fi
  # A native build dies with SIGILL on a processor that lacks a feature of this one.
  features=$(sed -n '/^\(flags\|Features\)/{s/^[^:]*://p;q}' /proc/cpuinfo | tr ' ' '\n' |
    grep -E '^(sse|ssse|avx|fma|f16c|bmi|abm|movbe|amx|gfni|vaes|vpcl|asimd|sve|sme|i8mm|bf16|fphp)' |
    sort | tr '\n' ' ')
  key=$(printf '%s\n' "$flags" "${CMAKE_ARGS:-}" "${CC:-} ${CXX:-} ${CFLAGS:-} ${CXXFLAGS:-}" \
    "$(uname -m)" "$features" "$toolkit" "$(cat packaging/llama.cmake packaging/amx.h)" |
    sha256sum | cut -c 1-16)
  shelf=$cache/wheels/$version-$backend-$key
}

asked=$backend
nvcc=$(command -v nvcc || true)
if [ -z "$nvcc" ] && [ -x /usr/local/cuda/bin/nvcc ]; then nvcc=/usr/local/cuda/bin/nvcc; fi
gpu=$({ nvidia-smi -L 2>/dev/null || true; } | sed -n 's/^GPU [0-9]*: \(.*\) (UUID.*/\1/p' | head -n 1)
old="" # the driver's CUDA, if it is older than the compiler's: what is built here would not start
if [ -n "$gpu" ] && [ -n "$nvcc" ]; then
  runs=$({ nvidia-smi 2>/dev/null || true; } | sed -n 's/.*CUDA Version: *\([0-9]*\)\..*/\1/p' | head -n 1)
  compiles=$({ "$nvcc" --version 2>/dev/null || true; } | sed -n 's/.*release \([0-9]*\)\..*/\1/p')
  if [ "${runs:-0}" -gt 0 ] && [ "$runs" -lt "${compiles:-0}" ]; then
    old="the driver runs CUDA $runs, but nvcc is of $compiles. Install a newer driver or an older toolkit"
  fi
fi
case $asked in
  cpu) why="as asked" ;;
  cuda)
    [ -n "$gpu" ] || die "--cuda: the NVIDIA driver lists no GPU here (nvidia-smi -L)."
    [ -n "$nvcc" ] || die "--cuda: there is no nvcc on the PATH or in /usr/local/cuda/bin. Install the CUDA toolkit."
    [ -z "$old" ] || die "--cuda: $old."
    why="as asked, on $gpu"
    ;;
  auto)
    backend=cuda why="$gpu and nvcc are here (--cpu builds without them)"
    if [ -z "$gpu" ]; then
      backend=cpu why="no NVIDIA GPU is listed"
    elif [ -z "$nvcc" ]; then
      backend=cpu why="$gpu is here, but nvcc is not. To use it, install the CUDA toolkit and run this again"
    elif [ -n "$old" ]; then
      backend=cpu why="$gpu is here, but $old"
    fi
    ;;
esac
plan
if [ "$asked" = auto ] && [ -e "$shelf/failed" ]; then
  why="$gpu is here, but an earlier build for it failed ($shelf/build.log). To try again: --cuda"
  backend=cpu
  plan
fi
say "llama.cpp for $([ $backend = cuda ] && echo "the GPU (CUDA)" || echo "the processor"): $why"

# --- 3. llama-cpp-python, built once for this machine's processor --------------------------

wheel() { find "$shelf" -maxdepth 1 -name 'llama_cpp_python-*.whl' 2>/dev/null | head -n 1; }

build_wheel() {
  local jobs memory each=1000000
  if ! command -v "${CC:-cc}" >/dev/null || ! command -v "${CXX:-c++}" >/dev/null; then
    need "A C++ compiler is" "gcc g++" "gcc gcc-c++"
  fi
  # pip installs cmake and ninja if the system lacks them.
  if [ $backend = cuda ]; then each=3000000; fi
  jobs=$(nproc) memory=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  if [ $((memory / each)) -lt "$jobs" ]; then jobs=$((memory / each)); fi
  if [ "$jobs" -lt 1 ]; then jobs=1; fi
  scratch=$shelf/building # not in /tmp, which is often a small memory disk
  rm -rf "$scratch"
  mkdir -p "$scratch/wheel"
  phase build "Building llama.cpp $version ($jobs at a time, once for this machine)" "$shelf/build.log" \
    env TMPDIR="$scratch" CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$jobs}" \
    CMAKE_ARGS="$flags '-DCMAKE_PROJECT_llama_cpp_INCLUDE=$PWD/packaging/llama.cmake' ${CMAKE_ARGS:-}" \
    "$python" -m pip wheel -v --no-deps --no-cache-dir --no-binary llama-cpp-python \
    --wheel-dir "$scratch/wheel" "llama-cpp-python==$version" || {
    if [ "$asked" != auto ] || [ "$backend" != cuda ]; then
      explain "Building llama.cpp" "$shelf/build.log"
    fi
    say "Building without the GPU instead. The log says why: $shelf/build.log. To try again: --cuda"
    touch "$shelf/failed"
    rm -rf "$scratch"
    backend=cpu
    plan
    ensure_wheel
    return
  }
  fresh=1
  rm -f "$shelf/failed"
  mv "$scratch/wheel"/llama_cpp_python-*.whl "$shelf/"
  rm -rf "$scratch"
  scratch=""
}

ensure_wheel() {
  if [ -n "$(wheel)" ]; then return; fi
  mkdir -p "$shelf"
  exec 9>"$shelf/lock"
  if command -v flock >/dev/null && ! flock -n 9; then
    say "Another install.sh is building the same. Waiting for it."
    flock 9
  fi
  if [ -z "$(wheel)" ]; then build_wheel; fi
  exec 9>&-
}

loads() { # llama.cpp starts on this processor; the log lists the features that it uses
  "$python" - "$backend" >"$cache/check.log" 2>&1 <<'PY'
import re
import sys

import llama_cpp

llama_cpp.llama_backend_init()
info = llama_cpp.llama_print_system_info().decode()
print("uses", " ".join(re.findall(r"(\w+) = 1\b", info)))
if sys.argv[1] == "cuda" and not llama_cpp.llama_supports_gpu_offload():
    sys.exit("this build cannot use the GPU")
PY
}

# --- 4. EdgeBox and its packages -----------------------------------------------------------

target=.
if [ $extras = dev ]; then target=".[dev]"; fi
wanted() { { cat pyproject.toml; printf '%s\n' "$version-$backend-$key"; } | sha256sum | cut -c 1-32; }
found=$(sed -n 2p "$stamp" 2>/dev/null || true)
had=$(sed -n 3p "$stamp" 2>/dev/null || true)

built_key=$venv/llama-cpp-python-key # names the build that is in .venv

install_packages() {
  local log=$cache/packages.log
  if [ -e "$built_key" ] && [ "$(cat "$built_key")" != "$backend-$key" ]; then replace_wheel; fi
  phase packages "Installing packages into .venv" "$log" \
    "$python" -m pip install "$(wheel)" -e "$target" || explain "Installing packages" "$log"
  printf '%s\n' "$backend-$key" >"$built_key"
}

replace_wheel() { # pip would not replace an installed wheel of the same version
  phase packages "Putting llama.cpp into .venv" "$cache/packages.log" \
    "$python" -m pip install --force-reinstall --no-deps "$(wheel)" ||
    explain "Installing llama.cpp" "$cache/packages.log"
}

if [ "$found" = "$(wanted)" ] && { [ "$had" = "$extras" ] || [ "$had" = dev ]; } && loads; then
  say "Everything is installed already."
  extras=$had
else
  rm -f "$stamp"
  ensure_wheel
  install_packages
  if ! loads; then
    if [ $fresh = 1 ]; then explain "Starting llama.cpp" "$cache/check.log"; fi
    say "llama.cpp does not start here ($(tail -n 1 "$cache/check.log")). Building it again."
    rm -f "$(wheel)"
    ensure_wheel
    replace_wheel
    loads || explain "Starting llama.cpp" "$cache/check.log"
  fi
  printf '%s\n' "$here" "$(wanted)" "$extras" >"$stamp"
fi
say "llama.cpp $(grep '^uses' "$cache/check.log")" | fold -s -w 80

# --- 5. Programs that only tests use ----------------------------------------------------------

# Debian's packages; without one, its tests are skipped.
test_tools="chromium fonts-nanum prometheus prometheus-alertmanager rsyslog rsyslog-elasticsearch"
if [ "$extras" = dev ] && command -v dpkg-query >/dev/null; then
  missing=""
  for package in $test_tools; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    if [ "$status" != "install ok installed" ]; then missing+="${missing:+ }$package"; fi
  done
  if [ -n "$missing" ]; then
    # Tests start these programs: Debian's services would take their ports.
    if [ "$(id -u)" = 0 ]; then hold_services; fi
    if [ "$(id -u)" != 0 ] || ! debian_install "$cache/apt.log" "$missing"; then
      say "Some tests will be skipped. To run them: sudo apt-get install $missing"
    fi
    release_services
  fi
fi

# --- 6. What next ---------------------------------------------------------------------------

if [ $demo = 1 ]; then
  arguments=()
  for spent in "${phases[@]+"${phases[@]}"}"; do arguments+=(--phase "$spent"); done
  if [ $open = 1 ]; then arguments+=(--open); fi
  trap - EXIT
  exec "$venv/bin/edgebox" demo "${arguments[@]+"${arguments[@]}"}"
fi
cat <<TEXT

EdgeBox $("$python" -c 'import edgebox; print(edgebox.__version__)') is installed. Next:
  source .venv/bin/activate
  edgebox init            write the configuration and make the first client
  edgebox models pull     download the language models
  edgebox up              run engine, API and worker; Ctrl-C ends them
  edgebox doctor          show what is wrong
To try it first with two small models: ./install.sh --demo, or --demo --open for the screen
TEXT
