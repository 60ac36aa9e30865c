#!/usr/bin/env bash
# Builds the servers that EdgeBox is compared with, from the sources of the pinned
# llama-cpp-python: llama-server of its llama.cpp, and an environment for llama_cpp.server and
# its examples/server.
# About twenty minutes on two cores; everything goes to benchmarks/peers/ (ignored by git).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$(pwd -P)
root=$(dirname "$here")
python=$root/.venv/bin/python
peers=$here/peers
amx="-include '$root/packaging/amx.h'" # as EdgeBox's own build: without it, AMX crashes
version=$("$python" -c 'from importlib.metadata import version; print(version("llama-cpp-python"))')
mkdir -p "$peers"
cd "$peers"

if [ ! -d "llama_cpp_python-$version" ]; then
  "$python" -m pip download -q --no-deps --no-binary llama-cpp-python -d . \
    "llama-cpp-python==$version"
  tar xzf "llama_cpp_python-$version.tar.gz"
fi
if [ ! -x bin/llama-server ]; then
  if ! command -v cmake >/dev/null; then
    echo "peers.sh: llama-server needs CMake: apt-get install cmake" >&2
    exit 1
  fi
  cuda=OFF
  if command -v nvcc >/dev/null && nvidia-smi -L >/dev/null 2>&1; then cuda=ON; fi
  cmake -S "llama_cpp_python-$version/vendor/llama.cpp" -B build -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS="$amx" \
    -DGGML_CUDA=$cuda -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF \
    -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF -DBUILD_SHARED_LIBS=OFF
  cmake --build build --target llama-server -j "$(nproc)"
  mkdir -p bin
  cp build/bin/llama-server bin/
fi
if [ ! -x venv/bin/python ]; then
  "$python" -m venv venv
  # As pip builds it: ours leaves out the multimodal library, which examples/server imports.
  CXXFLAGS="$amx" venv/bin/python -m pip install -q "llama_cpp_python-$version.tar.gz[server]" \
    openai safetensors websockets || { rm -rf venv; exit 1; }
fi
bin/llama-server --version 2>&1 | head -2
venv/bin/python -c 'import llama_cpp.server.app' && echo "llama_cpp.server $version"
