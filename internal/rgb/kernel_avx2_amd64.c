#include "quads_amd64.h"
#include "rgb.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline)) AVX2

enum { BLOCK = 32 };

/* One byte per pixel, in the order of the pixels. */
typedef struct {
	__m256i first, middle, last;
} channels;

typedef struct {
	__m256i y[3], u[2], v[2], scale, high;
} constants;

INLINE constants spread(const rgb_weights *w)
{
	return (constants){
		.y = {_mm256_set1_epi16(w->y[0]), _mm256_set1_epi16(w->y[1]), _mm256_set1_epi16(w->y[2])},
		.u = {_mm256_set1_epi16(w->u[0]), _mm256_set1_epi16(w->u[1])},
		.v = {_mm256_set1_epi16(w->v[0]), _mm256_set1_epi16(w->v[1])},
		.scale = _mm256_set1_epi8(RGB_SUM_SCALE),
		.high = _mm256_set1_epi16((int16_t)0xff00),
	};
}

/* Quad k of both lanes, sorted by channel. Lane 0 holds pixels 0 to 15, lane 1 pixels 16 to 31. */
INLINE __m256i quad(const uint8_t *p, int step, int k)
{
	const __m256i order = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)rgb_quads[step - 3][k]));
	p += step == 3 && k == 3 ? 32 : 4 * step * k;
	const __m256i low = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)p));
	const __m256i both = _mm256_inserti128_si256(low, _mm_loadu_si128((const __m128i *)(p + 16 * step)), 1);
	return _mm256_shuffle_epi8(both, order);
}

INLINE channels split(const uint8_t *p, int step)
{
	const __m256i q0 = quad(p, step, 0), q1 = quad(p, step, 1), q2 = quad(p, step, 2), q3 = quad(p, step, 3);
	const __m256i q01 = _mm256_blend_epi32(q0, q1, 0xaa), q23 = _mm256_blend_epi32(q2, q3, 0xaa);
	const __m256i middle = _mm256_blend_epi32(_mm256_blend_epi32(q0, q1, 0x44), _mm256_blend_epi32(q2, q3, 0x11), 0x99);
	return (channels){
		.first = _mm256_blend_epi32(q01, q23, 0xcc),
		.middle = _mm256_shuffle_epi32(middle, _MM_SHUFFLE(0, 3, 2, 1)),
		.last = _mm256_shuffle_epi32(_mm256_blend_epi32(q01, q23, 0x33), _MM_SHUFFLE(1, 0, 3, 2)),
	};
}

/* Of samples in the high bytes of 16-bit lanes; the results lie there too. */
INLINE __m256i weigh(__m256i first, __m256i middle, __m256i last, const constants *c)
{
	const __m256i a = _mm256_add_epi16(_mm256_mulhi_epu16(first, c->y[0]), _mm256_mulhi_epu16(middle, c->y[1]));
	const __m256i b = _mm256_add_epi16(_mm256_mulhi_epu16(last, c->y[2]), _mm256_set1_epi16(RGB_LUMA_OFFSET));
	return _mm256_add_epi16(a, b);
}

/* Even and odd pixels apart: a shift and a mask are cheaper than unpacking and packing. */
INLINE __m256i luma(channels p, const constants *c)
{
	const __m256i even = weigh(_mm256_slli_epi16(p.first, 8), _mm256_slli_epi16(p.middle, 8),
		_mm256_slli_epi16(p.last, 8), c);
	const __m256i odd = weigh(_mm256_and_si256(p.first, c->high), _mm256_and_si256(p.middle, c->high),
		_mm256_and_si256(p.last, c->high), c);
	return _mm256_or_si256(_mm256_srli_epi16(even, 8), _mm256_and_si256(odd, c->high));
}

INLINE __m256i sum4(__m256i above, __m256i below, const constants *c)
{
	return _mm256_add_epi16(_mm256_maddubs_epi16(above, c->scale), _mm256_maddubs_epi16(below, c->scale));
}

INLINE __m256i chroma(__m256i first, __m256i last, const __m256i weight[2])
{
	const __m256i sum = _mm256_add_epi16(_mm256_mulhrs_epi16(first, weight[0]), _mm256_mulhrs_epi16(last, weight[1]));
	return _mm256_add_epi16(sum, _mm256_set1_epi16((int16_t)RGB_CHROMA_OFFSET));
}

