// What libavcodec asked for, for tests that are about how options become parameters.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "driver.h"

void fgva_trace(const char *format, ...)
{
	const char *path = getenv("FGVA_TRACE");
	FILE *f = path ? fopen(path, "a") : NULL;
	va_list args;
	if (!f)
		return;
	va_start(args, format);
	vfprintf(f, format, args);
	va_end(args);
	fclose(f);
}

static void misc(const VAEncMiscParameterBuffer *p)
{
	const void *data = p->data;
	switch ((int)p->type) {
	case VAEncMiscParameterTypeRateControl: {
		const VAEncMiscParameterRateControl *r = data;
		fgva_trace(" bits=%u percent=%u window=%u icq=%u quality=%u", r->bits_per_second, r->target_percentage, r->window_size,
			   r->ICQ_quality_factor, r->quality_factor);
		break;
	}
	case VAEncMiscParameterTypeHRD: {
		const VAEncMiscParameterHRD *h = data;
		fgva_trace(" buffer=%u", h->buffer_size);
		break;
	}
	case VAEncMiscParameterTypeQualityLevel:
		fgva_trace(" level=%u", ((const VAEncMiscParameterBufferQualityLevel *)data)->quality_level);
		break;
	}
}

void fgva_trace_picture(const config_t *config, const context_t *c)
{
	int hevc = config->profile == VAProfileHEVCMain || config->profile == VAProfileHEVCMain10;
	fgva_trace("picture profile=%d entry=%d rc=%#x", config->profile, config->entrypoint, config->rate_control);
	for (int i = 0; i < c->count; i++) {
		const buffer_t *b = fgva_get(BUFFER, c->buffers[i]);
		const void *data = b->data;
		if (b->type == VAEncMiscParameterBufferType) {
			misc(data);
		} else if (b->type == VAEncSequenceParameterBufferType) {
			const VAEncSequenceParameterBufferHEVC *h = data;
			const VAEncSequenceParameterBufferH264 *a = data;
			fgva_trace(" period=%u distance=%u", hevc ? h->intra_idr_period : a->intra_idr_period, hevc ? h->ip_period : a->ip_period);
		} else if (b->type == VAEncPictureParameterBufferType) {
			fgva_trace(" qp=%u", hevc ? ((const VAEncPictureParameterBufferHEVC *)data)->pic_init_qp
						  : ((const VAEncPictureParameterBufferH264 *)data)->pic_init_qp);
		} else if (b->type == VAEncSliceParameterBufferType) {
			int type = hevc ? ((const VAEncSliceParameterBufferHEVC *)data)->slice_type
					: ((const VAEncSliceParameterBufferH264 *)data)->slice_type;
			fgva_trace(" slice=%c", (hevc ? "BPI" : "PBI")[type]);
		}
	}
	fgva_trace("\n");
}
