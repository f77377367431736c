// H.264 with nothing but I_PCM macroblocks. libavcodec packs the parameter sets, SEI and slice headers; here come the
// macroblocks (ISO/IEC 14496-10 section 7.3.4, CAVLC).
#include <string.h>
#include "driver.h"

// bits is an output whose bytes get emulation prevention (section 7.3.1).
typedef struct {
	uint8_t *out;
	size_t size, room;
	int zeros;
	unsigned acc;
	int n; // bits in acc
} bits;

static void emit(bits *b, uint8_t byte)
{
	if (b->zeros >= 2 && byte <= 3) {
		if (b->size < b->room)
			b->out[b->size] = 3;
		b->size++;
		b->zeros = 0;
	}
	if (b->size < b->room)
		b->out[b->size] = byte;
	b->size++;
	b->zeros = byte ? 0 : b->zeros + 1;
}

static void put(bits *b, unsigned value, int n)
{
	while (n--) {
		b->acc = b->acc << 1 | (value >> n & 1);
		if (++b->n == 8) {
			emit(b, b->acc & 0xff);
			b->acc = b->n = 0;
		}
	}
}

static void put_ue(bits *b, unsigned v)
{
	int n = 0;
	for (unsigned x = v + 1; x > 1; x >>= 1)
		n++;
	put(b, 0, n);
	put(b, v + 1, n + 1);
}

// Headers come with start codes and emulation prevention already in them.
static void raw(bits *b, const uint8_t *p, unsigned nbits)
{
	for (unsigned i = 0; i < nbits / 8; i++) {
		if (b->size < b->room)
			b->out[b->size] = p[i];
		b->size++;
		b->zeros = p[i] ? 0 : b->zeros + 1;
	}
	b->acc = b->n = 0;
	if (nbits % 8)
		put(b, p[nbits / 8] >> (8 - nbits % 8), nbits % 8);
}

static int min(int a, int b) { return a < b ? a : b; }

// Samples beyond the picture, which the decoder crops, repeat the last ones.
static void macroblock(bits *b, const surface_t *s, int mx, int my)
{
	for (int y = 0; y < 16; y++)
		for (int x = 0; x < 16; x++)
			emit(b, s->data[(size_t)min(my * 16 + y, s->height - 1) * s->pitch + min(mx * 16 + x, s->width - 1)]);
	const uint8_t *chroma = s->data + (size_t)s->pitch * s->rows;
	for (int plane = 0; plane < 2; plane++)
		for (int y = 0; y < 8; y++)
			for (int x = 0; x < 8; x++)
				emit(b, chroma[(size_t)min(my * 8 + y, s->height / 2 - 1) * s->pitch +
					       2 * min(mx * 8 + x, s->width / 2 - 1) + plane]);
}

static void slice(bits *b, const surface_t *s, const VAEncSliceParameterBufferH264 *p)
{
	// mb_type of I_PCM is 25 in I slices; in P and B slices it follows 5 and 23 types of prediction (tables 7-11, 7-13, 7-14).
	static const unsigned types[] = {30, 48, 25};
	int columns = (s->width + 15) / 16;
	for (unsigned i = 0; i < p->num_macroblocks; i++) {
		unsigned mb = p->macroblock_address + i;
		if (p->slice_type != 2)
			put_ue(b, 0); // mb_skip_run
		put_ue(b, types[p->slice_type]);
		if (b->n)
			put(b, 0, 8 - b->n); // pcm_alignment_zero_bit
		macroblock(b, s, mb % columns, mb / columns);
	}
	put(b, 1, 1); // rbsp_stop_one_bit
	if (b->n)
		put(b, 0, 8 - b->n);
}

long fgva_h264(const surface_t *s, const context_t *c, uint8_t *out, size_t room)
{
	bits b = {.out = out, .room = room};
	const VAEncPackedHeaderParameterBuffer *header = NULL;
	for (int i = 0; i < c->count; i++) {
		buffer_t *buf = fgva_get(BUFFER, c->buffers[i]);
		switch (buf->type) {
		case VAEncPictureParameterBufferType:
			if (((VAEncPictureParameterBufferH264 *)buf->data)->pic_fields.bits.entropy_coding_mode_flag)
				return -1;
			break;
		case VAEncPackedHeaderParameterBufferType:
			header = (void *)buf->data;
			break;
		case VAEncPackedHeaderDataBufferType:
			raw(&b, buf->data, header->bit_length);
			break;
		case VAEncSliceParameterBufferType:
			slice(&b, s, (void *)buf->data);
			break;
		default:
			break;
		}
	}
	return b.size > room ? -1 : (long)b.size;
}