INLINE void store_chroma(const rgb_rows *r, int x, __m256i u, __m256i v, int interleaved, const constants *c)
{
	if (interleaved) {
		const __m256i uv = _mm256_or_si256(_mm256_srli_epi16(u, 8), _mm256_and_si256(v, c->high));
		_mm256_storeu_si256((__m256i *)(r->u + x), uv);
		return;
	}
	const __m256i lanes = _mm256_packus_epi16(_mm256_srli_epi16(u, 8), _mm256_srli_epi16(v, 8));
	const __m256i uv = _mm256_permute4x64_epi64(lanes, _MM_SHUFFLE(3, 1, 2, 0));
	_mm_storeu_si128((__m128i *)(r->u + x / 2), _mm256_castsi256_si128(uv));
	_mm_storeu_si128((__m128i *)(r->v + x / 2), _mm256_extracti128_si256(uv, 1));
}

/* The CPU's own prefetching stops at every page, which a row of HD crosses once or twice. */
INLINE void prefetch(const uint8_t *p, int step)
{
	for (int i = 0; i < BLOCK * step; i += 64)
		_mm_prefetch((const char *)p + i, _MM_HINT_T0);
}

INLINE void block(const rgb_rows *r, int x, int step, int interleaved, const constants *c)
{
	prefetch(r->src[0] + r->next + (ptrdiff_t)x * step, step);
	prefetch(r->src[1] + r->next + (ptrdiff_t)x * step, step);
	const channels a = split(r->src[0] + (ptrdiff_t)x * step, step);
	_mm256_storeu_si256((__m256i *)(r->y[0] + x), luma(a, c));
	const channels b = split(r->src[1] + (ptrdiff_t)x * step, step);
	_mm256_storeu_si256((__m256i *)(r->y[1] + x), luma(b, c));

	const __m256i middle = sum4(a.middle, b.middle, c);
	const __m256i first = _mm256_sub_epi16(sum4(a.first, b.first, c), middle);
	const __m256i last = _mm256_sub_epi16(sum4(a.last, b.last, c), middle);
	store_chroma(r, x, chroma(first, last, c->u), chroma(first, last, c->v), interleaved, c);
}

/* The last block overlaps the one before it, so that no remainder is left but an odd column. */
INLINE int columns(const rgb_rows *r, const rgb_weights *w, int step, int interleaved, int width)
{
	const constants c = spread(w);
	const int even = width & ~1;
	if (even < BLOCK)
		return 0;
	for (int x = 0; x < even - BLOCK; x += BLOCK)
		block(r, x, step, interleaved, &c);
	block(r, even - BLOCK, step, interleaved, &c);
	return even;
}

/* Step and layout are constants in each call, so each becomes a loop without branches. */
AVX2 int rgb_colour_avx2(const rgb_rows *r, const rgb_weights *w, int step, int width)
{
	if (step == 3)
		return r->interleaved ? columns(r, w, 3, 1, width) : columns(r, w, 3, 0, width);
	return r->interleaved ? columns(r, w, 4, 1, width) : columns(r, w, 4, 0, width);
}

INLINE __m256i weigh_gray(__m256i high, __m256i weight)
{
	return _mm256_add_epi16(_mm256_mulhi_epu16(high, weight), _mm256_set1_epi16(RGB_LUMA_OFFSET));
}

INLINE __m256i gray_block(const uint8_t *p, int step, __m256i weight)
{
	const __m256i a = _mm256_loadu_si256((const __m256i *)p);
	const __m256i high = _mm256_set1_epi16((int16_t)0xff00);
	const __m256i even = _mm256_srli_epi16(weigh_gray(_mm256_slli_epi16(a, 8), weight), 8);
	if (step == 1)
		return _mm256_or_si256(even, _mm256_and_si256(weigh_gray(_mm256_and_si256(a, high), weight), high));
	const __m256i b = _mm256_loadu_si256((const __m256i *)(p + BLOCK));
	const __m256i rest = _mm256_srli_epi16(weigh_gray(_mm256_slli_epi16(b, 8), weight), 8);
	return _mm256_permute4x64_epi64(_mm256_packus_epi16(even, rest), _MM_SHUFFLE(3, 1, 2, 0));
}

AVX2 int rgb_gray_avx2(const uint8_t *src, uint8_t *dst, const rgb_weights *w, int step, int width)
{
	const __m256i weight = _mm256_set1_epi16((int16_t)w->gray);
	if (width < BLOCK)
		return 0;
	for (int x = 0; x < width - BLOCK; x += BLOCK)
		_mm256_storeu_si256((__m256i *)(dst + x), gray_block(src + (ptrdiff_t)x * step, step, weight));
	const int x = width - BLOCK;
	_mm256_storeu_si256((__m256i *)(dst + x), gray_block(src + (ptrdiff_t)x * step, step, weight));
	return width;
}
