/* Before every C++ file of llama.cpp.
 *
 * GCC 12's _tile_loadconfig tells the optimiser that ldtilecfg reads 8 bytes. It reads 64, so the
 * rest of a configuration is taken for unused and never written. On a processor with AMX (Intel,
 * since 2023) the first step over more than one row then ends in a segmentation fault. */
#if defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#undef _tile_loadconfig
#define _tile_loadconfig(config) \
  __asm__ volatile("ldtilecfg\t%X0" : : "m"(*(const char(*)[64])(config)))
#endif
