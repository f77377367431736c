/* What the kernels for AVX-512 have in common: everything but how pixels come apart and in which order they lie then. */
#ifndef FRAMEGEAR_PLANES_AVX512_H
#define FRAMEGEAR_PLANES_AVX512_H

#include "rgb.h"

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,prfchw")))
#define INLINE static inline __attribute__((always_inline)) AVX512

enum { BLOCK = 64 };

/* One byte per pixel. The order is the kernel's, but the two pixels of a chroma sample share a 16-bit lane. */
typedef struct {
	__m512i first, middle, last;
} channels;

typedef struct {
	__m512i y[3], u[2], v[2], scale, high;
} constants;

INLINE constants spread(const rgb_weights *w)
{
	return (constants){
		.y = {_mm512_set1_epi16(w->y[0]), _mm512_set1_epi16(w->y[1]), _mm512_set1_epi16(w->y[2])},
		.u = {_mm512_set1_epi16(w->u[0]), _mm512_set1_epi16(w->u[1])},
		.v = {_mm512_set1_epi16(w->v[0]), _mm512_set1_epi16(w->v[1])},
		.scale = _mm512_set1_epi8(RGB_SUM_SCALE),
		.high = _mm512_set1_epi16((int16_t)0xff00),
	};
}

/* Of samples in the high bytes of 16-bit lanes; the results lie there too. */
INLINE __m512i weigh(__m512i first, __m512i middle, __m512i last, const constants *c)
{
	const __m512i a = _mm512_add_epi16(_mm512_mulhi_epu16(first, c->y[0]), _mm512_mulhi_epu16(middle, c->y[1]));
	const __m512i b = _mm512_add_epi16(_mm512_mulhi_epu16(last, c->y[2]), _mm512_set1_epi16(RGB_LUMA_OFFSET));
	return _mm512_add_epi16(a, b);
}

/* The high bytes of even as low bytes, under the high bytes of odd. */
INLINE __m512i merge(__m512i even, __m512i odd)
{
	return _mm512_mask_blend_epi8(0xaaaaaaaaaaaaaaaa, _mm512_srli_epi16(even, 8), odd);
}

/* Even and odd pixels apart: a shift and a mask are cheaper than unpacking and packing. */
INLINE __m512i luma(channels p, const constants *c)
{
	const __m512i even = weigh(_mm512_slli_epi16(p.first, 8), _mm512_slli_epi16(p.middle, 8),
		_mm512_slli_epi16(p.last, 8), c);
	const __m512i odd = weigh(_mm512_and_si512(p.first, c->high), _mm512_and_si512(p.middle, c->high),
		_mm512_and_si512(p.last, c->high), c);
	return merge(even, odd);
}

INLINE __m512i sum4(__m512i above, __m512i below, const constants *c)
{
	return _mm512_add_epi16(_mm512_maddubs_epi16(above, c->scale), _mm512_maddubs_epi16(below, c->scale));
}

INLINE __m512i chroma(__m512i first, __m512i last, const __m512i weight[2])
{
	const __m512i sum = _mm512_add_epi16(_mm512_mulhrs_epi16(first, weight[0]), _mm512_mulhrs_epi16(last, weight[1]));
	return _mm512_add_epi16(sum, _mm512_set1_epi16((int16_t)RGB_CHROMA_OFFSET));
}

/* U under V of two rows, in the order of the pixels' pairs. */
INLINE __m512i chromas(channels a, channels b, const constants *c)
{
	const __m512i middle = sum4(a.middle, b.middle, c);
	const __m512i first = _mm512_sub_epi16(sum4(a.first, b.first, c), middle);
	const __m512i last = _mm512_sub_epi16(sum4(a.last, b.last, c), middle);
	return merge(chroma(first, last, c->u), chroma(first, last, c->v));
}

/* All of U in the first half, of V in the second. */
INLINE void store_planes(const rgb_rows *r, int x, __m512i uv)
{
	_mm256_storeu_si256((__m256i *)(r->u + x / 2), _mm512_castsi512_si256(uv));
	_mm256_storeu_si256((__m256i *)(r->v + x / 2), _mm512_extracti64x4_epi64(uv, 1));
}

/* The CPU's own prefetching stops at every page, which a row of HD crosses once or twice. What is going to be written is fetched two pairs of
 * rows ahead, to be written: the picture that was there before was last read by an encoder on another core, and without that each
 * store would wait until the line has been taken from it. */
INLINE void prefetch(const rgb_rows *r, int x, int step)
{
	const ptrdiff_t at = r->next + (ptrdiff_t)x * step, below = r->y[1] - r->y[0];
	for (int i = 0; i < BLOCK * step; i += 64) {
		_mm_prefetch((const char *)r->src[0] + at + i, _MM_HINT_T0);
		_mm_prefetch((const char *)r->src[1] + at + i, _MM_HINT_T0);
	}
	__builtin_prefetch(r->y[0] + 4 * below + x, 1, 3);
	__builtin_prefetch(r->y[1] + 4 * below + x, 1, 3);
	if (r->interleaved) {
		__builtin_prefetch(r->u + 2 * below + x, 1, 3);
	} else {
		__builtin_prefetch(r->u + below + x / 2, 1, 3);
		__builtin_prefetch(r->v + below + x / 2, 1, 3);
	}
}

#endif
