#include "rgb.h"

#define INLINE static inline __attribute__((always_inline))

INLINE uint8_t luma(const uint8_t *p, const rgb_weights *w)
{
	const uint32_t sum = (p[0] * w->y[0] >> 8) + (p[1] * w->y[1] >> 8) + (p[2] * w->y[2] >> 8);
	return (uint8_t)((sum + RGB_LUMA_OFFSET) >> 8);
}

/* PMULHRSW and SQRDMULH, where no operand is -32768. */
INLINE int multiply_round(int a, int b)
{
	return (a * b + (1 << 14)) >> 15;
}

INLINE uint8_t chroma(int first, int last, const int16_t weight[2])
{
	return (uint8_t)((RGB_CHROMA_OFFSET + multiply_round(first, weight[0]) + multiply_round(last, weight[1])) >> 8);
}

/* Two columns, right being the distance to the second. */
INLINE void block(const rgb_rows *r, const rgb_weights *w, int step, int chroma_step, int x, int right)
{
	const uint8_t *a = r->src[0] + (ptrdiff_t)x * step, *b = a + right;
	const uint8_t *c = r->src[1] + (ptrdiff_t)x * step, *d = c + right;
	const int middle = a[1] + b[1] + c[1] + d[1];
	const int first = (a[0] + b[0] + c[0] + d[0] - middle) * RGB_SUM_SCALE;
	const int last = (a[2] + b[2] + c[2] + d[2] - middle) * RGB_SUM_SCALE;
	const uint8_t y[4] = {luma(a, w), luma(b, w), luma(c, w), luma(d, w)};

	r->y[0][x] = y[0];
	r->y[0][x + 1] = y[1];
	r->y[1][x] = y[2];
	r->y[1][x + 1] = y[3];
	r->u[x / 2 * chroma_step] = chroma(first, last, w->u);
	r->v[x / 2 * chroma_step] = chroma(first, last, w->v);
}

INLINE void columns(rgb_rows r, rgb_weights w, int step, int x, int width)
{
	const int chroma_step = r.interleaved ? 2 : 1;
	for (; x + 1 < width; x += 2)
		block(&r, &w, step, chroma_step, x, step);
	/* Without a right neighbour the last column stands for both. */
	if (x < width)
		block(&r, &w, step, chroma_step, x, 0);
}

/* By value: bytes are written through pointers that the compiler must else take for the rows' and weights' own. */
void rgb_colour_c(const rgb_rows *r, const rgb_weights *w, int step, int x, int width)
{
	if (step == 3)
		columns(*r, *w, 3, x, width);
	else
		columns(*r, *w, 4, x, width);
}

void rgb_gray_c(const uint8_t *restrict src, uint8_t *restrict dst, const rgb_weights *w, int step, int x, int width)
{
	const uint32_t weight = w->gray;
	for (; x < width; x++)
		dst[x] = (uint8_t)(((src[(ptrdiff_t)x * step] * weight >> 8) + RGB_LUMA_OFFSET) >> 8);
	if (width & 1)
		dst[width] = dst[width - 1];
}
