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

// Planes are separate arguments, not an array: cgo then keeps each of them in place for the call by itself.
int fg_scale_user(SwsContext *c, AVFrame *dst, int rows, const uint8_t *p0, const uint8_t *p1, const uint8_t *p2,
		  const uint8_t *p3, int s0, int s1, int s2, int s3)
{
	const uint8_t *data[4] = {p0, p1, p2, p3};
	int strides[4] = {s0, s1, s2, s3};
	return sws_scale(c, data, strides, 0, rows, dst->data, dst->linesize);
}

int fg_scale_frame(SwsContext *c, AVFrame *dst, const AVFrame *src)
{
	return sws_scale(c, (const uint8_t *const *)src->data, src->linesize, 0, c->src_h, dst->data, dst->linesize);
}
