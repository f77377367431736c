#include "rgb.h"

#include <string.h>

typedef struct {
	const char *name;
	int (*usable)(void);
	rgb_colour_kernel *colour; /* NULL: all of it in plain C */
	rgb_gray_kernel *gray;
} variant;

static int always(void)
{
	return 1;
}

#if defined(__x86_64__)
static int has_avx2(void)
{
	return __builtin_cpu_supports("avx2");
}

static int has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

static int has_avx512vbmi(void)
{
	return has_avx512() && __builtin_cpu_supports("avx512vbmi");
}
#endif

/* Slowest first: the last one that is usable is taken. */
static const variant variants[] = {
	{"c", always, NULL, NULL},
#if defined(__x86_64__)
	{"avx2", has_avx2, rgb_colour_avx2, rgb_gray_avx2},
	{"avx512", has_avx512, rgb_colour_avx512, rgb_gray_avx512},
	{"avx512vbmi", has_avx512vbmi, rgb_colour_avx512vbmi, rgb_gray_avx512},
#elif defined(__aarch64__)
	/* Advanced SIMD is part of the architecture. */
	{"neon", always, rgb_colour_neon, rgb_gray_neon},
#endif
};

const char *rgb_variant_name(int i)
{
	return i < (int)(sizeof variants / sizeof variants[0]) ? variants[i].name : NULL;
}

int rgb_variant_usable(int i)
{
	return variants[i].usable();
}

static void gray_pair(const variant *k, const rgb_job *job, const rgb_rows *r)
{
	const size_t chroma = ((size_t)job->width + 1) / 2;
	for (int i = 0; i < 2; i++) {
		int done = k->gray ? k->gray(r->src[i], r->y[i], &job->weights, job->step, job->width) : 0;
		rgb_gray_c(r->src[i], r->y[i], &job->weights, job->step, done, job->width);
	}
	memset(r->u, 128, job->interleaved ? 2 * chroma : chroma);
	if (!job->interleaved)
		memset(r->v, 128, chroma);
}

static void colour_pair(const variant *k, const rgb_job *job, const rgb_rows *r)
{
	int done = k->colour ? k->colour(r, &job->weights, job->step, job->width) : 0;
	rgb_colour_c(r, &job->weights, job->step, done, job->width);
}

/* Has the CPU look up where the pages of two rows are that come a while after these. A frame that was not looked at yet
 * lies in more pages than the CPU remembers, and a look-up takes longer than fetching rows ahead gives it. */
static void announce_pages(const rgb_job *job, const uint8_t *src, ptrdiff_t row)
{
	enum { PAGE = 4096, AHEAD = 16 * PAGE };
	const ptrdiff_t from = row * job->src_stride + AHEAD, to = from + 2 * job->src_stride;
	const ptrdiff_t end = job->y1 * job->src_stride;
	for (ptrdiff_t at = from; at < (to < end ? to : end); at += PAGE)
		__builtin_prefetch(src + at);
}

void rgb_convert(int i, const rgb_job *job, const uint8_t *src, uint8_t *y, uint8_t *u, uint8_t *v)
{
	for (ptrdiff_t row = job->y0; row < job->y1; row += 2) {
		const ptrdiff_t below = row + 1 < job->height ? row + 1 : row;
		rgb_rows r = {
			.src = {src + row * job->src_stride, src + below * job->src_stride},
			.y = {y + row * job->dst_stride[0], y + (row + 1) * job->dst_stride[0]},
			.u = u + row / 2 * job->dst_stride[1],
			.interleaved = job->interleaved,
			.next = row + 3 < job->y1 ? 2 * job->src_stride : 0,
		};
		announce_pages(job, src, row);
		r.v = job->interleaved ? r.u + 1 : v + row / 2 * job->dst_stride[2];
		if (job->step < 3)
			gray_pair(&variants[i], job, &r);
		else
			colour_pair(&variants[i], job, &r);
	}
}
