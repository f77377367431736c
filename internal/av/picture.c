#include <string.h>
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
