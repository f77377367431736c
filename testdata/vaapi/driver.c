// The libva side of the test driver: objects, images, and the failures on purpose (see README.md).
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "driver.h"

enum { SLOTS = 4096 };

static const struct {
	const char *name;
	size_t size;
} kinds[KINDS] = {
	[CONFIG] = {"configs", sizeof(config_t)},    [SURFACE] = {"surfaces", sizeof(surface_t)},
	[BUFFER] = {"buffers", sizeof(buffer_t)},    [CONTEXT] = {"contexts", sizeof(context_t)},
	[IMAGE] = {"images", sizeof(image_t)},
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *objects[KINDS][SLOTS];
static int live[KINDS];
static int displays, opened, encodes, syncs, uploads;
static volatile int lost; // the device is gone: no picture goes in or comes out any more

long fgva_env(const char *name, long otherwise)
{
	const char *v = getenv(name);
	return v && *v ? atol(v) : otherwise;
}

static void hang(void)
{
	long ms = fgva_env("FGVA_HANG_MS", 3000);
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

void *fgva_make(enum kind kind, unsigned *id)
{
	void *p = calloc(1, kinds[kind].size);
	pthread_mutex_lock(&lock);
	for (unsigned i = 1; p && i < SLOTS; i++) {
		if (objects[kind][i])
			continue;
		objects[kind][i] = p;
		live[kind]++;
		*id = (unsigned)kind << 24 | i;
		pthread_mutex_unlock(&lock);
		return p;
	}
	pthread_mutex_unlock(&lock);
	free(p);
	return NULL;
}

void *fgva_get(enum kind kind, unsigned id)
{
	void *p = NULL;
	pthread_mutex_lock(&lock);
	if (id >> 24 == kind && (id & 0xffffff) < SLOTS)
		p = objects[kind][id & 0xffffff];
	pthread_mutex_unlock(&lock);
	return p;
}

int fgva_drop(enum kind kind, unsigned id)
{
	void *p = fgva_get(kind, id);
	if (!p)
		return 0;
	pthread_mutex_lock(&lock);
	objects[kind][id & 0xffffff] = NULL;
	live[kind]--;
	pthread_mutex_unlock(&lock);
	free(p);
	return 1;
}

// Configurations.

static VAStatus create_config(VADriverContextP ctx, VAProfile profile, VAEntrypoint entry, VAConfigAttrib *a, int n,
			      VAConfigID *id)
{
	if (profile == VAProfileNone ? fgva_env("FGVA_NO_VPP", 0) != 0 : !fgva_encodes(profile))
		return VA_STATUS_ERROR_UNSUPPORTED_PROFILE;
	config_t *c = fgva_make(CONFIG, id);
	if (!c)
		return VA_STATUS_ERROR_ALLOCATION_FAILED;
	c->profile = profile;
	c->entrypoint = entry;
	for (int i = 0; i < n; i++)
		if (a[i].type == VAConfigAttribRateControl)
			c->rate_control = a[i].value;
	return VA_STATUS_SUCCESS;
}

static VAStatus destroy_config(VADriverContextP ctx, VAConfigID id)
{
	return fgva_drop(CONFIG, id) ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_INVALID_CONFIG;
}

static VAStatus query_config(VADriverContextP ctx, VAConfigID id, VAProfile *p, VAEntrypoint *e, VAConfigAttrib *a, int *n)
{
	config_t *c = fgva_get(CONFIG, id);
	if (!c)
		return VA_STATUS_ERROR_INVALID_CONFIG;
	*p = c->profile;
	*e = c->entrypoint;
	*n = 0;
	return VA_STATUS_SUCCESS;
}

// Surfaces.

static VAStatus surface_attributes(VADriverContextP ctx, VAConfigID id, VASurfaceAttrib *list, unsigned *n)
{
	long side = fgva_env("FGVA_MAX_SIZE", 4096), least = fgva_env("FGVA_MIN_SIZE", 16);
	const struct {
		VASurfaceAttribType type;
		long value;
	} all[] = {{VASurfaceAttribPixelFormat, VA_FOURCC_NV12}, {VASurfaceAttribPixelFormat, VA_FOURCC_P010},
		   {VASurfaceAttribMinWidth, least}, {VASurfaceAttribMinHeight, least},
		   {VASurfaceAttribMaxWidth, side}, {VASurfaceAttribMaxHeight, side}};
	*n = sizeof all / sizeof *all;
	for (unsigned i = 0; list && i < *n; i++)
		list[i] = (VASurfaceAttrib){.type = all[i].type, .flags = VA_SURFACE_ATTRIB_GETTABLE | VA_SURFACE_ATTRIB_SETTABLE,
					    .value = {.type = VAGenericValueTypeInteger, .value.i = (int)all[i].value}};
	return VA_STATUS_SUCCESS;
}

static VAStatus create_surfaces2(VADriverContextP ctx, unsigned format, unsigned w, unsigned h, VASurfaceID *ids, unsigned n,
				 VASurfaceAttrib *a, unsigned na)
{
	uint32_t fourcc = format == VA_RT_FORMAT_YUV420_10 ? VA_FOURCC_P010 : VA_FOURCC_NV12;
	for (unsigned i = 0; i < na; i++)
		if (a[i].type == VASurfaceAttribPixelFormat)
			fourcc = a[i].value.value.i;
	for (unsigned i = 0; i < n; i++) {
		if (live[SURFACE] >= fgva_env("FGVA_MAX_SURFACES", SLOTS))
			return VA_STATUS_ERROR_ALLOCATION_FAILED;
		surface_t *s = fgva_make(SURFACE, &ids[i]);
		if (!s)
			return VA_STATUS_ERROR_ALLOCATION_FAILED;
		s->width = w;
		s->height = h;
		s->fourcc = fourcc;
		long pad = fgva_env("FGVA_ALIGN", 64);
		s->pitch = ((fourcc == VA_FOURCC_P010 ? 2 * w : w) + pad - 1) / pad * pad;
		pad = fgva_env("FGVA_ALIGN", 16);
		s->rows = (h + pad - 1) / pad * pad;
		s->data = calloc(3, (size_t)s->pitch * s->rows / 2);
	}
	return VA_STATUS_SUCCESS;
}

static VAStatus create_surfaces(VADriverContextP ctx, int w, int h, int format, int n, VASurfaceID *ids)
{
	return create_surfaces2(ctx, format, w, h, ids, n, NULL, 0);
}

static VAStatus destroy_surfaces(VADriverContextP ctx, VASurfaceID *ids, int n)
{
	for (int i = 0; i < n; i++) {
		surface_t *s = fgva_get(SURFACE, ids[i]);
		if (!s)
			return VA_STATUS_ERROR_INVALID_SURFACE;
		free(s->data);
		fgva_drop(SURFACE, ids[i]);
	}
	return VA_STATUS_SUCCESS;
}

// Buffers.

static VAStatus create_buffer(VADriverContextP ctx, VAContextID context, VABufferType type, unsigned size, unsigned n,
			      void *data, VABufferID *id)
{
	buffer_t *b = fgva_make(BUFFER, id);
	if (!b)
		return VA_STATUS_ERROR_ALLOCATION_FAILED;
	b->type = type;
	b->size = (size_t)size * n;
	b->data = calloc(1, b->size + 1);
	if (data)
		memcpy(b->data, data, b->size);
	return VA_STATUS_SUCCESS;
}

static VAStatus set_elements(VADriverContextP ctx, VABufferID id, unsigned n) { return VA_STATUS_SUCCESS; }

static VAStatus map_buffer(VADriverContextP ctx, VABufferID id, void **p)
{
	buffer_t *b = fgva_get(BUFFER, id);
	if (!b || lost)
		return VA_STATUS_ERROR_INVALID_BUFFER;
	if (b->type == VAImageBufferType && __atomic_add_fetch(&uploads, 1, __ATOMIC_SEQ_CST) == fgva_env("FGVA_HANG_UPLOAD", 0))
		hang();
	*p = b->type == VAEncCodedBufferType ? (void *)&b->coded : b->data;
	return VA_STATUS_SUCCESS;
}

static VAStatus unmap_buffer(VADriverContextP ctx, VABufferID id) { return VA_STATUS_SUCCESS; }

static VAStatus destroy_buffer(VADriverContextP ctx, VABufferID id)
{
	buffer_t *b = fgva_get(BUFFER, id);
	if (!b)
		return VA_STATUS_ERROR_INVALID_BUFFER;
	if (!b->borrowed)
		free(b->data);
	fgva_drop(BUFFER, id);
	return VA_STATUS_SUCCESS;
}

// Pictures.

static VAStatus create_context(VADriverContextP ctx, VAConfigID config, int w, int h, int flag, VASurfaceID *t, int n,
			       VAContextID *id)
{
	context_t *c = fgva_make(CONTEXT, id);
	if (!c)
		return VA_STATUS_ERROR_ALLOCATION_FAILED;
	c->config = config;
	return VA_STATUS_SUCCESS;
}

static VAStatus destroy_context(VADriverContextP ctx, VAContextID id)
{
	if (fgva_env("FGVA_HANG_CLOSE", 0))
		hang();
	return fgva_drop(CONTEXT, id) ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_INVALID_CONTEXT;
}

static VAStatus begin_picture(VADriverContextP ctx, VAContextID id, VASurfaceID target)
{
	context_t *c = fgva_get(CONTEXT, id);
	config_t *config = c ? fgva_get(CONFIG, c->config) : NULL;
	if (!config || !fgva_get(SURFACE, target))
		return VA_STATUS_ERROR_INVALID_CONTEXT;
	if (config->profile == VAProfileNone && (lost || fgva_env("FGVA_FAIL_VPP", 0)))
		return VA_STATUS_ERROR_OPERATION_FAILED;
	c->target = target;
	c->count = 0;
	return VA_STATUS_SUCCESS;
}

static VAStatus render_picture(VADriverContextP ctx, VAContextID id, VABufferID *ids, int n)
{
	context_t *c = fgva_get(CONTEXT, id);
	if (!c || c->count + n > FGVA_PER_PICTURE)
		return VA_STATUS_ERROR_INVALID_CONTEXT;
	memcpy(c->buffers + c->count, ids, n * sizeof *ids);
	c->count += n;
	return VA_STATUS_SUCCESS;
}

static VAStatus encode(context_t *c, const config_t *config, const surface_t *s)
{
	VAProfile profile = config->profile;
	int hevc = profile == VAProfileHEVCMain || profile == VAProfileHEVCMain10;
	buffer_t *coded = NULL;
	int n = __atomic_add_fetch(&encodes, 1, __ATOMIC_SEQ_CST);
	if (n >= fgva_env("FGVA_LOST", 1L << 30))
		lost = 1;
	if (lost || n >= fgva_env("FGVA_FAIL_ENCODE", 1L << 30))
		return VA_STATUS_ERROR_OPERATION_FAILED;
	if (n == fgva_env("FGVA_HANG_ENCODE", 0))
		hang();
	for (int i = 0; i < c->count; i++) {
		buffer_t *b = fgva_get(BUFFER, c->buffers[i]);
		if (b->type == VAEncPictureParameterBufferType)
			coded = fgva_get(BUFFER, hevc ? ((VAEncPictureParameterBufferHEVC *)b->data)->coded_buf
						      : ((VAEncPictureParameterBufferH264 *)b->data)->coded_buf);
	}
	if (!coded)
		return VA_STATUS_ERROR_INVALID_BUFFER;
	fgva_trace_picture(config, c);
	long size = hevc ? fgva_hevc(s, c, coded->data, coded->size, profile == VAProfileHEVCMain10 ? 10 : 8)
			 : fgva_h264(s, c, coded->data, coded->size, profile == VAProfileH264Main ? 77 : 66);
	if (size >= 0)
		size = fgva_filler(coded->data, size, coded->size, hevc);
	if (size < 0)
		return VA_STATUS_ERROR_ENCODING_ERROR;
	coded->coded = (VACodedBufferSegment){.size = size, .buf = coded->data};
	return VA_STATUS_SUCCESS;
}

// The buffers stay the application's, which destroys them (libva 1.0 on).
static VAStatus end_picture(VADriverContextP ctx, VAContextID id)
{
	context_t *c = fgva_get(CONTEXT, id);
	config_t *config = c ? fgva_get(CONFIG, c->config) : NULL;
	if (!config)
		return VA_STATUS_ERROR_INVALID_CONTEXT;
	surface_t *s = fgva_get(SURFACE, c->target);
	VAStatus st = config->profile == VAProfileNone ? fgva_scale(s, c) : encode(c, config, s);
	c->count = 0;
	return st;
}

static VAStatus wait_for(void)
{
	int n = __atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST);
	if (n >= fgva_env("FGVA_LOST_SYNC", 1L << 30))
		lost = 1;
	if (lost)
		return VA_STATUS_ERROR_HW_BUSY;
	if (n == fgva_env("FGVA_HANG_SYNC", 0))
		hang();
	return VA_STATUS_SUCCESS;
}

static VAStatus sync_surface(VADriverContextP ctx, VASurfaceID id) { return wait_for(); }

static VAStatus sync_buffer(VADriverContextP ctx, VABufferID id, uint64_t timeout)
{
	return fgva_get(BUFFER, id) ? wait_for() : VA_STATUS_ERROR_INVALID_BUFFER;
}

static VAStatus surface_status(VADriverContextP ctx, VASurfaceID id, VASurfaceStatus *st)
{
	*st = VASurfaceReady;
	return VA_STATUS_SUCCESS;
}

// What libva insists on and nobody here calls.
#define STUB(name, ...) \
	static VAStatus name(__VA_ARGS__) { return VA_STATUS_ERROR_UNIMPLEMENTED; }
STUB(put_surface, VADriverContextP c, VASurfaceID s, void *d, short a, short b, unsigned short e, unsigned short f, short g,
     short h, unsigned short i, unsigned short j, VARectangle *r, unsigned k, unsigned l)
STUB(set_palette, VADriverContextP c, VAImageID i, unsigned char *p)
STUB(get_image, VADriverContextP c, VASurfaceID s, int x, int y, unsigned w, unsigned h, VAImageID i)
STUB(create_subpicture, VADriverContextP c, VAImageID i, VASubpictureID *s)
STUB(destroy_subpicture, VADriverContextP c, VASubpictureID s)
STUB(subpicture_image, VADriverContextP c, VASubpictureID s, VAImageID i)
STUB(subpicture_key, VADriverContextP c, VASubpictureID s, unsigned a, unsigned b, unsigned d)
STUB(subpicture_alpha, VADriverContextP c, VASubpictureID s, float a)
STUB(associate, VADriverContextP c, VASubpictureID s, VASurfaceID *t, int n, short a, short b, unsigned short d,
     unsigned short e, short f, short g, unsigned short h, unsigned short i, unsigned j)
STUB(deassociate, VADriverContextP c, VASubpictureID s, VASurfaceID *t, int n)
STUB(display_attributes, VADriverContextP c, VADisplayAttribute *a, int n)

static VAStatus query_subpictures(VADriverContextP c, VAImageFormat *f, unsigned *flags, unsigned *n)
{
	*n = 0;
	return VA_STATUS_SUCCESS;
}

static VAStatus query_display(VADriverContextP c, VADisplayAttribute *a, int *n)
{
	*n = 0;
	return VA_STATUS_SUCCESS;
}

static void report(void)
{
	const char *path = getenv("FGVA_REPORT");
	FILE *f = path ? fopen(path, "a") : NULL;
	if (!f)
		return;
	for (enum kind k = CONFIG; k < KINDS; k++)
		fprintf(f, "%s=%d ", kinds[k].name, live[k]);
	fprintf(f, "encodes=%d syncs=%d\n", encodes, syncs);
	fclose(f);
}

static VAStatus terminate(VADriverContextP ctx)
{
	if (--displays == 0) {
		report();
		fgva_trace("end opened=%d uploads=%d\n", opened, uploads);
	}
	return VA_STATUS_SUCCESS;
}

static void fill(struct VADriverVTable *t)
{
	*t = (struct VADriverVTable){
		.vaTerminate = terminate, .vaQueryConfigProfiles = fgva_profiles, .vaQueryConfigEntrypoints = fgva_entrypoints,
		.vaGetConfigAttributes = fgva_attributes, .vaCreateConfig = create_config, .vaDestroyConfig = destroy_config,
		.vaQueryConfigAttributes = query_config, .vaCreateSurfaces = create_surfaces,
		.vaDestroySurfaces = destroy_surfaces, .vaCreateContext = create_context, .vaDestroyContext = destroy_context,
		.vaCreateBuffer = create_buffer, .vaBufferSetNumElements = set_elements, .vaMapBuffer = map_buffer,
		.vaUnmapBuffer = unmap_buffer, .vaDestroyBuffer = destroy_buffer, .vaBeginPicture = begin_picture,
		.vaRenderPicture = render_picture, .vaEndPicture = end_picture, .vaSyncSurface = sync_surface,
		.vaQuerySurfaceStatus = surface_status, .vaPutSurface = put_surface, .vaSetImagePalette = set_palette, .vaGetImage = get_image,
		.vaQuerySubpictureFormats = query_subpictures, .vaCreateSubpicture = create_subpicture,
		.vaDestroySubpicture = destroy_subpicture, .vaSetSubpictureImage = subpicture_image,
		.vaSetSubpictureChromakey = subpicture_key, .vaSetSubpictureGlobalAlpha = subpicture_alpha,
		.vaAssociateSubpicture = associate, .vaDeassociateSubpicture = deassociate,
		.vaQueryDisplayAttributes = query_display, .vaGetDisplayAttributes = display_attributes,
		.vaSetDisplayAttributes = display_attributes, .vaCreateSurfaces2 = create_surfaces2,
		.vaQuerySurfaceAttributes = surface_attributes, .vaSyncBuffer = fgva_env("FGVA_NO_SYNC_BUFFER", 0) ? NULL : sync_buffer,
	};
}

__attribute__((visibility("default"))) VAStatus __vaDriverInit_1_0(VADriverContextP ctx)
{
	if (fgva_env("FGVA_HANG_INIT", 0))
		hang();
	displays++;
	opened++;
	ctx->version_major = VA_MAJOR_VERSION;
	ctx->version_minor = VA_MINOR_VERSION;
	ctx->max_profiles = ctx->max_entrypoints = ctx->max_image_formats = 8;
	ctx->max_attributes = 32;
	ctx->max_subpic_formats = ctx->max_display_attributes = 1;
	ctx->str_vendor = "Framegear test driver";
	fill(ctx->vtable);
	fgva_image_table(ctx->vtable);
	if (!fgva_env("FGVA_NO_VPP", 0))
		fgva_vpp_table(ctx->vtable_vpp);
	return VA_STATUS_SUCCESS;
}
