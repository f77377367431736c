// HEVC with nothing but PCM coding units of 16x16 (ISO/IEC 23008-2 section 7.3.8.7), in 8 and 10 bit. The driver takes no headers from
// libavcodec, whose sequence parameter set gives PCM samples one bit: all of the stream is written here.
#include "bits.h"

enum { CTB = 16, PICTURE_COUNT_BITS = 16 };
enum { SLICE_P = 1, SLICE_I = 2 };
enum { CU_SKIP, PRED_MODE, PART_MODE, CONTEXTS };

// The arithmetic coder of section 9.3.5.
typedef struct {
	bits *out;
	unsigned low, range, outstanding;
	int first;
	uint8_t state[CONTEXTS], mps[CONTEXTS];
} cabac;

// Table 9-46.
static const uint8_t lps_range[64][4] = {
	{128, 176, 208, 240}, {128, 167, 197, 227}, {128, 158, 187, 216}, {123, 150, 178, 205},
	{116, 142, 169, 195}, {111, 135, 160, 185}, {105, 128, 152, 175}, {100, 122, 144, 166},
	{95, 116, 137, 158}, {90, 110, 130, 150}, {85, 104, 123, 142}, {81, 99, 117, 135},
	{77, 94, 111, 128}, {73, 89, 105, 122}, {69, 85, 100, 116}, {66, 80, 95, 110},
	{62, 76, 90, 104}, {59, 72, 86, 99}, {56, 69, 81, 94}, {53, 65, 77, 89},
	{51, 62, 73, 85}, {48, 59, 69, 80}, {46, 56, 66, 76}, {43, 53, 63, 72},
	{41, 50, 59, 69}, {39, 48, 56, 65}, {37, 45, 54, 62}, {35, 43, 51, 59},
	{33, 41, 48, 56}, {32, 39, 46, 53}, {30, 37, 43, 50}, {29, 35, 41, 48},
	{27, 33, 39, 45}, {26, 31, 37, 43}, {24, 30, 35, 41}, {23, 28, 33, 39},
	{22, 27, 32, 37}, {21, 26, 30, 35}, {20, 24, 29, 33}, {19, 23, 27, 31},
	{18, 22, 26, 30}, {17, 21, 25, 28}, {16, 20, 23, 27}, {15, 19, 22, 25},
	{14, 18, 21, 24}, {14, 17, 20, 23}, {13, 16, 19, 22}, {12, 15, 18, 21},
	{12, 14, 17, 20}, {11, 14, 16, 19}, {11, 13, 15, 18}, {10, 12, 15, 17},
	{10, 12, 14, 16}, {9, 11, 13, 15}, {9, 11, 12, 14}, {8, 10, 12, 14},
	{8, 9, 11, 13}, {7, 9, 11, 12}, {7, 9, 10, 12}, {7, 8, 10, 11},
	{6, 8, 9, 11}, {6, 7, 9, 10}, {6, 7, 8, 9}, {2, 2, 2, 2},
};

// Table 9-47.
static const uint8_t after_lps[64] = {
	0,  0,	1,  2,	2,  4,	4,  5,	6,  7,	8,  9,	9,  11, 11, 12, 13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21, 21, 22, 22, 23, 24,
	24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33, 33, 33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63,
};

static void start(cabac *c)
{
	c->low = c->outstanding = 0;
	c->range = 510;
	c->first = 1;
}

static void put_bit(cabac *c, int bit)
{
	if (c->first)
		c->first = 0;
	else
		put(c->out, bit, 1);
	for (; c->outstanding; c->outstanding--)
		put(c->out, !bit, 1);
}

static void renormalize(cabac *c)
{
	for (; c->range < 256; c->range <<= 1, c->low <<= 1) {
		if (c->low < 256) {
			put_bit(c, 0);
		} else if (c->low >= 512) {
			c->low -= 512;
			put_bit(c, 1);
		} else {
			c->low -= 256;
			c->outstanding++;
		}
	}
}

