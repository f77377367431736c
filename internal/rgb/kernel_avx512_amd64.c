#include "planes_avx512_amd64.h"
#include "quads_amd64.h"

/* Quad k is loaded whole from 16 neighbouring pixels, so the four pixels of place k in lane l are number 4k+l of the
 * block: the 4x4 matrix of pixel groups lies transposed until the results are stored. */
INLINE __m512i transpose(__m512i groups)
{
	return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), groups);
}

/* Pixels 16k to 16k+15, four to a lane. 3-byte pixels are spread over the lanes first; the last quad is loaded so that
 * it ends where its pixels end. */
INLINE __m512i load_quad(const uint8_t *p, int step, int k)
{
	if (step == 4)
		return _mm512_loadu_si512(p + 64 * k);
	if (k < 3)
		return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10, 11, 12),
			_mm512_loadu_si512(p + 48 * k));
	return _mm512_permutexvar_epi32(_mm512_setr_epi32(3, 4, 5, 6, 6, 7, 8, 9, 9, 10, 11, 12, 12, 13, 14, 15),
		_mm512_loadu_si512(p + 128));
}

INLINE __m512i quad(const uint8_t *p, int step, int k)
{
	const __m512i order = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)rgb_quads[step - 3][k]));
	return _mm512_shuffle_epi8(load_quad(p, step, k), order);
}

INLINE channels split(const uint8_t *p, int step)
{
	const __m512i q0 = quad(p, step, 0), q1 = quad(p, step, 1), q2 = quad(p, step, 2), q3 = quad(p, step, 3);
	const __m512i q01 = _mm512_mask_blend_epi32(0xaaaa, q0, q1), q23 = _mm512_mask_blend_epi32(0xaaaa, q2, q3);
	const __m512i middle = _mm512_mask_blend_epi32(0x9999,
		_mm512_mask_blend_epi32(0x4444, q0, q1), _mm512_mask_blend_epi32(0x1111, q2, q3));
	return (channels){
		.first = _mm512_mask_blend_epi32(0xcccc, q01, q23),
		.middle = _mm512_shuffle_epi32(middle, _MM_SHUFFLE(0, 3, 2, 1)),
		.last = _mm512_shuffle_epi32(_mm512_mask_blend_epi32(0x3333, q01, q23), _MM_SHUFFLE(1, 0, 3, 2)),
	};
}

INLINE void store_chroma(const rgb_rows *r, int x, __m512i uv, int interleaved)
{
	if (interleaved) {
		_mm512_storeu_si512(r->u + x, transpose(uv));
		return;
	}
	/* A lane holds 4x2 bytes of U, then of V. The pairs are transposed like the groups they come from. */
	const __m512i apart = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15));
	const __m512i order = _mm512_set_epi16(
		31, 23, 15, 7, 30, 22, 14, 6, 29, 21, 13, 5, 28, 20, 12, 4,
		27, 19, 11, 3, 26, 18, 10, 2, 25, 17, 9, 1, 24, 16, 8, 0);
	store_planes(r, x, _mm512_permutexvar_epi16(order, _mm512_shuffle_epi8(uv, apart)));
}

INLINE void block(const rgb_rows *r, int x, int step, int interleaved, const constants *c)
{
	prefetch(r, x, step);
	const channels a = split(r->src[0] + (ptrdiff_t)x * step, step);
	_mm512_storeu_si512(r->y[0] + x, transpose(luma(a, c)));
	const channels b = split(r->src[1] + (ptrdiff_t)x * step, step);
	_mm512_storeu_si512(r->y[1] + x, transpose(luma(b, c)));
	store_chroma(r, x, chromas(a, b, c), interleaved);
}

/* The last block overlaps the one before it, so that no remainder is left but an odd column. */
INLINE int columns(const rgb_rows *r, const rgb_weights *w, int step, int interleaved, int width)
{
	const constants c = spread(w);
	const int even = width & ~1;
	for (int x = 0; x < even - BLOCK; x += BLOCK)
		block(r, x, step, interleaved, &c);
	block(r, even - BLOCK, step, interleaved, &c);
	return even;
}

/* Step and layout are constants in each call, so each becomes a loop without branches. */
AVX512 int rgb_colour_avx512(const rgb_rows *r, const rgb_weights *w, int step, int width)
{
	if (width < BLOCK)
		return rgb_colour_avx2(r, w, step, width);
	if (step == 3)
		return r->interleaved ? columns(r, w, 3, 1, width) : columns(r, w, 3, 0, width);
	return r->interleaved ? columns(r, w, 4, 1, width) : columns(r, w, 4, 0, width);
}

INLINE __m512i weigh_gray(__m512i high, __m512i weight)
{
	return _mm512_add_epi16(_mm512_mulhi_epu16(high, weight), _mm512_set1_epi16(RGB_LUMA_OFFSET));
}

INLINE __m512i gray_block(const uint8_t *p, int step, __m512i weight)
{
	const __m512i a = _mm512_loadu_si512(p);
	const __m512i even = weigh_gray(_mm512_slli_epi16(a, 8), weight);
	if (step == 1)
		return merge(even, weigh_gray(_mm512_and_si512(a, _mm512_set1_epi16((int16_t)0xff00)), weight));
	const __m512i b = _mm512_loadu_si512(p + BLOCK);
	const __m512i rest = weigh_gray(_mm512_slli_epi16(b, 8), weight);
	const __m512i lanes = _mm512_packus_epi16(_mm512_srli_epi16(even, 8), _mm512_srli_epi16(rest, 8));
	return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), lanes);
}

AVX512 int rgb_gray_avx512(const uint8_t *src, uint8_t *dst, const rgb_weights *w, int step, int width)
{
	const __m512i weight = _mm512_set1_epi16((int16_t)w->gray);
	if (width < BLOCK)
		return rgb_gray_avx2(src, dst, w, step, width);
	for (int x = 0; x < width - BLOCK; x += BLOCK)
		_mm512_storeu_si512(dst + x, gray_block(src + (ptrdiff_t)x * step, step, weight));
	const int x = width - BLOCK;
	_mm512_storeu_si512(dst + x, gray_block(src + (ptrdiff_t)x * step, step, weight));
	return width;
}
