/* What the kernels for AVX-512 have in common. */
#ifndef FRAMEGEAR_RESIZE_VECTORS_H
#define FRAMEGEAR_RESIZE_VECTORS_H

#include "resize.h"

#include <immintrin.h>
#include <string.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,prfchw")))
#define INLINE static inline __attribute__((always_inline)) AVX512

/* Two weights of neighbouring taps in every 32-bit lane. */
INLINE __m512i pair(const int16_t *weights)
{
	int32_t both;
	memcpy(&both, weights, sizeof both);
	return _mm512_set1_epi32(both);
}

/* The last group of a row may have less than all its samples. */
INLINE void store_group(uint8_t *dst, __m512i sum, int left)
{
	sum = _mm512_max_epi32(_mm512_srai_epi32(sum, RESIZE_HORIZONTAL_SHIFT), _mm512_setzero_si512());
	const __mmask16 mask = left >= RESIZE_GROUP ? 0xffff : (__mmask16)((1 << left) - 1);
	_mm512_mask_cvtusepi32_storeu_epi8(dst, mask, sum);
}

#endif