static void decision(cabac *c, int context, int bin)
{
	uint8_t *state = &c->state[context];
	unsigned lps = lps_range[*state][c->range >> 6 & 3];
	c->range -= lps;
	if (bin == c->mps[context]) {
		*state = at_most(*state + 1, 62);
	} else {
		c->low += c->range;
		c->range = lps;
		if (*state == 0)
			c->mps[context] ^= 1;
		*state = after_lps[*state];
	}
	renormalize(c);
}

// A bin before which decoding may end; the last bit that is written after a 1 is the stop bit at the end of a slice.
static void terminate(cabac *c, int bin)
{
	c->range -= 2;
	if (bin) {
		c->low += c->range;
		c->range = 2;
	}
	renormalize(c);
	if (bin) {
		put_bit(c, c->low >> 9 & 1);
		put(c->out, (c->low >> 7 & 3) | 1, 2);
	}
}

// Section 9.3.2.2 for the slice quantizer 26, at which every slice of this driver is.
static void context_init(cabac *c, int context, int value)
{
	int slope = (value >> 4) * 5 - 45, offset = ((value & 15) << 3) - 16, pre = (slope * 26 >> 4) + offset;
	pre = pre < 1 ? 1 : at_most(pre, 126);
	c->mps[context] = pre > 63;
	c->state[context] = pre > 63 ? pre - 64 : 63 - pre;
}

static void coding_unit(cabac *c, const surface_t *s, int type, int bx, int by, int depth)
{
	if (type != SLICE_I) {
		decision(c, CU_SKIP, 0); // no neighbour is skipped either
		decision(c, PRED_MODE, 1);
	}
	decision(c, PART_MODE, 1);
	terminate(c, 1); // pcm_flag
	align_zero(c->out);
	for (int plane = 0; plane < 3; plane++) {
		int side = plane ? CTB / 2 : CTB;
		for (int y = 0; y < side; y++)
			for (int x = 0; x < side; x++)
				put(c->out, sample(s, plane, bx * side + x, by * side + y), depth);
	}
	start(c);
}

static void slice_data(bits *b, const surface_t *s, int type, int columns, int rows, int depth)
{
	cabac c = {.out = b};
	context_init(&c, CU_SKIP, 197);
	context_init(&c, PRED_MODE, 149);
	context_init(&c, PART_MODE, type == SLICE_I ? 184 : 154);
	start(&c);
	for (int n = 0; n < columns * rows; n++) {
		coding_unit(&c, s, type, n % columns, n / columns, depth);
		terminate(&c, n == columns * rows - 1); // end_of_slice_segment_flag
	}
	align_zero(b);
}

static void nal(bits *b, int type)
{
	start_code(b);
	put(b, type << 9 | 1, 16);
}

static void profile_tier_level(bits *b, const VAEncSequenceParameterBufferHEVC *q)
{
	int profile = q->general_profile_idc;
	put(b, 0, 2);
	put(b, q->general_tier_flag, 1);
	put(b, profile, 5);
	put(b, 1u << (31 - profile) | (profile == 1 ? 1u << 29 : 0), 32);
	put(b, 0xb, 4); // progressive, not interlaced, not packed, frames only
	put(b, 0, 22);
	put(b, 0, 22);
	put(b, q->general_level_idc, 8);
}

static void dpb_size(bits *b)
{
	put(b, 0, 1); // for all sub-layers, of which there is one
	put_ue(b, 1);
	put_ue(b, 0);
	put_ue(b, 0);
}

