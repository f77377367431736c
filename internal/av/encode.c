#include <string.h>
#include "shim.h"

// Tells which blocks of 16x16 samples have changed since the picture before, as a rectangle for each run of them.
static int fg_encode_hint(AVFrame *f, const uint8_t *changed, int cols, int rows)
{
	size_t runs = 0;
	for (int i = 0; i < cols * rows; i++)
		runs += changed[i] && (i % cols == 0 || !changed[i - 1]);
	AVVideoHint *hint = av_video_hint_create_side_data(f, runs);
	if (!hint)
		return AVERROR(ENOMEM);
	hint->type = AV_VIDEO_HINT_TYPE_CHANGED;
	AVVideoRect *rect = av_video_hint_rects(hint);
	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < cols; x++) {
			const int first = x;
			while (x < cols && changed[y * cols + x])
				x++;
			if (x > first)
				*rect++ = (AVVideoRect){.x = 16 * first, .y = 16 * y, .width = 16 * (x - first), .height = 16};
		}
	}
	return 0;
}

// Sends a reference to src with its own time and picture type: the same picture goes to several encoders. changed may be NULL; with it
// the picture is a P picture, since x264 takes the hint only where a picture refers to the one before it.
int fg_encode_send(AVCodecContext *cc, AVFrame *scratch, const AVFrame *src, int64_t pts, int64_t duration, int key,
		   const uint8_t *changed, int cols, int rows)
{
	int ret;
	if (!src)
		return avcodec_send_frame(cc, NULL);
	ret = av_frame_ref(scratch, src);
	if (ret < 0)
		return ret;
	scratch->pts = pts;
	scratch->duration = duration;
	scratch->time_base = cc->time_base;
	scratch->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
	if (key)
		scratch->flags |= AV_FRAME_FLAG_KEY;
	else
		scratch->flags &= ~AV_FRAME_FLAG_KEY;
	if (changed) {
		scratch->pict_type = AV_PICTURE_TYPE_P;
		ret = fg_encode_hint(scratch, changed, cols, rows);
	}
	if (ret >= 0)
		ret = avcodec_send_frame(cc, scratch);
	av_frame_unref(scratch);
	return ret;
}

// Brings an encoder to its end and throws away what comes out. state 0: it never saw a picture, and is given a black one, since the end
// of nothing does not come either; 1: pictures are inside; 2: the drain has begun.
void fg_encode_end(AVCodecContext *cc, AVFrame *scratch, int state)
{
	AVPacket *p = av_packet_alloc();
	if (!p)
		return;
	if (state == 0) {
		scratch->format = cc->pix_fmt;
		scratch->width = cc->width;
		scratch->height = cc->height;
		scratch->pts = 0;
		if (av_frame_get_buffer(scratch, 0) < 0)
			goto end;
		for (int i = 0; i < AV_NUM_DATA_POINTERS && scratch->buf[i]; i++)
			memset(scratch->buf[i]->data, 0, scratch->buf[i]->size);
		if (avcodec_send_frame(cc, scratch) < 0)
			goto end;
		av_frame_unref(scratch);
	}
	if (state < 2 && avcodec_send_frame(cc, NULL) < 0)
		goto end;
	while (avcodec_receive_packet(cc, p) >= 0)
		av_packet_unref(p);
end:
	av_frame_unref(scratch);
	av_packet_free(&p);
}

int fg_packet_set(AVPacket *p, const uint8_t *data, int size)
{
	int ret = av_new_packet(p, size);
	if (ret < 0)
		return ret;
	memcpy(p->data, data, size);
	return 0;
}

// The statistics that encoders add begin with the quality in units of FF_QP2LAMBDA, little-endian.
int fg_packet_quantizer(const AVPacket *p)
{
	size_t size;
	const uint8_t *stats = av_packet_get_side_data(p, AV_PKT_DATA_QUALITY_STATS, &size);
	return stats && size >= 4 ? (int)(AV_RL32(stats) / FF_QP2LAMBDA) : -1;
}
