#include "vectors_amd64.h"

INLINE __m512i words(const uint8_t *p)
{
	return _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)p));
}

INLINE void combine_block(int16_t *row, const uint8_t *src, ptrdiff_t stride, const int16_t *weights, int taps)
{
	__m512i low = _mm512_set1_epi32(1 << (RESIZE_VERTICAL_SHIFT - 1)), high = low;
	for (int k = 0; k < taps; k += 2) {
		const __m512i a = words(src + k * stride), b = words(src + (k + 1) * stride), w = pair(weights + k);
		low = _mm512_add_epi32(low, _mm512_madd_epi16(_mm512_unpacklo_epi16(a, b), w));
		high = _mm512_add_epi32(high, _mm512_madd_epi16(_mm512_unpackhi_epi16(a, b), w));
	}
	/* Unpacking and packing stay within the same lanes, so the order is the source's again. */
	_mm512_storeu_si512(row, _mm512_packs_epi32(_mm512_srai_epi32(low, RESIZE_VERTICAL_SHIFT),
						    _mm512_srai_epi32(high, RESIZE_VERTICAL_SHIFT)));
}

/* The rows that follow are fetched meanwhile: one output row's worth of source is too short a stretch for the CPU to see it coming. */
INLINE void combine_row(int16_t *row, const uint8_t *src, ptrdiff_t stride, const int16_t *weights, int taps, int width)
{
	const uint8_t *next = src + taps * stride;
	for (int x = 0; x < width; x += 32) {
		_mm_prefetch(next + 2 * x, _MM_HINT_T0);
		combine_block(row + x, src + x, stride, weights, taps);
	}
}

AVX512 void resize_combine_avx512(int16_t *row, const uint8_t *src, ptrdiff_t stride, const int16_t *weights, int taps, int width)
{
	/* The usual numbers of taps are unrolled by the compiler. */
	if (taps == 2)
		combine_row(row, src, stride, weights, 2, width);
	else if (taps == 6)
		combine_row(row, src, stride, weights, 6, width);
	else
		combine_row(row, src, stride, weights, taps, width);
}

AVX512 void resize_row_avx512(uint8_t *dst, ptrdiff_t ahead, const int16_t *row, const resize_groups *all, int taps, int width)
{
	/* Sample i's first tap goes into both halves of lane i; the second half then takes the tap after it. */
	const __m512i next = _mm512_set1_epi32(0x00010000), two = _mm512_set1_epi16(2);
	const int32_t *base = all->base;
	const int16_t *index = all->index, *spread = all->spread;
	for (int x = 0; x < width; x += RESIZE_GROUP, base++, index += RESIZE_GROUP) {
		__builtin_prefetch(dst + ahead + x, 1);
		const __m512i a = _mm512_loadu_si512(row + *base), b = _mm512_loadu_si512(row + *base + 32);
		const __m512i first = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)index));
		__m512i at = _mm512_add_epi16(_mm512_or_si512(first, _mm512_slli_epi32(first, 16)), next);
		__m512i sum = _mm512_set1_epi32(1 << (RESIZE_HORIZONTAL_SHIFT - 1));
		for (int k = 0; k < taps; k += 2, spread += 2 * RESIZE_GROUP) {
			const __m512i samples = _mm512_permutex2var_epi16(a, at, b);
			sum = _mm512_add_epi32(sum, _mm512_madd_epi16(samples, _mm512_loadu_si512(spread)));
			at = _mm512_add_epi16(at, two);
		}
		store_group(dst + x, sum, width - x);
	}
}