// Sections 7.3.2.1 to 7.3.2.3.
static void sets(bits *b, const VAEncSequenceParameterBufferHEVC *q, const surface_t *s, int columns, int rows, int depth)
{
	nal(b, 32);
	put(b, 3, 6);
	put(b, 0, 9);
	put(b, 1, 1);
	put(b, 0xffff, 16);
	profile_tier_level(b, q);
	dpb_size(b);
	put(b, 0, 6);
	put_ue(b, 0);
	put(b, 0, 2);
	trailing(b);

	nal(b, 33);
	put(b, 1, 8); // set 0, one sub-layer, nested
	profile_tier_level(b, q);
	put_ue(b, 0);
	put_ue(b, 1); // 4:2:0
	put_ue(b, columns * CTB);
	put_ue(b, rows * CTB);
	put(b, 1, 1);
	put_ue(b, 0);
	put_ue(b, (columns * CTB - s->width) / 2);
	put_ue(b, 0);
	put_ue(b, (rows * CTB - s->height) / 2);
	put_ue(b, depth - 8);
	put_ue(b, depth - 8);
	put_ue(b, PICTURE_COUNT_BITS - 4);
	dpb_size(b);
	put_ue(b, 1); // coding blocks of 16 and no others
	put_ue(b, 0);
	put_ue(b, 0); // transform blocks of 4 to 16
	put_ue(b, 2);
	put_ue(b, 0);
	put_ue(b, 0);
	put(b, 0, 3);
	put(b, 1, 1); // pcm_enabled_flag
	put(b, depth - 1, 4);
	put(b, depth - 1, 4);
	put_ue(b, 1);
	put_ue(b, 0);
	put(b, 1, 1); // no loop filter on them
	put_ue(b, 0);
	put(b, 0, 5);
	trailing(b);

	nal(b, 34);
	put_ue(b, 0);
	put_ue(b, 0);
	put(b, 0, 7);
	put_ue(b, 0);
	put_ue(b, 0);
	put_se(b, 0);
	put(b, 0, 3);
	put_se(b, 0);
	put_se(b, 0);
	put(b, 0, 7);
	put(b, 5, 3); // deblocking control is present, not to be overridden, off
	put(b, 0, 2);
	put_ue(b, 0);
	put(b, 0, 2);
	trailing(b);
}

// Section 7.3.6, for what the sets above say.
static void slice_header(bits *b, const VAEncPictureParameterBufferHEVC *p, int type)
{
	int idr = p->pic_fields.bits.idr_pic_flag;
	nal(b, idr ? 19 : 1);
	put(b, 1, 1); // first and only one
	if (idr)
		put(b, 0, 1);
	put_ue(b, 0);
	put_ue(b, type);
	if (!idr) {
		put(b, p->decoded_curr_pic.pic_order_cnt & 0xffff, PICTURE_COUNT_BITS);
		put(b, 0, 1); // the reference picture set is here: the picture before
		put_ue(b, 1);
		put_ue(b, 0);
		put_ue(b, p->decoded_curr_pic.pic_order_cnt - p->reference_frames[0].pic_order_cnt - 1);
		put(b, 1, 1);
	}
	if (type == SLICE_P) {
		put(b, 0, 1);
		put_ue(b, 0);
	}
	put_se(b, 0);
	trailing(b);
}

long fgva_hevc(const surface_t *s, context_t *c, uint8_t *out, size_t room, int depth)
{
	bits b = {.out = out, .room = room};
	const VAEncPictureParameterBufferHEVC *picture = NULL;
	const VAEncSliceParameterBufferHEVC *slice = NULL;
	for (int i = 0; i < c->count; i++) {
		buffer_t *buf = fgva_get(BUFFER, c->buffers[i]);
		if (buf->type == VAEncSequenceParameterBufferType)
			c->hevc = *(VAEncSequenceParameterBufferHEVC *)buf->data;
		else if (buf->type == VAEncPictureParameterBufferType)
			picture = (void *)buf->data;
		else if (buf->type == VAEncSliceParameterBufferType)
			slice = (void *)buf->data;
	}
	// What libavcodec says has to be what the surface is.
	if (!picture || !slice || (slice->slice_type != SLICE_I && slice->slice_type != SLICE_P) ||
	    c->hevc.seq_fields.bits.bit_depth_luma_minus8 != (unsigned)depth - 8 ||
	    (s->fourcc == VA_FOURCC_P010) != (depth == 10) || c->hevc.general_profile_idc != (depth == 10 ? 2 : 1))
		return -1;
	int columns = (s->width + CTB - 1) / CTB, rows = (s->height + CTB - 1) / CTB;
	if (picture->pic_fields.bits.idr_pic_flag)
		sets(&b, &c->hevc, s, columns, rows, depth);
	slice_header(&b, picture, slice->slice_type);
	slice_data(&b, s, slice->slice_type, columns, rows, depth);
	return b.size > room ? -1 : (long)b.size;
}
