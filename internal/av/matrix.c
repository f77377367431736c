// From one luma matrix to another, in place, on limited-range 4:2:0 with three planes.
// swscale would go through RGB at full size for this; here it is one pass of nine multiplications' worth of chroma and two of luma.
#include "shim.h"

// How much of U and V (without their offset) goes into Y, U and V.
typedef struct fg_matrix {
	float yu, yv, uu, uv, vu, vv;
} fg_matrix;

static void fg_solve(double kr0, double kb0, double kr1, double kb1, fg_matrix *m)
{
	const double kg0 = 1 - kr0 - kb0, kg1 = 1 - kr1 - kb1, l = 219.0 / 224.0;
	// R-Y, B-Y and G-Y of the source per unit of U and V (full-scale units of +-0.5).
	const double rv = 2 * (1 - kr0), bu = 2 * (1 - kb0), gu = -bu * kb0 / kg0, gv = -rv * kr0 / kg0;
	const double yu = kb1 * bu + kg1 * gu, yv = kr1 * rv + kg1 * gv;
	m->yu = (float)(yu * l);
	m->yv = (float)(yv * l);
	m->uu = (float)((bu - yu) / (2 * (1 - kb1)));
	m->uv = (float)(-yv / (2 * (1 - kb1)));
	m->vu = (float)(-yu / (2 * (1 - kr1)));
	m->vv = (float)((rv - yv) / (2 * (1 - kr1)));
}

static void fg_constants(int matrix, double *kr, double *kb)
{
	switch (matrix) { // ITU-T H.273, table 4
	case 1: *kr = 0.2126; *kb = 0.0722; break;
	case 9: *kr = 0.2627; *kb = 0.0593; break;
	default: *kr = 0.299; *kb = 0.114;
	}
}

static inline int16_t fg_clip(int16_t v, int16_t max) { return v < 0 ? 0 : v > max ? max : v; }

// To the nearest. Conversions to int cut off, so they are done above zero, which every sum of samples of 10 bits is with this much more.
enum { FG_ABOVE = 4096 };
static inline int16_t fg_round(float v) { return (int16_t)((int)(v + (FG_ABOVE + 0.5F)) - FG_ABOVE); }

// Wide vectors where the CPU has them; the compiler makes both from the same loops, which are kept as simple as it needs.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FG_WIDE __attribute__((target_clones("avx2", "default"), optimize("O3")))
#else
#define FG_WIDE
#endif

enum { FG_BLOCK = 64 };

// One row of chroma and the two rows of luma that it covers, a block at a time: d is what each chroma sample adds to its luma.
#define FG_CONVERT(NAME, TYPE, MID, MAX)                                                                               \
	FG_WIDE static void NAME##_chroma(TYPE *restrict u, TYPE *restrict v, int16_t *restrict d, int n, fg_matrix m) \
	{                                                                                                              \
		for (int x = 0; x < n; x++) {                                                                          \
			const float cu = (float)(u[x] - (MID)), cv = (float)(v[x] - (MID));                            \
			d[x] = fg_round(m.yu * cu + m.yv * cv);                                                        \
			u[x] = fg_clip((int16_t)((MID) + fg_round(m.uu * cu + m.uv * cv)), MAX);                       \
			v[x] = fg_clip((int16_t)((MID) + fg_round(m.vu * cu + m.vv * cv)), MAX);                       \
		}                                                                                                      \
	}                                                                                                              \
	FG_WIDE static void NAME##_luma(TYPE *restrict a, const int16_t *restrict d, int n)                            \
	{                                                                                                              \
		int16_t twice[2 * FG_BLOCK];                                                                           \
		for (int x = 0; x < n; x++)                                                                            \
			twice[2 * x] = twice[2 * x + 1] = d[x];                                                        \
		for (int x = 0; x < 2 * n; x++)                                                                        \
			a[x] = fg_clip((int16_t)(a[x] + twice[x]), MAX);                                               \
	}                                                                                                              \
	static void NAME(AVFrame *f, const fg_matrix *m, int y0, int y1)                                               \
	{                                                                                                              \
		const int cw = f->width / 2;                                                                           \
		int16_t d[FG_BLOCK];                                                                                   \
		for (int y = y0 / 2; y < y1 / 2; y++) {                                                                \
			TYPE *u = (TYPE *)(f->data[1] + (ptrdiff_t)y * f->linesize[1]);                                \
			TYPE *v = (TYPE *)(f->data[2] + (ptrdiff_t)y * f->linesize[2]);                                \
			TYPE *a = (TYPE *)(f->data[0] + (ptrdiff_t)(2 * y) * f->linesize[0]);                          \
			TYPE *b = (TYPE *)(f->data[0] + (ptrdiff_t)(2 * y + 1) * f->linesize[0]);                      \
			for (int x = 0; x < cw; x += FG_BLOCK) {                                                       \
				const int n = cw - x < FG_BLOCK ? cw - x : FG_BLOCK;                                   \
				NAME##_chroma(u + x, v + x, d, n, *m);                                                 \
				NAME##_luma(a + 2 * x, d, n);                                                          \
				NAME##_luma(b + 2 * x, d, n);                                                          \
			}                                                                                              \
		}                                                                                                      \
	}

FG_CONVERT(fg_convert8, uint8_t, 128, 255)
FG_CONVERT(fg_convert10, uint16_t, 512, 1023)

// Converts rows of luma from y0 up to y1, both even, and their chroma.
void fg_matrix_convert(AVFrame *f, int from, int to, int y0, int y1)
{
	fg_matrix m;
	double kr0, kb0, kr1, kb1;
	fg_constants(from, &kr0, &kb0);
	fg_constants(to, &kr1, &kb1);
	fg_solve(kr0, kb0, kr1, kb1, &m);
	if (f->format == AV_PIX_FMT_YUV420P10LE)
		fg_convert10(f, &m, y0, y1);
	else
		fg_convert8(f, &m, y0, y1);
}
