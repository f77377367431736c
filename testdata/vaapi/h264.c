// H.264 with nothing but I_PCM macroblocks (ISO/IEC 14496-10 section 7.3.5, CAVLC). The headers are libavcodec's, or the driver's own where
// it takes none.
#include <string.h>
#include "bits.h"

// Headers come with start codes and emulation prevention already in them.
static void raw(bits *b, const uint8_t *p, unsigned nbits)
{
	for (unsigned i = 0; i < nbits / 8; i++)
		byte(b, p[i]);
	b->acc = b->n = 0;
	if (nbits % 8)
		put(b, p[nbits / 8] >> (8 - nbits % 8), nbits % 8);
}

static void macroblock(bits *b, const surface_t *s, int mx, int my)
{
	for (int plane = 0; plane < 3; plane++) {
		int side = plane ? 8 : 16;
		for (int y = 0; y < side; y++)
			for (int x = 0; x < side; x++)
				emit(b, sample(s, plane, mx * side + x, my * side + y));
	}
}

static void slice_data(bits *b, const surface_t *s, const VAEncSliceParameterBufferH264 *p)
{
	// mb_type of I_PCM is 25 in I slices; in P and B slices it follows 5 and 23 types of prediction (tables 7-11, 7-13, 7-14).
	static const unsigned types[] = {30, 48, 25};
	int columns = (s->width + 15) / 16;
	for (unsigned i = 0; i < p->num_macroblocks; i++) {
		unsigned mb = p->macroblock_address + i;
		if (p->slice_type != 2)
			put_ue(b, 0); // mb_skip_run
		put_ue(b, types[p->slice_type]);
		align_zero(b); // pcm_alignment_zero_bit
		macroblock(b, s, mb % columns, mb / columns);
	}
	trailing(b);
}

// Sections 7.3.2.1 and 7.3.2.2.
static void own_sets(bits *b, const VAEncSequenceParameterBufferH264 *q, const VAEncPictureParameterBufferH264 *p, int profile)
{
	start_code(b);
	put(b, 3 << 5 | 7, 8);
	put(b, profile, 8);
	put(b, profile == 66 ? 0xc0 : 0x40, 8); // constrained baseline; main
	put(b, q->level_idc, 8);
	put_ue(b, 0);
	put_ue(b, q->seq_fields.bits.log2_max_frame_num_minus4);
	put_ue(b, q->seq_fields.bits.pic_order_cnt_type);
	if (q->seq_fields.bits.pic_order_cnt_type == 0)
		put_ue(b, q->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4);
	put_ue(b, q->max_num_ref_frames);
	put(b, 0, 1);
	put_ue(b, q->picture_width_in_mbs - 1);
	put_ue(b, q->picture_height_in_mbs - 1);
	put(b, 1, 1); // frame_mbs_only_flag
	put(b, q->seq_fields.bits.direct_8x8_inference_flag, 1);
	put(b, q->frame_cropping_flag, 1);
	if (q->frame_cropping_flag) {
		put_ue(b, q->frame_crop_left_offset);
		put_ue(b, q->frame_crop_right_offset);
		put_ue(b, q->frame_crop_top_offset);
		put_ue(b, q->frame_crop_bottom_offset);
	}
	put(b, 0, 1); // vui_parameters_present_flag
	trailing(b);

	start_code(b);
	put(b, 3 << 5 | 8, 8);
	put_ue(b, 0);
	put_ue(b, 0);
	put(b, 0, 2); // CAVLC
	put_ue(b, 0); // one slice group
	put_ue(b, p->num_ref_idx_l0_active_minus1);
	put_ue(b, p->num_ref_idx_l1_active_minus1);
	put(b, 0, 3);
	put_se(b, 0);
	put_se(b, 0);
	put_se(b, 0);
	put(b, 4, 3); // deblocking_filter_control_present_flag, unlike libavcodec's own
	trailing(b);
}

// Section 7.3.3, for what this driver says in its own parameter sets.
static void own_slice(bits *b, const VAEncSequenceParameterBufferH264 *q, const VAEncPictureParameterBufferH264 *p,
		      const VAEncSliceParameterBufferH264 *sl)
{
	int idr = p->pic_fields.bits.idr_pic_flag, reference = p->pic_fields.bits.reference_pic_flag;
	start_code(b);
	put(b, reference << 5 | (idr ? 5 : 1), 8);
	put_ue(b, sl->macroblock_address);
	put_ue(b, sl->slice_type);
	put_ue(b, 0);
	put(b, p->frame_num, q->seq_fields.bits.log2_max_frame_num_minus4 + 4);
	if (idr)
		put_ue(b, sl->idr_pic_id);
	if (q->seq_fields.bits.pic_order_cnt_type == 0)
		put(b, sl->pic_order_cnt_lsb, q->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4 + 4);
	if (sl->slice_type == 0) // P: neither another number of references nor another order
		put(b, 0, 2);
	if (reference)
		put(b, 0, idr ? 2 : 1);
	put_se(b, 0); // slice_qp_delta
	put_ue(b, 1); // disable_deblocking_filter_idc
}

long fgva_h264(const surface_t *s, context_t *c, uint8_t *out, size_t room, int profile)
{
	bits b = {.out = out, .room = room};
	const VAEncPackedHeaderParameterBuffer *header = NULL;
	const VAEncPictureParameterBufferH264 *picture = NULL;
	int own = fgva_env("FGVA_NO_HEADERS", 0) || fgva_env("FGVA_OWN_HEADERS", 0);
	for (int i = 0; i < c->count; i++) {
		buffer_t *buf = fgva_get(BUFFER, c->buffers[i]);
		if (buf->type == VAEncSequenceParameterBufferType)
			c->h264 = *(VAEncSequenceParameterBufferH264 *)buf->data;
		else if (buf->type == VAEncPictureParameterBufferType)
			picture = (void *)buf->data;
	}
	if (!picture || (!own && picture->pic_fields.bits.entropy_coding_mode_flag))
		return -1;
	if (own && picture->pic_fields.bits.idr_pic_flag && !fgva_env("FGVA_MUTE", 0))
		own_sets(&b, &c->h264, picture, profile);
	for (int i = 0; i < c->count; i++) {
		buffer_t *buf = fgva_get(BUFFER, c->buffers[i]);
		switch (buf->type) {
		case VAEncPackedHeaderParameterBufferType:
			header = (void *)buf->data;
			break;
		case VAEncPackedHeaderDataBufferType:
			if (!own)
				raw(&b, buf->data, header->bit_length);
			break;
		case VAEncSliceParameterBufferType:
			if (own)
				own_slice(&b, &c->h264, picture, (void *)buf->data);
			slice_data(&b, s, (void *)buf->data);
			break;
		default:
			break;
		}
	}
	return b.size > room ? -1 : (long)b.size;
}

long fgva_filler(uint8_t *out, long size, size_t room, int hevc)
{
	bits b = {.out = out, .room = room, .size = size};
	long n = fgva_env("FGVA_FILLER", 0);
	if (n == 0)
		return size;
	start_code(&b);
	put(&b, hevc ? 38 << 9 | 1 : 12, hevc ? 16 : 8); // FD_NUT; nal_unit_type 12
	while (n--)
		byte(&b, 0xff);
	trailing(&b);
	return b.size > room ? -1 : (long)b.size;
}
