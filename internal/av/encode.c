#include <string.h>
#include "shim.h"

// Sends a reference to src with its own time and picture type: the same picture goes to several encoders.
int fg_encode_send(AVCodecContext *cc, AVFrame *scratch, const AVFrame *src, int64_t pts, int64_t duration, int key)
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
