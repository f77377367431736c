#define _GNU_SOURCE // for MADV_HUGEPAGE
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "shim.h"

enum { FG_ALIGN = 64, FG_MARGIN = 64 };

static int fg_layout(enum AVPixelFormat fmt, int w, int h, int linesize[4], size_t sizes[4])
{
	ptrdiff_t strides[4];
	int ret = av_image_fill_linesizes(linesize, fmt, FFALIGN(w, FG_ALIGN));
	if (ret < 0)
		return ret;
	for (int i = 0; i < 4; i++) {
		linesize[i] = FFALIGN(linesize[i], FG_ALIGN);
		strides[i] = linesize[i];
	}
	return av_image_fill_plane_sizes(sizes, fmt, FFALIGN(h, 2), strides);
}

// The bytes one picture needs. The margin behind each plane lets vector code read past the last row.
int fg_picture_size(enum AVPixelFormat fmt, int w, int h)
{
	int linesize[4];
	size_t sizes[4], total = 0;
	int ret = fg_layout(fmt, w, h, linesize, sizes);
	if (ret < 0)
		return ret;
	for (int i = 0; i < 4; i++)
		total += sizes[i] ? sizes[i] + FG_MARGIN : 0;
	return total > INT32_MAX ? AVERROR(ENOMEM) : (int)total;
}

#ifdef __linux__
static void fg_unmap(void *opaque, uint8_t *data)
{
	munmap(data, (size_t)(uintptr_t)opaque);
}

// Memory for a large picture, in huge pages as far as it fills them: the first use of a small page costs as much as converting into a
// dozen of them.
static AVBufferRef *fg_map(size_t size)
{
	const size_t huge = 2 << 20, all = FFALIGN(size, 4096);
	uint8_t *p = mmap(NULL, all + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	uint8_t *start = (uint8_t *)FFALIGN((uintptr_t)p, huge);
	if (start > p)
		munmap(p, start - p);
	munmap(start + all, p + huge - start);
	madvise(start, all, MADV_HUGEPAGE);
	AVBufferRef *b = av_buffer_create(start, size, fg_unmap, (void *)(uintptr_t)all, 0);
	if (!b)
		munmap(start, all);
	return b;
}
#else
static AVBufferRef *fg_map(size_t size)
{
	return NULL;
}
#endif

static AVBufferRef *fg_picture_alloc(size_t size)
{
	AVBufferRef *b = size >= 2 << 20 ? fg_map(size) : NULL;
	return b ? b : av_buffer_alloc(size);
}

AVBufferPool *fg_picture_pool(int size)
{
	return av_buffer_pool_init(size, fg_picture_alloc);
}

int fg_picture_get(AVBufferPool *pool, AVFrame *f, enum AVPixelFormat fmt, int w, int h)
{
	size_t sizes[4];
	int ret = fg_layout(fmt, w, h, f->linesize, sizes);
	if (ret < 0)
		return ret;
	f->buf[0] = av_buffer_pool_get(pool);
	if (!f->buf[0])
		return AVERROR(ENOMEM);
	uint8_t *p = f->buf[0]->data;
	for (int i = 0; i < 4 && sizes[i]; i++) {
		f->data[i] = p;
		p += sizes[i] + FG_MARGIN;
	}
	f->extended_data = f->data;
	f->format = fmt;
	f->width = w;
	f->height = h;
	return 0;
}

void fg_picture_color(AVFrame *f, int space, int range, int primaries, int transfer)
{
	f->colorspace = space;
	f->color_range = range;
	f->color_primaries = primaries;
	f->color_trc = transfer;
	f->chroma_location = AVCHROMA_LOC_LEFT;
}

int fg_picture_black(AVFrame *f)
{
	const ptrdiff_t strides[4] = {f->linesize[0], f->linesize[1], f->linesize[2], f->linesize[3]};
	return av_image_fill_black(f->data, strides, f->format, f->color_range, f->width, f->height);
}

// Repeats the last column and row of the first plane so that a w by h picture fills its even-sized frame.
// Chroma planes round up already, so their last sample covers the padding.
void fg_picture_pad(AVFrame *f, int w, int h, int bytes)
{
	if (f->width > w) {
		for (int y = 0; y < h; y++) {
			uint8_t *end = f->data[0] + (ptrdiff_t)y * f->linesize[0] + (ptrdiff_t)w * bytes;
			memcpy(end, end - bytes, bytes);
		}
	}
	if (f->height > h)
		memcpy(f->data[0] + (ptrdiff_t)h * f->linesize[0], f->data[0] + (ptrdiff_t)(h - 1) * f->linesize[0],
		       (size_t)f->width * bytes);
}

void fg_copy_plane(uint8_t *dst, int dst_stride, const uint8_t *src, int src_stride, int bytes, int rows)
{
	av_image_copy_plane(dst, dst_stride, src, src_stride, bytes, rows);
}
