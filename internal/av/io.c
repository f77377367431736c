// Muxers' output through Go. One handle per format context travels in AVFormatContext.opaque, which the dash and hls muxers
// copy to their inner contexts; each opened file has a handle of its own.
#include <errno.h>
#include <string.h>
#include <libavutil/dict.h>
#include "shim.h"
#include "_cgo_export.h"

enum { FG_IO_BUFFER = 1 << 16 };

static int fg_write(void *opaque, const uint8_t *buf, int size)
{
	return fgIOWrite((uintptr_t)opaque, (void *)buf, size);
}

static AVIOContext *fg_new_pb(uintptr_t file)
{
	uint8_t *buf = av_malloc(FG_IO_BUFFER);
	AVIOContext *pb = buf ? avio_alloc_context(buf, FG_IO_BUFFER, 1, (void *)file, NULL, fg_write, NULL) : NULL;
	if (!pb)
		av_free(buf);
	return pb;
}

static void fg_free_pb(AVIOContext **pb)
{
	if (!*pb)
		return;
	av_freep(&(*pb)->buffer);
	avio_context_free(pb);
}

static int fg_open(AVFormatContext *s, AVIOContext **pb, const char *url, int flags, AVDictionary **options)
{
	const AVDictionaryEntry *method = options && *options ? av_dict_get(*options, "method", NULL, 0) : NULL;
	int64_t file;
	if (!(flags & AVIO_FLAG_WRITE))
		return AVERROR(ENOSYS);
	file = fgIOOpen((uintptr_t)s->opaque, (char *)url, (char *)(method ? method->value : ""));
	if (file < 0)
		return (int)file;
	*pb = fg_new_pb((uintptr_t)file);
	if (*pb)
		return 0;
	fgIOClose((uintptr_t)file);
	return AVERROR(ENOMEM);
}

static int fg_close(AVFormatContext *s, AVIOContext *pb)
{
	int ret;
	if (!pb)
		return 0;
	avio_flush(pb);
	ret = fgIOClose((uintptr_t)pb->opaque);
	fg_free_pb(&pb);
	return ret;
}

int fg_io_attach(AVFormatContext *s, uintptr_t handle)
{
	s->opaque = (void *)handle;
	s->io_open = fg_open;
	s->io_close2 = fg_close;
	return 0;
}

void fg_io_detach(AVFormatContext *s) { s->opaque = NULL; }

// For muxers that write one stream of bytes: everything goes to one file handle.
int fg_io_pb(AVFormatContext *s, uintptr_t file)
{
	s->pb = fg_new_pb(file);
	s->flags |= AVFMT_FLAG_CUSTOM_IO;
	return s->pb ? 0 : AVERROR(ENOMEM);
}

void fg_io_pb_free(AVFormatContext *s) { fg_free_pb(&s->pb); }

// hvc1 asks for HEVC parameter sets in the sample entry alone (ISO/IEC 14496-15 section 8.4.1), which Apple's players need.
int fg_stream_params(AVStream *st, const AVCodecParameters *p, int hvc1)
{
	int ret = avcodec_parameters_copy(st->codecpar, p);
	if (ret < 0)
		return ret;
	st->codecpar->codec_tag = hvc1 && p->codec_id == AV_CODEC_ID_HEVC ? MKTAG('h', 'v', 'c', '1') : 0;
	st->sample_aspect_ratio = p->sample_aspect_ratio;
	return 0;
}
