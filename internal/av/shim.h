// What go-astiav does not offer, as thin functions without policy. Each .c file beside this header implements one section.
#ifndef FRAMEGEAR_SHIM_H
#define FRAMEGEAR_SHIM_H

#include <stdint.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/buffer.h>
#include <libavutil/frame.h>
#include <libavutil/hwcontext.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/opt.h>
#include <libavutil/video_hint.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

// log.c
void fg_log_install(int level);
void fg_alsa_quiet(void);

// picture.c
int fg_picture_size(enum AVPixelFormat fmt, int w, int h);
AVBufferPool *fg_picture_pool(int size);
int fg_picture_get(AVBufferPool *pool, AVFrame *f, enum AVPixelFormat fmt, int w, int h);
void fg_picture_color(AVFrame *f, int space, int range, int primaries, int transfer);
int fg_picture_black(AVFrame *f);
void fg_picture_pad(AVFrame *f, int w, int h, int bytes);
void fg_copy_plane(uint8_t *dst, int dst_stride, const uint8_t *src, int src_stride, int bytes, int rows);

// scale.c
typedef struct fg_scale_spec {
	int src_w, src_h, src_fmt, src_matrix, src_full;
	int dst_w, dst_h, dst_fmt, dst_matrix, dst_full;
	unsigned flags;
	int dither, threads;
} fg_scale_spec;
int fg_scale_new(const fg_scale_spec *s, SwsContext **out);
typedef struct fg_tail {
	int planes, height, first; // of the picture: its rows, and the first of those that are copied
	int shift[4], bytes[4], rows[4], stride[4];
	uint8_t *data[4], *memory;
} fg_tail;
int fg_tail_new(fg_tail *t, int fmt, int w, int h);
void fg_tail_free(fg_tail *t);
int fg_scale_user(SwsContext *c, const fg_tail *t, AVFrame *dst, const uint8_t *p0, const uint8_t *p1, const uint8_t *p2,
		  const uint8_t *p3, int s0, int s1, int s2, int s3);
int fg_scale_frame(SwsContext *c, AVFrame *dst, const AVFrame *src);

// matrix.c
void fg_matrix_convert(AVFrame *f, int from, int to, int y0, int y1);

// encode.c
int fg_encode_send(AVCodecContext *cc, AVFrame *scratch, const AVFrame *src, int64_t pts, int64_t duration, int key,
		   const uint8_t *changed, int cols, int rows);
void fg_encode_end(AVCodecContext *cc, AVFrame *scratch, int state);
int fg_packet_set(AVPacket *p, const uint8_t *data, int size);
int fg_packet_quantizer(const AVPacket *p);

// priority.c
#define FG_PRIORITY_THREADS 1024
typedef struct fg_priority {
	int policy, level, count;
	int tids[FG_PRIORITY_THREADS];
} fg_priority;
void fg_priority_save(fg_priority *p);
void fg_priority_restore(const fg_priority *p);

// io.c
int fg_io_attach(AVFormatContext *s, uintptr_t handle);
void fg_io_detach(AVFormatContext *s);
int fg_io_pb(AVFormatContext *s, uintptr_t handle);
void fg_io_pb_free(AVFormatContext *s);
int fg_stream_params(AVStream *st, const AVCodecParameters *p, int hvc1);

// filter.c
typedef struct fg_filter_spec {
	int w, h, fmt, space, range, rate_num, rate_den;
} fg_filter_spec;
int fg_filter_new(AVFilterGraph *g, const fg_filter_spec *s, const char *chain, AVFilterContext **src, AVFilterContext **sink);
int fg_filter_push(AVFilterContext *src, AVFrame *scratch, const AVFrame *pic, int64_t pts);
int fg_filter_pull(AVFilterContext *sink, AVFrame *out);
int fg_filter_width(const AVFilterContext *sink);
int fg_filter_height(const AVFilterContext *sink);
const AVClass *fg_encoder_class(const char *name);
const AVClass *fg_muxer_class(const char *name);
const AVOption *fg_option_next(const AVClass *c, const AVOption *o);

// hdr.c
typedef struct fg_hdr {
	uint16_t primaries[3][2], white[2]; // red, green, blue
	uint32_t max_luminance, min_luminance;
	uint16_t max_cll, max_fall;
} fg_hdr;
void fg_hdr_read(const AVFrame *f, fg_hdr *h);
int fg_hdr_write(AVCodecContext *cc, const fg_hdr *h);

// decode.c
int fg_decode_send(AVCodecContext *cc, const AVPacket *p);
int fg_decode_receive(AVCodecContext *cc, AVFrame *f);
int fg_packet_encrypted(const AVPacket *p);
int fg_tile_grid(const AVFormatContext *s);

// bitstream.c
int fg_bitstream_new(const char *spec, const AVCodecContext *cc, AVBSFContext **out);
int fg_bitstream_run(AVBSFContext *b, AVPacket *p);

// device.c
int fg_device_open(const char *type, const char *path, AVBufferRef **out);
const char *fg_device_vendor(AVBufferRef *device);
int fg_device_m2m(const char *path);
int fg_frames_new(AVBufferRef *device, enum AVPixelFormat format, int w, int h, AVBufferRef **out);
int fg_frames_upload(AVFrame *dst, const AVFrame *src);
int fg_encode_frames(AVCodecContext *cc, AVBufferRef *frames);

// devicescale.c
typedef struct fg_device_scaler {
	AVFilterGraph *graph;
	AVFilterContext *src, *sink;
} fg_device_scaler;
int fg_device_scale_new(AVBufferRef *frames, const char *filter, const char *args, int space, int range, fg_device_scaler *out);
AVBufferRef *fg_device_scale_frames(const fg_device_scaler *s);
int fg_device_scale(const fg_device_scaler *s, AVFrame *dst, const AVFrame *src);

// audio.c
int fg_samples_fill(AVFrame *f, int format, int rate, int channels, int count, const void *p0, const void *p1, const void *p2,
		    const void *p3, const void *p4, const void *p5, const void *p6, const void *p7);
int fg_swr_new(SwrContext **out, const AVFrame *in, int rate, int channels, int elastic);
int fg_swr_room(SwrContext *s, int count);
int fg_swr_convert(SwrContext *s, float *dst, int room, const AVFrame *in);
int fg_audio_encoder_setup(AVCodecContext *cc, const AVCodec *codec, int rate, int channels, int64_t bitrate);
int fg_audio_encode_send(AVCodecContext *cc, AVFrame *f, const float *src, int count, int64_t pts);

#endif
