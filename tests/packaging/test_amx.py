"""llama.cpp's configuration of AMX tiles is written whole before a processor loads it."""

import shutil
import subprocess
from pathlib import Path

import pytest

HEADER = Path(__file__).parents[2] / "packaging" / "amx.h"
CONFIGURED = """
#include <immintrin.h>
struct alignas(64) Tiles {
  unsigned char palette, start_row, reserved[14];
  unsigned short bytes[16];
  unsigned char rows[16];
};
void configure(int rows) {
  Tiles tiles = {};
  tiles.palette = 1;
  tiles.bytes[7] = 12345;
  tiles.rows[7] = rows;
  _tile_loadconfig(&tiles);
}
"""


def test_no_byte_of_it_is_taken_for_unused(tmp_path):
    compiler = shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    known = [compiler, "-mamx-tile", "-fsyntax-only", "-x", "c++", "/dev/null"]
    if subprocess.run(known, capture_output=True, check=False).returncode:
        pytest.skip("the compiler does not know AMX, so it makes no code for it")
    source = tmp_path / "tiles.cpp"
    source.write_text(CONFIGURED)
    words = [compiler, "-O3", "-mamx-tile", "-include", str(HEADER), "-S", "-o", "-", str(source)]
    made = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "ldtilecfg" in made.stdout
    assert "$12345," in made.stdout
