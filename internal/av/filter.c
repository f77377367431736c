#include "shim.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/mem.h>

// open_end makes the list that names one open end of a chain.
static AVFilterInOut *open_end(const char *name, AVFilterContext *ctx)
{
	AVFilterInOut *io = avfilter_inout_alloc();
	if (!io)
		return NULL;
	io->name = av_strdup(name);
	io->filter_ctx = ctx;
	return io;
}

int fg_filter_new(AVFilterGraph *g, const fg_filter_spec *s, const char *chain, AVFilterContext **src, AVFilterContext **sink)
{
	AVFilterInOut *in = NULL, *out = NULL;
	AVBufferSrcParameters *par = NULL;
	int err = AVERROR(ENOMEM);

	g->nb_threads = 1;
	*src = avfilter_graph_alloc_filter(g, avfilter_get_by_name("buffer"), "in");
	*sink = avfilter_graph_alloc_filter(g, avfilter_get_by_name("buffersink"), "out");
	par = av_buffersrc_parameters_alloc();
	if (!*src || !*sink || !par)
		goto end;
	par->format = s->fmt;
	par->width = s->w;
	par->height = s->h;
	par->time_base = (AVRational){ s->rate_den, s->rate_num };
	par->frame_rate = (AVRational){ s->rate_num, s->rate_den };
	par->sample_aspect_ratio = (AVRational){ 1, 1 };
	par->color_space = s->space;
	par->color_range = s->range;
	if ((err = av_buffersrc_parameters_set(*src, par)) < 0 || (err = avfilter_init_dict(*src, NULL)) < 0 ||
	    (err = avfilter_init_dict(*sink, NULL)) < 0)
		goto end;
	// From the chain's point of view: what feeds it is an output, what it feeds is an input.
	err = AVERROR(ENOMEM);
	out = open_end("in", *src);
	in = open_end("out", *sink);
	if (!in || !out)
		goto end;
	if ((err = avfilter_graph_parse_ptr(g, chain, &in, &out, NULL)) < 0)
		goto end;
	err = avfilter_graph_config(g, NULL);
end:
	av_free(par);
	avfilter_inout_free(&in);
	avfilter_inout_free(&out);
	return err;
}

int fg_filter_push(AVFilterContext *src, AVFrame *scratch, const AVFrame *pic, int64_t pts)
{
	int err = av_frame_ref(scratch, pic);
	if (err < 0)
		return err;
	scratch->pts = pts;
	scratch->duration = 1;
	err = av_buffersrc_add_frame(src, scratch);
	av_frame_unref(scratch);
	return err;
}

int fg_filter_pull(AVFilterContext *sink, AVFrame *out) { return av_buffersink_get_frame(sink, out); }

int fg_filter_width(const AVFilterContext *sink) { return av_buffersink_get_w(sink); }
int fg_filter_height(const AVFilterContext *sink) { return av_buffersink_get_h(sink); }

const AVClass *fg_encoder_class(const char *name)
{
	const AVCodec *c = avcodec_find_encoder_by_name(name);
	return c ? c->priv_class : NULL;
}

const AVClass *fg_muxer_class(const char *name)
{
	const AVOutputFormat *f = av_guess_format(name, NULL, NULL);
	return f ? f->priv_class : NULL;
}

const AVOption *fg_option_next(const AVClass *c, const AVOption *o) { return av_opt_next(&c, o); }
