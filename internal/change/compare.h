/* Which blocks of two pictures with 8-bit 4:2:0 samples in three planes differ. */
#ifndef FRAMEGEAR_CHANGE_H
#define FRAMEGEAR_CHANGE_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
	const uint8_t *a[3], *b[3];
	ptrdiff_t a_stride[3], b_stride[3];
	int width, height; /* of luma, even */
} change_pictures;

/* Fills a byte for each block, 1 where they differ, and returns how many do. */
int change_compare(const change_pictures *p, uint8_t *blocks);

/* Compares count blocks spread over the picture, as far as it takes to know whether more than most of them differ. */
int change_sample(const change_pictures *p, int count, int most);

#endif
