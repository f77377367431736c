// The objects of the test driver. One mutex guards the tables; pictures are worked on by one thread at a time.
#ifndef FGVA_DRIVER_H
#define FGVA_DRIVER_H

#include <stddef.h>
#include <stdint.h>
#include <va/va_backend.h>
#include <va/va_backend_vpp.h>
#include <va/va_enc_h264.h>
#include <va/va_enc_hevc.h>
#include <va/va_vpp.h>

enum { FGVA_PER_PICTURE = 64 };

typedef struct {
	VAProfile profile;
	VAEntrypoint entrypoint;
	unsigned rate_control;
} config_t;

typedef struct {
	int width, height; // as asked for
	int pitch, rows;   // of the luma plane
	uint32_t fourcc;   // NV12 or P010
	uint8_t *data;
} surface_t;

typedef struct {
	VABufferType type;
	size_t size;
	uint8_t *data;
	int borrowed; // the data is a surface's
	VACodedBufferSegment coded;
} buffer_t;

typedef struct {
	VAConfigID config;
	VASurfaceID target;
	VABufferID buffers[FGVA_PER_PICTURE];
	int count;
	VAEncSequenceParameterBufferH264 h264; // of the newest sequence
	VAEncSequenceParameterBufferHEVC hevc;
} context_t;

typedef struct {
	VABufferID buffer;
	VAImage image;
} image_t;

enum kind { CONFIG = 1, SURFACE, BUFFER, CONTEXT, IMAGE, KINDS };

void *fgva_make(enum kind kind, unsigned *id);
void *fgva_get(enum kind kind, unsigned id);
int fgva_drop(enum kind kind, unsigned id);
long fgva_env(const char *name, long otherwise);

// h264.c, hevc.c: write the coded picture and return its size, or -1 when the buffer is too small or the stream is not one that the
// driver writes.
long fgva_h264(const surface_t *s, context_t *c, uint8_t *out, size_t room, int profile);
long fgva_hevc(const surface_t *s, context_t *c, uint8_t *out, size_t room, int depth);

// Appends FGVA_FILLER bytes of filler data, as constant bit rates have, and returns the new size, or -1.
long fgva_filler(uint8_t *out, long size, size_t room, int hevc);

// trace.c: says in FGVA_TRACE what libavcodec asked for with each picture.
void fgva_trace_picture(const config_t *config, const context_t *c);
void fgva_trace(const char *format, ...);

// caps.c
int fgva_encodes(VAProfile p);
VAStatus fgva_profiles(VADriverContextP ctx, VAProfile *list, int *n);
VAStatus fgva_entrypoints(VADriverContextP ctx, VAProfile profile, VAEntrypoint *list, int *n);
VAStatus fgva_attributes(VADriverContextP ctx, VAProfile profile, VAEntrypoint entry, VAConfigAttrib *a, int n);

// images.c
void fgva_image_table(struct VADriverVTable *t);

// vpp.c
VAStatus fgva_scale(surface_t *dst, const context_t *c);
void fgva_vpp_table(struct VADriverVTableVPP *t);

#endif
