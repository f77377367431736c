#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <libavutil/hwcontext.h>
#include "shim.h"

#if defined(__linux__) && __has_include(<va/va.h>)
#include <libavutil/hwcontext_vaapi.h>
#endif

#if defined(__linux__) && __has_include(<linux/videodev2.h>)
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#endif

int fg_device_open(const char *type, const char *path, AVBufferRef **out)
{
	enum AVHWDeviceType t = av_hwdevice_find_type_by_name(type);
	AVDictionary *options = NULL;
	if (t == AV_HWDEVICE_TYPE_NONE)
		return AVERROR(ENOSYS);
	if (t == AV_HWDEVICE_TYPE_QSV) { // a node is not its device but that of the VA-API below it
		av_dict_set(&options, "child_device", path, 0);
		path = "";
	}
	int ret = av_hwdevice_ctx_create(out, t, path[0] ? path : NULL, options, 0);
	av_dict_free(&options);
	return ret;
}

// 1 for a memory-to-memory codec of V4L2, 0 for another node.
int fg_device_m2m(const char *path)
{
#ifdef VIDIOC_QUERYCAP
	struct v4l2_capability cap = {0};
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return AVERROR(errno);
	int ret = ioctl(fd, VIDIOC_QUERYCAP, &cap) < 0 ? AVERROR(errno) : 0;
	close(fd);
	unsigned caps = cap.capabilities & V4L2_CAP_DEVICE_CAPS ? cap.device_caps : cap.capabilities;
	return ret < 0 ? ret : (caps & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)) != 0;
#else
	return 0;
#endif
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
