// A writer of bits for coded pictures: NAL units with emulation prevention (ISO/IEC 14496-10 and 23008-2, section 7.3.1).
#ifndef FGVA_BITS_H
#define FGVA_BITS_H

#include <stddef.h>
#include <stdint.h>
#include "driver.h"

typedef struct {
	uint8_t *out;
	size_t size, room;
	int zeros;
	unsigned acc;
	int n; // bits in acc
} bits;

static inline void byte(bits *b, uint8_t v)
{
	if (b->size < b->room)
		b->out[b->size] = v;
	b->size++;
	b->zeros = v ? 0 : b->zeros + 1;
}

static inline void emit(bits *b, uint8_t v)
{
	if (b->zeros >= 2 && v <= 3) {
		b->zeros = 0;
		byte(b, 3);
	}
	byte(b, v);
}

static inline void put(bits *b, unsigned value, int n)
{
	while (n--) {
		b->acc = b->acc << 1 | (value >> n & 1);
		if (++b->n == 8) {
			emit(b, b->acc & 0xff);
			b->acc = b->n = 0;
		}
	}
}

static inline void put_ue(bits *b, unsigned v)
{
	int n = 0;
	for (unsigned x = v + 1; x > 1; x >>= 1)
		n++;
	put(b, 0, n);
	put(b, v + 1, n + 1);
}

static inline void put_se(bits *b, int v) { put_ue(b, v > 0 ? 2 * v - 1 : -2 * v); }

static inline void align_zero(bits *b)
{
	if (b->n)
		put(b, 0, 8 - b->n);
}

static inline void trailing(bits *b)
{
	put(b, 1, 1);
	align_zero(b);
}

static inline void start_code(bits *b)
{
	for (int i = 0; i < 4; i++)
		byte(b, i == 3);
	b->zeros = 0;
}

static inline int at_most(int a, int b) { return a < b ? a : b; }

// One sample; beyond the picture, which the decoder crops, the last ones repeat. plane is 0 for luma, 1 and 2 for chroma.
static inline unsigned sample(const surface_t *s, int plane, int x, int y)
{
	int w = plane ? s->width / 2 : s->width, h = plane ? s->height / 2 : s->height, bytes = s->fourcc == VA_FOURCC_P010 ? 2 : 1;
	x = at_most(x, w - 1);
	y = at_most(y, h - 1);
	const uint8_t *p = s->data + (size_t)s->pitch * (plane ? s->rows : 0) + (size_t)s->pitch * y +
			   bytes * (plane ? 2 * x + plane - 1 : x);
	return bytes == 1 ? *p : (p[0] | p[1] << 8) >> 6;
}

#endif
