#include <libavcodec/bsf.h>
#include "shim.h"

// One packet in, one packet out: only for filters that change packets in place.
int fg_bitstream_new(const char *spec, const AVCodecContext *cc, AVBSFContext **out)
{
	AVBSFContext *b = NULL;
	int ret = av_bsf_list_parse_str(spec, &b);
	if (ret < 0)
		return ret;
	ret = avcodec_parameters_from_context(b->par_in, cc);
	if (ret >= 0) {
		b->time_base_in = cc->time_base;
		ret = av_bsf_init(b);
	}
	if (ret < 0)
		av_bsf_free(&b);
	*out = b;
	return ret;
}

int fg_bitstream_run(AVBSFContext *b, AVPacket *p)
{
	int ret = av_bsf_send_packet(b, p);
	return ret < 0 ? ret : av_bsf_receive_packet(b, p);
}
