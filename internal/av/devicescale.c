#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/mem.h>
#include "shim.h"

static int fg_device_source(AVBufferRef *frames, int space, int range, fg_device_scaler *s)
{
	AVHWFramesContext *f = (AVHWFramesContext *)frames->data;
	AVBufferSrcParameters *p = av_buffersrc_parameters_alloc();
	int ret = AVERROR(ENOMEM);
	s->src = avfilter_graph_alloc_filter(s->graph, avfilter_get_by_name("buffer"), "in");
	if (p && s->src) {
		p->format = f->format;
		p->width = f->width;
		p->height = f->height;
		p->time_base = (AVRational){1, 1};
		p->hw_frames_ctx = frames;
		p->color_space = space;
		p->color_range = range;
		ret = av_buffersrc_parameters_set(s->src, p);
	}
	av_free(p);
	return ret < 0 ? ret : avfilter_init_str(s->src, NULL);
}

// One filter between a source and a sink of pictures on a device.
int fg_device_scale_new(AVBufferRef *frames, const char *filter, const char *args, int space, int range, fg_device_scaler *out)
{
	fg_device_scaler s = {.graph = avfilter_graph_alloc()};
	const AVFilter *f = avfilter_get_by_name(filter);
	AVFilterContext *scale = NULL;
	int ret = f ? AVERROR(ENOMEM) : AVERROR_FILTER_NOT_FOUND;
	if (!s.graph || !f)
		goto end;
	s.graph->nb_threads = 1;
	if ((ret = fg_device_source(frames, space, range, &s)) < 0 ||
	    (ret = avfilter_graph_create_filter(&scale, f, "scale", args, NULL, s.graph)) < 0 ||
	    (ret = avfilter_graph_create_filter(&s.sink, avfilter_get_by_name("buffersink"), "out", NULL, NULL, s.graph)) < 0 ||
	    (ret = avfilter_link(s.src, 0, scale, 0)) < 0 || (ret = avfilter_link(scale, 0, s.sink, 0)) < 0)
		goto end;
	ret = avfilter_graph_config(s.graph, NULL);
end:
	if (ret < 0)
		avfilter_graph_free(&s.graph);
	else
		*out = s;
	return ret;
}

// Borrowed from the graph.
AVBufferRef *fg_device_scale_frames(const fg_device_scaler *s) { return av_buffersink_get_hw_frames_ctx(s->sink); }

int fg_device_scale(const fg_device_scaler *s, AVFrame *dst, const AVFrame *src)
{
	int ret = av_buffersrc_write_frame(s->src, src); // takes a reference of its own
	return ret < 0 ? ret : av_buffersink_get_frame(s->sink, dst);
}
