#include <libavutil/hwcontext.h>
#include "shim.h"

#if defined(__linux__) && __has_include(<va/va.h>)
#include <libavutil/hwcontext_vaapi.h>
#endif

int fg_device_open(const char *type, const char *path, AVBufferRef **out)
{
	enum AVHWDeviceType t = av_hwdevice_find_type_by_name(type);
	if (t == AV_HWDEVICE_TYPE_NONE)
		return AVERROR(ENOSYS);
	return av_hwdevice_ctx_create(out, t, path[0] ? path : NULL, NULL, 0);
}

// The driver's own name, NULL where the kind of device has none.
const char *fg_device_vendor(AVBufferRef *device)
{
#ifdef AVUTIL_HWCONTEXT_VAAPI_H
	AVHWDeviceContext *d = (AVHWDeviceContext *)device->data;
	if (d->type == AV_HWDEVICE_TYPE_VAAPI)
		return vaQueryVendorString(((AVVAAPIDeviceContext *)d->hwctx)->display);
#endif
	return NULL;
}

// A pool of pictures on the device that grows as needed.
int fg_frames_new(AVBufferRef *device, enum AVPixelFormat format, int w, int h, AVBufferRef **out)
{
	AVHWFramesConstraints *c = av_hwdevice_get_hwframe_constraints(device, NULL);
	AVBufferRef *ref = av_hwframe_ctx_alloc(device);
	int ret = AVERROR(ENOMEM);
	if (c && ref && c->valid_hw_formats) {
		AVHWFramesContext *f = (AVHWFramesContext *)ref->data;
		f->format = c->valid_hw_formats[0];
		f->sw_format = format;
		f->width = w;
		f->height = h;
		ret = av_hwframe_ctx_init(ref);
	}
	av_hwframe_constraints_free(&c);
	if (ret < 0)
		av_buffer_unref(&ref);
	*out = ref;
	return ret;
}

int fg_frames_upload(AVFrame *dst, const AVFrame *src)
{
	return av_hwframe_transfer_data(dst, src, 0);
}

int fg_encode_frames(AVCodecContext *cc, AVBufferRef *frames)
{
	AVHWFramesContext *f = (AVHWFramesContext *)frames->data;
	cc->pix_fmt = f->format;
	cc->sw_pix_fmt = f->sw_format;
	cc->hw_frames_ctx = av_buffer_ref(frames);
	return cc->hw_frames_ctx ? 0 : AVERROR(ENOMEM);
}
