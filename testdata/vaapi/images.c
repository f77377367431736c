// Pictures in memory: a view of a surface, or where the driver has none of those (FGVA_NO_DERIVE) a copy.
#include <stdlib.h>
#include <string.h>
#include "driver.h"

static const VAImageFormat formats[] = {
	{.fourcc = VA_FOURCC_NV12, .byte_order = VA_LSB_FIRST, .bits_per_pixel = 12},
	{.fourcc = VA_FOURCC_P010, .byte_order = VA_LSB_FIRST, .bits_per_pixel = 24},
};

static VAStatus image_formats(VADriverContextP ctx, VAImageFormat *list, int *n)
{
	*n = 2;
	memcpy(list, formats, sizeof formats);
	return VA_STATUS_SUCCESS;
}

// Without data the image has its own.
static VAStatus make_image(VAImage *image, int p010, int w, int h, int pitch, int rows, uint8_t *data)
{
	memset(image, 0, sizeof *image);
	image_t *i = fgva_make(IMAGE, &image->image_id);
	buffer_t *b = i ? fgva_make(BUFFER, &i->buffer) : NULL;
	if (!b)
		return VA_STATUS_ERROR_ALLOCATION_FAILED;
	b->type = VAImageBufferType;
	b->borrowed = data != NULL;
	b->size = (size_t)pitch * rows * 3 / 2;
	b->data = data ? data : calloc(1, b->size);
	image->format = formats[p010];
	image->buf = i->buffer;
	image->width = w;
	image->height = h;
	image->num_planes = 2;
	image->data_size = b->size;
	image->pitches[0] = image->pitches[1] = pitch;
	image->offsets[1] = pitch * rows;
	i->image = *image;
	return VA_STATUS_SUCCESS;
}

static VAStatus derive_image(VADriverContextP ctx, VASurfaceID id, VAImage *image)
{
	surface_t *s = fgva_get(SURFACE, id);
	if (fgva_env("FGVA_NO_DERIVE", 0))
		return VA_STATUS_ERROR_OPERATION_FAILED;
	if (!s)
		return VA_STATUS_ERROR_INVALID_SURFACE;
	int padded = fgva_env("FGVA_ALIGN", 0) != 0; // such drivers tell the size that they keep
	return make_image(image, s->fourcc == VA_FOURCC_P010, padded ? s->pitch : s->width, padded ? s->rows : s->height, s->pitch,
			  s->rows, s->data);
}

static VAStatus create_image(VADriverContextP ctx, VAImageFormat *f, int w, int h, VAImage *image)
{
	int p010 = f->fourcc == VA_FOURCC_P010;
	return make_image(image, p010, w, h, (p010 ? 2 * w : w) + 7, h, NULL);
}

static VAStatus put_image(VADriverContextP ctx, VASurfaceID surface, VAImageID id, int x, int y, unsigned w, unsigned h, int dx,
			  int dy, unsigned dw, unsigned dh)
{
	surface_t *s = fgva_get(SURFACE, surface);
	image_t *i = fgva_get(IMAGE, id);
	if (!s || !i || x || y || dx || dy || w != dw || h != dh || (int)w > s->width || (int)h > s->height ||
	    i->image.format.fourcc != s->fourcc)
		return VA_STATUS_ERROR_INVALID_PARAMETER;
	const uint8_t *src = ((buffer_t *)fgva_get(BUFFER, i->buffer))->data;
	size_t bytes = s->fourcc == VA_FOURCC_P010 ? 2 * w : w;
	for (unsigned row = 0; row < h + h / 2; row++) {
		unsigned from = row < h ? row : row - h + i->image.offsets[1] / i->image.pitches[1];
		unsigned to = row < h ? row : row - h + s->rows;
		memcpy(s->data + (size_t)to * s->pitch, src + (size_t)from * i->image.pitches[0], bytes);
	}
	return VA_STATUS_SUCCESS;
}

static VAStatus destroy_image(VADriverContextP ctx, VAImageID id)
{
	image_t *i = fgva_get(IMAGE, id);
	if (!i)
		return VA_STATUS_ERROR_INVALID_IMAGE;
	ctx->vtable->vaDestroyBuffer(ctx, i->buffer);
	fgva_drop(IMAGE, id);
	return VA_STATUS_SUCCESS;
}

void fgva_image_table(struct VADriverVTable *t)
{
	t->vaQueryImageFormats = image_formats;
	t->vaCreateImage = create_image;
	t->vaDeriveImage = derive_image;
	t->vaPutImage = put_image;
	t->vaDestroyImage = destroy_image;
}
