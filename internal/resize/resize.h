/* Smaller 8-bit planes. The arithmetic that all kernels reproduce bit for bit, with weights in units of 2^-14:
 *
 *   row[x] = (sum of rows * weights + 2^7) >> 8     six fractional bits
 *   out[x] = (sum of row  * weights + 2^19) >> 20   clipped to 0..255
 */
#ifndef FRAMEGEAR_RESIZE_H
#define FRAMEGEAR_RESIZE_H

#include <stddef.h>
#include <stdint.h>

enum { RESIZE_GROUP = 16, RESIZE_VERTICAL_SHIFT = 8, RESIZE_HORIZONTAL_SHIFT = 20, RESIZE_MOST_TAPS = 8 };

typedef struct {
	int src_width, dst_width, dst_height;
	int htaps, vtaps; /* even */
} resize_job;

/* How rows are made. */
enum { RESIZE_C, RESIZE_AVX512, RESIZE_VNNI };

/* The last of these that this CPU has. */
int resize_best(void);

/* The horizontal tables of the vector kernels, for each group of samples. */
typedef struct {
	const int32_t *base;  /* the first source sample */
	const int16_t *index; /* where each sample's first tap is, counted from base */
	const uint8_t *bytes; /* the same for each byte of the first two taps; NULL where a group needs two registers or more than RESIZE_MOST_TAPS */
	const uint8_t *fresh; /* whether index and spread differ from those of the group before */
	const int16_t *spread; /* weights: for each two taps, two for each sample */
} resize_groups;

/* Makes the rows from y0 up to y1. row has room for src_width and 128 samples more. */
void resize_plane(resize_job job, int y0, int y1, int kernel, const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride,
		  int16_t *row, const int32_t *vfirst, const int16_t *vweights, const int32_t *hfirst, const int16_t *hweights,
		  const int32_t *base, const int16_t *index, const uint8_t *bytes, const uint8_t *fresh, const int16_t *spread);

typedef void resize_combine(int16_t *row, const uint8_t *src, ptrdiff_t stride, const int16_t *weights, int taps, int width);
resize_combine resize_combine_avx512, resize_combine_vnni;

/* What lies ahead bytes after dst is going to be written soon, and is taken from the core that read it last. */
typedef void resize_row(uint8_t *dst, ptrdiff_t ahead, const int16_t *row, const resize_groups *all, int taps, int width);
resize_row resize_row_avx512, resize_row_vnni;

#endif
