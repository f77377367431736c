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

int fg_packet_set(AVPacket *p, const uint8_t *data, int size)
{
	int ret = av_new_packet(p, size);
	if (ret < 0)
		return ret;
	memcpy(p->data, data, size);
	return 0;
}
