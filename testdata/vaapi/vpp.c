// Scaling by the nearest sample: simple enough for a test to do the same.
#include <string.h>
#include "driver.h"

static void plane(uint8_t *dst, int dst_pitch, int dw, int dh, const uint8_t *src, int src_pitch, int sw, int sh, int bytes)
{
	for (int y = 0; y < dh; y++) {
		const uint8_t *row = src + (size_t)((2 * y + 1) * sh / (2 * dh)) * src_pitch;
		for (int x = 0; x < dw; x++)
			memcpy(dst + (size_t)y * dst_pitch + x * bytes, row + (2 * x + 1) * sw / (2 * dw) * bytes, bytes);
	}
}

VAStatus fgva_scale(surface_t *dst, const context_t *c)
{
	for (int i = 0; i < c->count; i++) {
		buffer_t *b = fgva_get(BUFFER, c->buffers[i]);
		if (b->type != VAProcPipelineParameterBufferType)
			continue;
		surface_t *src = fgva_get(SURFACE, ((VAProcPipelineParameterBuffer *)b->data)->surface);
		if (!src || src->fourcc != dst->fourcc)
			return VA_STATUS_ERROR_INVALID_SURFACE;
		int bytes = src->fourcc == VA_FOURCC_P010 ? 2 : 1;
		plane(dst->data, dst->pitch, dst->width, dst->height, src->data, src->pitch, src->width, src->height, bytes);
		plane(dst->data + (size_t)dst->pitch * dst->rows, dst->pitch, dst->width / 2, dst->height / 2,
		      src->data + (size_t)src->pitch * src->rows, src->pitch, src->width / 2, src->height / 2, 2 * bytes);
	}
	return VA_STATUS_SUCCESS;
}

static VAStatus filters(VADriverContextP ctx, VAContextID context, VAProcFilterType *list, unsigned *n)
{
	*n = 0;
	return VA_STATUS_SUCCESS;
}

static VAStatus filter_caps(VADriverContextP ctx, VAContextID context, VAProcFilterType type, void *caps, unsigned *n)
{
	*n = 0;
	return VA_STATUS_ERROR_UNSUPPORTED_FILTER;
}

static VAStatus pipeline_caps(VADriverContextP ctx, VAContextID context, VABufferID *f, unsigned n, VAProcPipelineCaps *caps)
{
	memset(caps, 0, sizeof *caps);
	return VA_STATUS_SUCCESS;
}

void fgva_vpp_table(struct VADriverVTableVPP *t)
{
	t->version = VA_DRIVER_VTABLE_VPP_VERSION;
	t->vaQueryVideoProcFilters = filters;
	t->vaQueryVideoProcFilterCaps = filter_caps;
	t->vaQueryVideoProcPipelineCaps = pipeline_caps;
}
