#include <string.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include "shim.h"

// A layout that the codec can do with this many channels; codec may be NULL for the customary one.
static int fg_layout(const AVCodec *codec, int channels, AVChannelLayout *out)
{
	const AVChannelLayout *all = NULL;
	int n = 0;
	if (codec && avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_CHANNEL_LAYOUT, 0, (const void **)&all, &n) >= 0 && all)
		for (int i = 0; i < n; i++)
			if (all[i].nb_channels == channels)
				return av_channel_layout_copy(out, &all[i]);
	av_channel_layout_default(out, channels);
	return 0;
}

// Copies PCM of the user's into a frame that is used again and again. Planes are separate arguments: see fg_scale_user.
int fg_samples_fill(AVFrame *f, int format, int rate, int channels, int count, const void *p0, const void *p1, const void *p2,
		    const void *p3, const void *p4, const void *p5, const void *p6, const void *p7)
{
	const void *planes[8] = {p0, p1, p2, p3, p4, p5, p6, p7};
	const int planar = av_sample_fmt_is_planar(format);
	const size_t bytes = (size_t)count * av_get_bytes_per_sample(format) * (planar ? 1 : channels);
	int ret;
	av_frame_unref(f);
	f->format = format;
	f->sample_rate = rate;
	f->nb_samples = count;
	av_channel_layout_default(&f->ch_layout, channels);
	ret = av_frame_get_buffer(f, 0);
	if (ret < 0)
		return ret;
	for (int i = 0; i < (planar ? channels : 1); i++)
		memcpy(f->extended_data[i], planes[i], bytes);
	return 0;
}

// A converter from what in holds to interleaved 32 bit floats. With elastic set its speed can be changed while it runs.
int fg_swr_new(SwrContext **out, const AVFrame *in, int rate, int channels, int elastic)
{
	AVChannelLayout from = {0}, to = {0};
	int ret;
	if (in->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
		av_channel_layout_default(&from, in->ch_layout.nb_channels);
	else if ((ret = av_channel_layout_copy(&from, &in->ch_layout)) < 0)
		return ret;
	av_channel_layout_default(&to, channels);
	ret = swr_alloc_set_opts2(out, &to, AV_SAMPLE_FMT_FLT, rate, &from, in->format, in->sample_rate, 0, NULL);
	if (ret >= 0 && elastic)
		ret = av_opt_set_int(*out, "flags", SWR_FLAG_RESAMPLE, 0);
	if (ret >= 0)
		ret = swr_init(*out);
	if (ret < 0)
		swr_free(out);
	av_channel_layout_uninit(&from);
	av_channel_layout_uninit(&to);
	return ret;
}

int fg_swr_room(SwrContext *s, int count) { return swr_get_out_samples(s, count); }

// in is NULL to get what is still inside.
int fg_swr_convert(SwrContext *s, float *dst, int room, const AVFrame *in)
{
	uint8_t *planes[1] = {(uint8_t *)dst};
	if (!in)
		return swr_convert(s, planes, room, NULL, 0);
	return swr_convert(s, planes, room, (const uint8_t **)in->extended_data, in->nb_samples);
}

int fg_audio_encoder_setup(AVCodecContext *cc, const AVCodec *codec, int rate, int channels, int64_t bitrate)
{
	const enum AVSampleFormat *formats = NULL;
	int n = 0, ret;
	ret = avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_SAMPLE_FORMAT, 0, (const void **)&formats, &n);
	if (ret < 0)
		return ret;
	cc->sample_fmt = AV_SAMPLE_FMT_NONE;
	for (int i = 0; i < n; i++)
		if (formats[i] == AV_SAMPLE_FMT_FLTP || formats[i] == AV_SAMPLE_FMT_FLT)
			cc->sample_fmt = formats[i];
	if (cc->sample_fmt == AV_SAMPLE_FMT_NONE)
		return AVERROR(ENOSYS);
	cc->sample_rate = rate;
	cc->bit_rate = bitrate;
	cc->time_base = (AVRational){1, rate};
	cc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	return fg_layout(codec, channels, &cc->ch_layout);
}

// Sends one frame of interleaved floats; NULL starts the drain.
int fg_audio_encode_send(AVCodecContext *cc, AVFrame *f, const float *src, int count, int64_t pts)
{
	const int channels = cc->ch_layout.nb_channels;
	int ret;
	if (!src)
		return avcodec_send_frame(cc, NULL);
	av_frame_unref(f);
	f->format = cc->sample_fmt;
	f->sample_rate = cc->sample_rate;
	f->nb_samples = count;
	f->pts = pts;
	f->duration = count;
	f->time_base = cc->time_base;
	ret = av_channel_layout_copy(&f->ch_layout, &cc->ch_layout);
	if (ret >= 0)
		ret = av_frame_get_buffer(f, 0);
	if (ret < 0)
		return ret;
	if (cc->sample_fmt == AV_SAMPLE_FMT_FLT) {
		memcpy(f->data[0], src, (size_t)count * channels * sizeof *src);
	} else {
		for (int c = 0; c < channels; c++) {
			float *dst = (float *)f->extended_data[c];
			for (int i = 0; i < count; i++)
				dst[i] = src[i * channels + c];
		}
	}
	ret = avcodec_send_frame(cc, f);
	av_frame_unref(f);
	return ret;
}
