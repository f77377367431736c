#include <string.h>
#include <libavutil/mastering_display_metadata.h>
#include "shim.h"

// Units of the messages in HEVC and of the boxes in fMP4, as parts of one.
enum { FG_CHROMATICITY = 50000, FG_LUMINANCE = 10000 };

static int64_t fg_units(AVRational v, int unit)
{
	return v.den ? av_rescale_rnd(v.num, unit, v.den, AV_ROUND_NEAR_INF) : 0;
}

// What a decoded frame says about the display, zero where it says nothing.
void fg_hdr_read(const AVFrame *f, fg_hdr *h)
{
	const AVFrameSideData *d = av_frame_get_side_data(f, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
	const AVFrameSideData *l = av_frame_get_side_data(f, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
	*h = (fg_hdr){0};
	if (d) {
		const AVMasteringDisplayMetadata *m = (const AVMasteringDisplayMetadata *)d->data;
		if (m->has_primaries)
			for (int k = 0; k < 2; k++) {
				for (int i = 0; i < 3; i++)
					h->primaries[i][k] = fg_units(m->display_primaries[i][k], FG_CHROMATICITY);
				h->white[k] = fg_units(m->white_point[k], FG_CHROMATICITY);
			}
		if (m->has_luminance) {
			h->max_luminance = fg_units(m->max_luminance, FG_LUMINANCE);
			h->min_luminance = fg_units(m->min_luminance, FG_LUMINANCE);
		}
	}
	if (l) {
		const AVContentLightMetadata *c = (const AVContentLightMetadata *)l->data;
		h->max_cll = c->MaxCLL;
		h->max_fall = c->MaxFALL;
	}
}

static void *fg_hdr_add(AVCodecContext *cc, enum AVFrameSideDataType type, size_t size)
{
	AVFrameSideData *d = av_frame_side_data_new(&cc->decoded_side_data, &cc->nb_decoded_side_data, type, size, 0);
	return d ? memset(d->data, 0, size) : NULL;
}

// Tells an encoder that is not open yet; libavcodec hands it on to muxers with the parameters of the stream.
int fg_hdr_write(AVCodecContext *cc, const fg_hdr *h)
{
	if (h->max_luminance > 0 || h->white[0] > 0) {
		AVMasteringDisplayMetadata *m = fg_hdr_add(cc, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, sizeof *m);
		if (!m)
			return AVERROR(ENOMEM);
		for (int k = 0; k < 2; k++) {
			for (int i = 0; i < 3; i++)
				m->display_primaries[i][k] = av_make_q(h->primaries[i][k], FG_CHROMATICITY);
			m->white_point[k] = av_make_q(h->white[k], FG_CHROMATICITY);
		}
		m->max_luminance = av_make_q(h->max_luminance, FG_LUMINANCE);
		m->min_luminance = av_make_q(h->min_luminance, FG_LUMINANCE);
		m->has_primaries = h->white[0] > 0;
		m->has_luminance = h->max_luminance > 0;
	}
	if (h->max_cll > 0 || h->max_fall > 0) {
		AVContentLightMetadata *c = fg_hdr_add(cc, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, sizeof *c);
		if (!c)
			return AVERROR(ENOMEM);
		c->MaxCLL = h->max_cll;
		c->MaxFALL = h->max_fall;
	}
	return 0;
}
