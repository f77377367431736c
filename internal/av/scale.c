#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "shim.h"

int fg_scale_new(const fg_scale_spec *s, SwsContext **out)
{
	SwsContext *c = sws_alloc_context();
	if (!c)
		return AVERROR(ENOMEM);
	c->src_w = s->src_w;
	c->src_h = s->src_h;
	c->src_format = s->src_fmt;
	c->src_range = s->src_full;
	c->dst_w = s->dst_w;
	c->dst_h = s->dst_h;
	c->dst_format = s->dst_fmt;
	c->dst_range = s->dst_full;
	c->flags = s->flags;
	c->dither = s->dither;
	c->threads = s->threads;
	// Left-sited chroma on both sides: what H.264, HEVC and AV1 mean when the stream does not say otherwise.
	c->src_h_chr_pos = c->dst_h_chr_pos = -513;
	c->src_v_chr_pos = c->dst_v_chr_pos = -513;
	int ret = sws_setColorspaceDetails(c, sws_getCoefficients(s->src_matrix), s->src_full,
					   sws_getCoefficients(s->dst_matrix), s->dst_full, 0, 1 << 16, 1 << 16);
	(void)ret; // -1 only says that no conversion of ranges is needed for these formats
	ret = sws_init_context(c, NULL, NULL);
	if (ret < 0) {
		sws_freeContext(c);
		return ret;
	}
	*out = c;
	return 0;
}

// Vector code reads whole vectors, several at a time: so many bytes have to follow a plane that swscale is given.
enum { FG_BEHIND = 256 };

// Makes room for the copy of the last rows of frames: so many that FG_BEHIND bytes of them follow what is read in place, in
// every plane.
int fg_tail_new(fg_tail *t, int fmt, int w, int h)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(fmt);
	int rows = 2;
	size_t size = 0;
	*t = (fg_tail){.planes = av_pix_fmt_count_planes(fmt), .height = h};
	for (int i = 0; i < t->planes; i++) {
		t->bytes[i] = av_image_get_linesize(fmt, w, i);
		if (t->bytes[i] <= 0)
			return AVERROR(EINVAL);
		t->shift[i] = i == 1 || i == 2 ? d->log2_chroma_h : 0;
		rows = FFMAX(rows, (FG_BEHIND + t->bytes[i] - 1) / t->bytes[i] << t->shift[i]);
	}
	// Slices begin at even rows; where swscale dithers also at one of its pattern's first rows, so that the pattern goes on.
	t->first = FFMAX(h - rows, 0) & ~(d->comp[0].depth > 8 ? 15 : 1);
	for (int i = 0; i < t->planes; i++) {
		t->rows[i] = AV_CEIL_RSHIFT(h, t->shift[i]) - (t->first >> t->shift[i]);
		t->stride[i] = FFALIGN(t->bytes[i], 64);
		size += (size_t)t->stride[i] * t->rows[i] + FG_BEHIND;
	}
	t->memory = av_mallocz(size);
	if (!t->memory)
		return AVERROR(ENOMEM);
	uint8_t *p = t->memory;
	for (int i = 0; i < t->planes; i++) {
		t->data[i] = p;
		p += (size_t)t->stride[i] * t->rows[i] + FG_BEHIND;
	}
	return 0;
}

void fg_tail_free(fg_tail *t) { av_freep(&t->memory); }

// Scales a frame of the caller, of which nothing is read behind its last byte: the last rows are read from a copy.
// Planes are separate arguments, not an array: cgo then keeps each of them in place for the call by itself.
int fg_scale_user(SwsContext *c, const fg_tail *t, AVFrame *dst, const uint8_t *p0, const uint8_t *p1, const uint8_t *p2,
		  const uint8_t *p3, int s0, int s1, int s2, int s3)
{
	const uint8_t *data[4] = {p0, p1, p2, p3};
	int strides[4] = {s0, s1, s2, s3};
	if (t->first > 0) {
		int ret = sws_scale(c, data, strides, 0, t->first, dst->data, dst->linesize);
		if (ret < 0)
			return ret;
	}
	for (int i = 0; i < t->planes; i++)
		av_image_copy_plane(t->data[i], t->stride[i], data[i] + (ptrdiff_t)(t->first >> t->shift[i]) * strides[i], strides[i],
				    t->bytes[i], t->rows[i]);
	return sws_scale(c, (const uint8_t *const *)t->data, t->stride, t->first, t->height - t->first, dst->data, dst->linesize);
}

int fg_scale_frame(SwsContext *c, AVFrame *dst, const AVFrame *src)
{
	return sws_scale(c, (const uint8_t *const *)src->data, src->linesize, 0, c->src_h, dst->data, dst->linesize);
}
