// What go-astiav does not offer, as thin functions without policy. Each .c file beside this header implements one section.
#ifndef FRAMEGEAR_SHIM_H
#define FRAMEGEAR_SHIM_H

#include <stdint.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/buffer.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>

// log.c
void fg_log_install(int level);

// picture.c
int fg_picture_size(enum AVPixelFormat fmt, int w, int h);
int fg_picture_get(AVBufferPool *pool, AVFrame *f, enum AVPixelFormat fmt, int w, int h);
void fg_picture_color(AVFrame *f, int space, int range, int primaries, int transfer);
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
int fg_scale_user(SwsContext *c, AVFrame *dst, int rows, const uint8_t *p0, const uint8_t *p1, const uint8_t *p2,
		  const uint8_t *p3, int s0, int s1, int s2, int s3);
int fg_scale_frame(SwsContext *c, AVFrame *dst, const AVFrame *src);

// matrix.c
void fg_matrix_convert(AVFrame *f, int from, int to);

// encode.c
int fg_encode_send(AVCodecContext *cc, AVFrame *scratch, const AVFrame *src, int64_t pts, int64_t duration, int key);
void fg_encode_end(AVCodecContext *cc, AVFrame *scratch, int state);
int fg_packet_set(AVPacket *p, const uint8_t *data, int size);

// io.c
int fg_io_attach(AVFormatContext *s, uintptr_t handle);
void fg_io_detach(AVFormatContext *s);
int fg_io_pb(AVFormatContext *s, uintptr_t handle);
void fg_io_pb_free(AVFormatContext *s);
int fg_muxer_knows(const char *format, const char *key);
int fg_stream_params(AVStream *st, const AVCodecParameters *p);

// decode.c
int fg_decode_send(AVCodecContext *cc, const AVPacket *p);
int fg_decode_receive(AVCodecContext *cc, AVFrame *f);

#endif
