#include "compare.h"

#include <string.h>

enum { BLOCK = 16, CHUNK = 64 /* blocks */ };

/* Wide vectors where the CPU has them; the compiler makes both from the same loop. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif

/* Notes where two rows differ, in words of eight samples. */
WIDE static void words(uint64_t *restrict differ, const uint8_t *restrict a, const uint8_t *restrict b, int n)
{
	for (int i = 0; i < n; i++) {
		uint64_t x, y;
		memcpy(&x, a + 8 * i, 8);
		memcpy(&y, b + 8 * i, 8);
		differ[i] |= x ^ y;
	}
}

static void row(uint64_t *differ, const uint8_t *a, const uint8_t *b, int bytes)
{
	words(differ, a, b, bytes / 8);
	for (int i = bytes & ~7; i < bytes; i++)
		differ[i / 8] |= a[i] ^ b[i];
}

/* Notes in differ which words of a part of a plane are not the same. */
static void part(uint64_t *differ, const change_pictures *p, int plane, int x, int y, int bytes, int rows)
{
	const uint8_t *a = p->a[plane] + y * p->a_stride[plane] + x;
	const uint8_t *b = p->b[plane] + y * p->b_stride[plane] + x;
	for (; rows > 0; rows--, a += p->a_stride[plane], b += p->b_stride[plane])
		row(differ, a, b, bytes);
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Compares a run of blocks. A block is two words of luma and one of either chroma plane. */
static void run(const change_pictures *p, int x, int y, int blocks, uint8_t *out)
{
	uint64_t luma[2 * CHUNK] = {0}, chroma[CHUNK] = {0};
	const int width = least(blocks * BLOCK, p->width - x), height = least(BLOCK, p->height - y);
	part(luma, p, 0, x, y, width, height);
	part(chroma, p, 1, x / 2, y / 2, width / 2, height / 2);
	part(chroma, p, 2, x / 2, y / 2, width / 2, height / 2);
	for (int i = 0; i < blocks; i++)
		out[i] = (luma[2 * i] | luma[2 * i + 1] | chroma[i]) != 0;
}

int change_compare(const change_pictures *p, uint8_t *blocks)
{
	const int cols = (p->width + BLOCK - 1) / BLOCK;
	int changed = 0;
	for (int y = 0; y < p->height; y += BLOCK, blocks += cols) {
		for (int i = 0; i < cols; i += CHUNK)
			run(p, i * BLOCK, y, least(CHUNK, cols - i), blocks + i);
		for (int i = 0; i < cols; i++)
			changed += blocks[i];
	}
	return changed;
}

/* A look at every fourth row of a block's luma: whoever asks wants to know it quickly, and may be told less than there is. */
static int differs(const change_pictures *p, int x, int y)
{
	const size_t width = (size_t)least(BLOCK, p->width - x);
	for (const int end = least(y + BLOCK, p->height); y < end; y += 4)
		if (memcmp(p->a[0] + y * p->a_stride[0] + x, p->b[0] + y * p->b_stride[0] + x, width))
			return 1;
	return 0;
}

int change_sample(const change_pictures *p, int count, int most)
{
	const int cols = (p->width + BLOCK - 1) / BLOCK, rows = (p->height + BLOCK - 1) / BLOCK, all = cols * rows;
	int changed = 0;
	for (int i = 0; i < count && changed <= most && changed + count - i > most; i++) {
		/* One from each of as many parts of the picture, at another place within each. */
		const int at = (int)((int64_t)all * i / count) + i * 37 % (all / count + 1);
		changed += differs(p, at % all % cols * BLOCK, at % all / cols * BLOCK);
	}
	return changed > most;
}
