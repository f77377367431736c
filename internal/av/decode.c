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

// Of what cannot be decrypted libav says so beside the packet.
int fg_packet_encrypted(const AVPacket *p)
{
	return av_packet_get_side_data(p, AV_PKT_DATA_ENCRYPTION_INFO, NULL) != NULL;
}

// Returns the index of the first group of streams that are the tiles of one picture, -1 for none.
int fg_tile_grid(const AVFormatContext *s)
{
	for (unsigned i = 0; i < s->nb_stream_groups; i++)
		if (s->stream_groups[i]->type == AV_STREAM_GROUP_PARAMS_TILE_GRID)
			return (int)i;
	return -1;
}
