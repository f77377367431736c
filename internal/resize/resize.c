#include "resize.h"

int resize_best(void)
{
#if defined(__x86_64__)
	if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw"))
		return RESIZE_C;
	return __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni") ? RESIZE_VNNI : RESIZE_AVX512;
#else
	return RESIZE_C;
#endif
}

static void combine(int16_t *row, const uint8_t *src, ptrdiff_t stride, const int16_t *weights, int taps, int width)
{
	for (int x = 0; x < width; x++) {
		int sum = 1 << (RESIZE_VERTICAL_SHIFT - 1);
		for (int k = 0; k < taps; k++)
			sum += src[k * stride + x] * weights[k];
		row[x] = (int16_t)(sum >> RESIZE_VERTICAL_SHIFT);
	}
}

static void row_c(uint8_t *dst, const int16_t *row, const int32_t *first, const int16_t *weights, int taps, int width)
{
	for (int x = 0; x < width; x++) {
		int sum = 1 << (RESIZE_HORIZONTAL_SHIFT - 1);
		for (int k = 0; k < taps; k++)
			sum += row[first[x] + k] * weights[x * taps + k];
		sum >>= RESIZE_HORIZONTAL_SHIFT;
		dst[x] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
	}
}

void resize_plane(resize_job job, int y0, int y1, int kernel, const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride,
		  int16_t *row, const int32_t *vfirst, const int16_t *vweights, const int32_t *hfirst, const int16_t *hweights,
		  const int32_t *base, const int16_t *index, const uint8_t *bytes, const uint8_t *fresh, const int16_t *spread)
{
#if defined(__x86_64__)
	const resize_groups all = {base, index, bytes, fresh, spread};
	resize_combine *rows = kernel == RESIZE_VNNI ? resize_combine_vnni : resize_combine_avx512;
	resize_row *samples = kernel == RESIZE_VNNI && bytes ? resize_row_vnni : resize_row_avx512;
#endif
	dst += y0 * dst_stride;
	for (int y = y0; y < y1; y++, dst += dst_stride) {
		const uint8_t *top = src + vfirst[y] * src_stride;
		const int16_t *weights = vweights + y * job.vtaps;
#if defined(__x86_64__)
		if (kernel != RESIZE_C) {
			rows(row, top, src_stride, weights, job.vtaps, job.src_width);
			samples(dst, 2 * dst_stride, row, &all, job.htaps, job.dst_width);
			continue;
		}
#endif
		combine(row, top, src_stride, weights, job.vtaps, job.src_width);
		row_c(dst, row, hfirst, hweights, job.htaps, job.dst_width);
	}
}
