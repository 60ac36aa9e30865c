#!/usr/bin/env bash
# Builds, makes models, measures: on a machine with a GPU (MODE=cuda) or without (MODE=cpu), without
# network. Every step takes less than ten minutes and may be repeated: what ended too early, or was
# cut off, goes on where it was.
#
#   tar xJf kit.tar.xz && cd edgebox-kit
#   MODE=cuda ./kit.sh setup build          # environment; llama-server and libllama
#   MODE=cuda ./kit.sh models check         # files of the production models' shapes; do they load?
#   MODE=cuda ./kit.sh quick analysis       # EdgeBox and llama-server, in turn
#   MODE=cuda ./kit.sh growing mixed ask
#   MODE=cuda ./kit.sh first                # the first design beside EdgeBox (needs PyTorch)
#   MODE=cuda ./kit.sh capacity             # EdgeBox as a whole: summaries a minute, and a batch
#   MODE=cuda ./kit.sh collect              # everything in $OUT, with pictures if there is matplotlib
#
# PYTHON: the machine's, with NumPy and PyTorch. SLM, MLM: names of benchmarks/geometry.py. ROUNDS:
# of a workload. MINUTES: of a workload's step, and of capacity. SIZE: options of edgebox bench for a
# workload; without, and without a GPU, the least that shows that it works. OUT: where figures go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
kit=$PWD
mode=${MODE:?MODE=cuda or MODE=cpu}
slm=${SLM:-qwen3-1.7b-q8_0} mlm=${MLM:-qwen3-4b-instruct-2507-q4_k_m}
rounds=${ROUNDS:-5} out=${OUT:-$kit/out} jobs=${JOBS:-$(nproc)}
python=${PYTHON:-python3}
case $mode in cuda) least="" ;; *) least="--quick 2 --analyses 2 --concurrency 2" ;; esac
size=${SIZE-$least}
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$out" "$kit/gguf"

run() { "$kit/venv/bin/python" "$@"; }
edgebox() { run -m edgebox_cli --config "$kit/edgebox.toml" "$@"; }

