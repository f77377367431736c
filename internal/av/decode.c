#include "shim.h"

int fg_decode_send(AVCodecContext *cc, const AVPacket *p) { return avcodec_send_packet(cc, p); }

// Receives a frame whose pts is the decoder's best guess.
int fg_decode_receive(AVCodecContext *cc, AVFrame *f)
{
	int ret = avcodec_receive_frame(cc, f);
	if (ret >= 0 && f->pts == AV_NOPTS_VALUE)
		f->pts = f->best_effort_timestamp;
	return ret;
}
