#include "planes_avx512_amd64.h"

/* 3-byte pixels where a permutation moves bytes across the whole register (AVX-512 VBMI). 64 of them are three
 * registers, and since 64 is 1 modulo 3 a place holds another channel in each of the three. So all bytes of a channel
 * fit into one register by blends alone, and one permutation puts them in the order of the pixels. */
#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi,prfchw")))
#define VBMI_INLINE static inline __attribute__((always_inline)) VBMI

/* The places 0, 3, 6, ... of a register, and the ones after those. */
#define THIRDS0 0x9249249249249249
#define THIRDS1 0x2492492492492492
#define THIRDS2 0x4924924924924924

#define FOUR(of, n) of(n), of(n + 1), of(n + 2), of(n + 3)
#define SIXTEEN(of, n) FOUR(of, n), FOUR(of, n + 4), FOUR(of, n + 8), FOUR(of, n + 12)
#define EACH(of) {SIXTEEN(of, 0), SIXTEEN(of, 16), SIXTEEN(of, 32), SIXTEEN(of, 48)}

/* Where pixel n's bytes are, and sample n of U, then of V. */
#define FIRST(n) (3 * (n) % 64)
#define MIDDLE(n) ((3 * (n) + 1) % 64)
#define LAST(n) ((3 * (n) + 2) % 64)
#define PLANE(n) (2 * ((n) % 32) + (n) / 32)

typedef uint8_t places[64] __attribute__((aligned(64)));

static const places first_places = EACH(FIRST), middle_places = EACH(MIDDLE), last_places = EACH(LAST);
static const places plane_places = EACH(PLANE);

VBMI_INLINE __m512i take(__m512i bytes, const uint8_t *places)
{
	return _mm512_permutexvar_epi8(_mm512_load_si512(places), bytes);
}

INLINE __m512i gather(__m512i a, __mmask64 of_b, __m512i b, __mmask64 of_c, __m512i c)
{
	return _mm512_mask_mov_epi8(_mm512_mask_mov_epi8(a, of_b, b), of_c, c);
}

VBMI_INLINE channels split(const uint8_t *p)
{
	const __m512i a = _mm512_loadu_si512(p), b = _mm512_loadu_si512(p + 64), c = _mm512_loadu_si512(p + 128);
	return (channels){
		.first = take(gather(a, THIRDS2, b, THIRDS1, c), first_places),
		.middle = take(gather(a, THIRDS0, b, THIRDS2, c), middle_places),
		.last = take(gather(a, THIRDS1, b, THIRDS0, c), last_places),
	};
}

VBMI_INLINE void block(const rgb_rows *r, int x, int interleaved, const constants *c)
{
	prefetch(r, x, 3);
	const channels a = split(r->src[0] + (ptrdiff_t)x * 3);
	_mm512_storeu_si512(r->y[0] + x, luma(a, c));
	const channels b = split(r->src[1] + (ptrdiff_t)x * 3);
	_mm512_storeu_si512(r->y[1] + x, luma(b, c));
	const __m512i uv = chromas(a, b, c);
	if (interleaved)
		_mm512_storeu_si512(r->u + x, uv);
	else
		store_planes(r, x, take(uv, plane_places));
}

/* The last block overlaps the one before it, so that no remainder is left but an odd column. */
VBMI_INLINE int columns(const rgb_rows *r, const rgb_weights *w, int interleaved, int width)
{
	const constants c = spread(w);
	const int even = width & ~1;
	for (int x = 0; x < even - BLOCK; x += BLOCK)
		block(r, x, interleaved, &c);
	block(r, even - BLOCK, interleaved, &c);
	return even;
}

VBMI int rgb_colour_avx512vbmi(const rgb_rows *r, const rgb_weights *w, int step, int width)
{
	if (step != 3 || width < BLOCK)
		return rgb_colour_avx512(r, w, step, width);
	return r->interleaved ? columns(r, w, 1, width) : columns(r, w, 0, width);
}