setup() {
  [ -x venv/bin/python ] || "$python" -m venv --system-site-packages venv
  # PyTorch and NumPy are the machine's. Older versions of the rest, which it may have too, stay
  # where they are and out of the way.
  [ -f venv/wheels ] || run -m pip install -q --no-index --no-deps --ignore-installed wheels/*.whl
  touch venv/wheels
  local site theirs
  site=$(run -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  theirs=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  # Theirs last: a PyTorch in a virtual environment is not among a new one's system packages.
  printf '%s\n' "$kit/edgebox" "$kit/edgebox/cli" "$kit/site" "$theirs" >"$site/kit.pth"
  mkdir -p site && rm -rf site/llama_cpp && cp -r binding/llama_cpp site/llama_cpp
  run -c 'import numpy' || { echo "setup: PYTHON=... must name a Python with NumPy (and PyTorch)" >&2; exit 1; }
  run -c 'import pydantic, rich, typer, uvicorn, huey, gguf, llguidance' && echo "setup: ok"
}

toolkit() { # one CUDA toolkit of the compiler's and PyTorch's cuBLAS, if the compiler has none
  local home cublas
  home=${CUDA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v nvcc)")")")}
  if compgen -G "$home/lib64/libcublas.so" >/dev/null; then
    echo "$home"
    return
  fi
  cublas=$(run - <<'PY'
import pathlib, sys
for place in map(pathlib.Path, sys.path):
    for found in sorted(place.glob("nvidia/c*/lib/libcublas.so*")):
        print(found.parent.parent)
        sys.exit()
sys.exit("no cuBLAS: neither CUDA's nor PyTorch's")
PY
  )
  rm -rf toolkit && mkdir -p toolkit/include toolkit/lib64
  local entry
  for entry in "$home"/*; do
    case ${entry##*/} in include | lib64 | lib) ;; *) ln -sfn "$entry" toolkit/ ;; esac
  done
  ln -sfn "$home"/include/* "$cublas"/include/* toolkit/include/
  ln -sfn "$home"/lib64/* "$cublas"/lib/* toolkit/lib64/
  for entry in toolkit/lib64/lib*.so.[0-9]*; do
    ln -sn "$(basename "$entry")" "${entry%%.so*}.so" 2>/dev/null || true
  done
  echo "$kit/toolkit"
}

build() {
  local flags=(-DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DGGML_NATIVE=ON
    -DCMAKE_CXX_FLAGS="-include '$kit/edgebox/packaging/amx.h'" # as EdgeBox's own builds
    -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF
    -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DCMAKE_INSTALL_RPATH='$ORIGIN' -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON)
  if [ "$mode" = cuda ]; then
    local home
    home=$(toolkit)
    flags+=(-DGGML_CUDA=ON -DGGML_CUDA_NO_VMM=ON -DCMAKE_CUDA_ARCHITECTURES="${ARCH:-native}"
      -DCUDAToolkit_ROOT="$home" -DCMAKE_CUDA_COMPILER="$home/bin/nvcc")
  fi
  command -v ninja >/dev/null && flags+=(-G Ninja)
  [ -f build/CMakeCache.txt ] || cmake -S llama.cpp -B build "${flags[@]}" >build.log 2>&1 ||
    { tail -20 build.log; rm -f build/CMakeCache.txt; exit 1; }
  timeout "${BUILD_SECONDS:-570}" cmake --build build --target llama-server -j "$jobs" >>build.log 2>&1 || {
    if [ $? -eq 124 ]; then echo "build: not ready yet, run it again"; else tail -30 build.log; fi
    exit 1
  }
  mkdir -p site/llama_cpp/lib edgebox/benchmarks/peers/bin
  ln -sf "$kit"/build/bin/lib*.so* site/llama_cpp/lib/
  ln -sf "$kit/build/bin/llama-server" edgebox/benchmarks/peers/bin/llama-server
  run -c 'from edgebox.engine.backends import VERSION, has_gpu; print("build: ok", VERSION, "GPU" if has_gpu() else "no GPU")'
}

models() {
  run edgebox/benchmarks/geometry.py --out gguf --tokenizer tokenizer.gguf \
    --templates llama.cpp/models/templates "$slm" "$mlm"
  printf 'state_dir = "%s"\nmodels_dir = "%s"\n' "$kit/state" "$kit/gguf" >edgebox.toml
  printf '[engines.slm]\nmodel = "geometry-%s"\n[engines.mlm]\nmodel = "geometry-%s"\n' \
    "$slm" "$mlm" >>edgebox.toml
  local name
  for name in "$slm" "$mlm"; do
    edgebox models import "gguf/geometry-$name.gguf" --trust
  done
}

check() {
  run edgebox/benchmarks/measure_geometry.py --models gguf --out "$out/geometry.json" \
    ${THREADS:+--threads "$THREADS"}
}

workload() {
  run edgebox/benchmarks/compare.py --models gguf --slm "geometry-$slm" --mlm "geometry-$mlm" \
    --servers edgebox,llama-server --out "$out/$1.json" -- \
    --rounds "$rounds" --workload "$1" $size --into "$out/$1.jsonl" --minutes "${MINUTES:-7}"
}

first() {
  run edgebox/benchmarks/first_design.py --python "$kit/venv/bin/python" --models gguf \
    --slm "geometry-$slm" --mlm "geometry-$mlm" --quick "${QUICK:-5}" --analyses "${ANALYSES:-20}" \
    --device "$([ "$mode" = cuda ] && echo cuda || echo cpu)" \
    --dtype "$([ "$mode" = cuda ] && echo bfloat16 || echo float32)" --out "$out/first-design.json"
}

capacity() {
  [ -d state ] || edgebox init --client kit >/dev/null
  # Not by a function: the box would be the child of what is killed then, and go on.
  "$kit/venv/bin/python" -m edgebox_cli --config edgebox.toml up >up.log 2>&1 &
  local box=$!
  trap 'kill $box 2>/dev/null; wait $box 2>/dev/null || true' EXIT
  local tries=0
  until edgebox status >/dev/null 2>&1; do
    kill -0 $box 2>/dev/null && [ $((tries += 1)) -lt 120 ] || { tail -20 up.log; exit 1; }
    sleep 2
  done
  edgebox bench capacity --minutes "${MINUTES:-8}" --json >"$out/capacity.json"
  kill $box && wait $box 2>/dev/null || true
  trap - EXIT
}

collect() {
  local file
  for file in "$out"/*.json; do
    [ -f "$file" ] || { echo "collect: there are no figures in $out yet" >&2; exit 1; }
    case $file in *geometry.json | *first-design.json | *capacity.json) continue ;; esac
    run edgebox/benchmarks/plot.py "$file" "${file%.json}.png" 2>/dev/null ||
      echo "no picture of $file: it can be drawn elsewhere, with benchmarks/plot.py"
  done
  ls -l "$out"
}

for step in "$@"; do
  began=$SECONDS
  case $step in
    setup | build | models | check | first | capacity | collect) "$step" ;;
    quick | analysis | growing | mixed | ask) workload "$step" ;;
    *) echo "kit.sh: no step $step" >&2; exit 2 ;;
  esac
  echo "== $step: $((SECONDS - began)) s"
done
