#include "rgb.h"

#include <arm_neon.h>

#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = 16 };

/* One byte per pixel, in the order of the pixels: LD3 and LD4 split the channels while loading. */
typedef struct {
	uint8x16_t first, middle, last;
} channels;

INLINE channels split(const uint8_t *p, int step)
{
	if (step == 3) {
		const uint8x16x3_t v = vld3q_u8(p);
		return (channels){v.val[0], v.val[1], v.val[2]};
	}
	const uint8x16x4_t v = vld4q_u8(p);
	return (channels){v.val[0], v.val[1], v.val[2]};
}

/* sum + (sample*weight >> 8), exact: the high and low byte of the weight apart, as there is no widening multiply that
 * keeps only the high half. */
INLINE uint16x8_t add_weighed(uint16x8_t sum, uint8x8_t sample, uint16_t weight)
{
	sum = vsraq_n_u16(sum, vmull_u8(sample, vdup_n_u8(weight & 0xff)), 8);
	return vmlal_u8(sum, sample, vdup_n_u8(weight >> 8));
}

INLINE uint8x8_t luma_half(uint8x8_t first, uint8x8_t middle, uint8x8_t last, const rgb_weights *w)
{
	uint16x8_t sum = add_weighed(vdupq_n_u16(RGB_LUMA_OFFSET), first, w->y[0]);
	sum = add_weighed(sum, middle, w->y[1]);
	return vshrn_n_u16(add_weighed(sum, last, w->y[2]), 8);
}

INLINE void store_luma(uint8_t *dst, channels p, const rgb_weights *w)
{
	const uint8x8_t low = luma_half(vget_low_u8(p.first), vget_low_u8(p.middle), vget_low_u8(p.last), w);
	const uint8x8_t high = luma_half(vget_high_u8(p.first), vget_high_u8(p.middle), vget_high_u8(p.last), w);
	vst1q_u8(dst, vcombine_u8(low, high));
}

INLINE int16x8_t sum4(uint8x16_t above, uint8x16_t below)
{
	return vreinterpretq_s16_u16(vpadalq_u8(vpaddlq_u8(above), below));
}

INLINE uint8x8_t chroma(int16x8_t first, int16x8_t last, const int16_t weight[2])
{
	const int16x8_t sum = vaddq_s16(vqrdmulhq_n_s16(first, weight[0]), vqrdmulhq_n_s16(last, weight[1]));
	return vshrn_n_u16(vaddq_u16(vreinterpretq_u16_s16(sum), vdupq_n_u16(RGB_CHROMA_OFFSET)), 8);
}

INLINE void block(const rgb_rows *r, int x, int step, int interleaved, const rgb_weights *w)
{
	const channels a = split(r->src[0] + (ptrdiff_t)x * step, step);
	const channels b = split(r->src[1] + (ptrdiff_t)x * step, step);
	store_luma(r->y[0] + x, a, w);
	store_luma(r->y[1] + x, b, w);

	const int16x8_t middle = sum4(a.middle, b.middle);
	const int16x8_t first = vmulq_n_s16(vsubq_s16(sum4(a.first, b.first), middle), RGB_SUM_SCALE);
	const int16x8_t last = vmulq_n_s16(vsubq_s16(sum4(a.last, b.last), middle), RGB_SUM_SCALE);
	const uint8x8x2_t uv = {{chroma(first, last, w->u), chroma(first, last, w->v)}};
	if (interleaved) {
		vst2_u8(r->u + x, uv);
		return;
	}
	vst1_u8(r->u + x / 2, uv.val[0]);
	vst1_u8(r->v + x / 2, uv.val[1]);
}

/* The last block overlaps the one before it, so that no remainder is left but an odd column. */
INLINE int columns(const rgb_rows *r, const rgb_weights *w, int step, int interleaved, int width)
{
	const int even = width & ~1;
	if (even < BLOCK)
		return 0;
	for (int x = 0; x < even - BLOCK; x += BLOCK)
		block(r, x, step, interleaved, w);
	block(r, even - BLOCK, step, interleaved, w);
	return even;
}

/* Step and layout are constants in each call, so each becomes a loop without branches. */
int rgb_colour_neon(const rgb_rows *r, const rgb_weights *w, int step, int width)
{
	if (step == 3)
		return r->interleaved ? columns(r, w, 3, 1, width) : columns(r, w, 3, 0, width);
	return r->interleaved ? columns(r, w, 4, 1, width) : columns(r, w, 4, 0, width);
}

INLINE void gray_block(const uint8_t *src, uint8_t *dst, int step, uint16_t weight)
{
	const uint8x16_t g = step == 1 ? vld1q_u8(src) : vld2q_u8(src).val[0];
	const uint16x8_t offset = vdupq_n_u16(RGB_LUMA_OFFSET);
	const uint8x8_t low = vshrn_n_u16(add_weighed(offset, vget_low_u8(g), weight), 8);
	const uint8x8_t high = vshrn_n_u16(add_weighed(offset, vget_high_u8(g), weight), 8);
	vst1q_u8(dst, vcombine_u8(low, high));
}

int rgb_gray_neon(const uint8_t *src, uint8_t *dst, const rgb_weights *w, int step, int width)
{
	if (width < BLOCK)
		return 0;
	for (int x = 0; x < width - BLOCK; x += BLOCK)
		gray_block(src + (ptrdiff_t)x * step, dst + x, step, w->gray);
	const int x = width - BLOCK;
	gray_block(src + (ptrdiff_t)x * step, dst + x, step, w->gray);
	return width;
}
