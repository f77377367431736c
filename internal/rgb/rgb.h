/* Packed 8-bit RGB and gray to 4:2:0. The arithmetic that every variant must reproduce bit for bit:
 *
 *   Y = ((first*y[0] >> 8) + (middle*y[1] >> 8) + (last*y[2] >> 8) + RGB_LUMA_OFFSET) >> 8
 *   U = (RGB_CHROMA_OFFSET + round(df*u[0]) + round(dl*u[1])) >> 8
 *
 * first, middle and last are the bytes of a pixel in memory order (B G R or R G B). df and dl are first-middle and
 * last-middle, summed over the 2x2 block and times 32, so that 15 bits are used; round(a*b) is (a*b + 2^14) >> 15.
 * Sums carry 8 fractional bits: enough for an error that is lost in the final rounding, few enough for 16-bit lanes,
 * which is what makes the kernels fast. Differences against green make gray exactly neutral. */
#ifndef FRAMEGEAR_RGB_H
#define FRAMEGEAR_RGB_H

#include <stddef.h>
#include <stdint.h>

/* Black is 16, and 128/256 rounds to nearest. Each of the three products loses half a unit on average. */
#define RGB_LUMA_OFFSET ((16 << 8) + 128 + 1)
#define RGB_CHROMA_OFFSET ((128 << 8) + 128)

/* Differences of a 2x2 block reach 4*255; times this they still fit 16 signed bits. */
#define RGB_SUM_SCALE 32

/* Matrix coefficients, already scaled to limited range, in units of 2^-16. */
typedef struct {
	uint16_t y[3];
	uint16_t gray; /* y[0]+y[1]+y[2] */
	int16_t u[2];  /* of first-middle and last-middle */
	int16_t v[2];
} rgb_weights;

/* Two source rows and the rows they become. For an odd last row both source rows are the same. */
typedef struct {
	const uint8_t *src[2];
	uint8_t *y[2];
	uint8_t *u, *v;
	int interleaved; /* NV12: v is u+1, samples lie two bytes apart */
	ptrdiff_t next;  /* from src to the two rows after these, for prefetching; 0 when there are none */
} rgb_rows;

/* What one call converts: rows y0 to y1 of the source, y0 even, y1 even or height. */
typedef struct {
	int width, height;
	int step; /* bytes per pixel: 1 gray, 2 gray and alpha, 3 or 4 colour */
	int interleaved;
	int y0, y1;
	ptrdiff_t src_stride, dst_stride[3];
	rgb_weights weights;
} rgb_job;

/* Kernels convert as many columns from the left as suits them, an even number unless all, and return how many; the
 * rest is done in plain C. No byte outside the rows is read or written. */
typedef int rgb_colour_kernel(const rgb_rows *rows, const rgb_weights *w, int step, int width);
typedef int rgb_gray_kernel(const uint8_t *src, uint8_t *dst, const rgb_weights *w, int step, int width);

rgb_colour_kernel rgb_colour_avx2, rgb_colour_avx512, rgb_colour_avx512vbmi, rgb_colour_neon;
rgb_gray_kernel rgb_gray_avx2, rgb_gray_avx512, rgb_gray_neon;

/* The plain C form of the same from column x to the end, the odd column's padding included. */
void rgb_colour_c(const rgb_rows *rows, const rgb_weights *w, int step, int x, int width);
void rgb_gray_c(const uint8_t *src, uint8_t *dst, const rgb_weights *w, int step, int x, int width);

/* Variant i of this build, slowest first, or NULL past the last one. */
const char *rgb_variant_name(int i);
/* Whether this CPU and its operating system can run variant i. */
int rgb_variant_usable(int i);

/* Converts with variant i. v is ignored when the job is interleaved. */
void rgb_convert(int i, const rgb_job *job, const uint8_t *src, uint8_t *y, uint8_t *u, uint8_t *v);

#endif
