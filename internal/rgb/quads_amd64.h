/* Splitting pixels into channels on x86, where shuffles move bytes within 16-byte lanes only and run on fewer ports
 * than blends. Four pixels ("a quad") in a lane are sorted by channel into 4-byte groups; quad k has its groups rotated
 * by k places, so that four quads merge into whole channels by blends:
 *
 *   quad 0: F0 M0 L0 --      first  = F0 F1 F2 F3
 *   quad 1: -- F1 M1 L1      middle = M3 M0 M1 M2, then rotated by one
 *   quad 2: L2 -- F2 M2      last   = L2 L3 L0 L1, then rotated by two
 *   quad 3: M3 L3 -- F3
 */
#ifndef FRAMEGEAR_QUADS_H
#define FRAMEGEAR_QUADS_H

#include <stdint.h>

#define NONE -1, -1, -1, -1

/* By bytes per pixel less 3, then by quad. The last quad of 3-byte pixels ends where its 16 bytes end instead of
 * starting where they start, because reading on past the last pixel might leave the caller's memory. */
static const int8_t rgb_quads[2][4][16] __attribute__((aligned(16))) = {
	{
		{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, NONE},
		{NONE, 0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11},
		{2, 5, 8, 11, NONE, 0, 3, 6, 9, 1, 4, 7, 10},
		{5, 8, 11, 14, 6, 9, 12, 15, NONE, 4, 7, 10, 13},
	},
	{
		{0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, NONE},
		{NONE, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14},
		{2, 6, 10, 14, NONE, 0, 4, 8, 12, 1, 5, 9, 13},
		{1, 5, 9, 13, 2, 6, 10, 14, NONE, 0, 4, 8, 12},
	},
};

#undef NONE

#endif
