// From one luma matrix to another, in place, on limited-range 4:2:0 with three planes.
// swscale would go through RGB at full size for this; here it is one pass of nine multiplications' worth of chroma and two of luma.
#include "shim.h"

// Coefficients in 1/65536: how much of U and V (without their offset) goes into Y, U and V.
typedef struct fg_matrix {
	int yu, yv, uu, uv, vu, vv;
} fg_matrix;

static void fg_solve(double kr0, double kb0, double kr1, double kb1, fg_matrix *m)
{
	const double kg0 = 1 - kr0 - kb0, kg1 = 1 - kr1 - kb1, l = 219.0 / 224.0, one = 65536.0;
	// R-Y, B-Y and G-Y of the source per unit of U and V (full-scale units of +-0.5).
	const double rv = 2 * (1 - kr0), bu = 2 * (1 - kb0), gu = -bu * kb0 / kg0, gv = -rv * kr0 / kg0;
	const double yu = kb1 * bu + kg1 * gu, yv = kr1 * rv + kg1 * gv;
	m->yu = (int)(yu * l * one + (yu < 0 ? -0.5 : 0.5));
	m->yv = (int)(yv * l * one + (yv < 0 ? -0.5 : 0.5));
	m->uu = (int)((bu - yu) / (2 * (1 - kb1)) * one + 0.5);
	m->uv = (int)((-yv) / (2 * (1 - kb1)) * one + (-yv < 0 ? -0.5 : 0.5));
	m->vu = (int)((-yu) / (2 * (1 - kr1)) * one + (-yu < 0 ? -0.5 : 0.5));
	m->vv = (int)((rv - yv) / (2 * (1 - kr1)) * one + 0.5);
}

static void fg_constants(int matrix, double *kr, double *kb)
{
	switch (matrix) { // ITU-T H.273, table 4
	case 1: *kr = 0.2126; *kb = 0.0722; break;
	case 9: *kr = 0.2627; *kb = 0.0593; break;
	default: *kr = 0.299; *kb = 0.114;
	}
}

static inline int fg_clip(int v, int max) { return v < 0 ? 0 : v > max ? max : v; }

// Wide vectors where the CPU has them; the compiler makes both from the same loops, which are kept as simple as it needs.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FG_WIDE __attribute__((target_clones("avx2", "default"), optimize("O3")))
#else
#define FG_WIDE
#endif

enum { FG_BLOCK = 64 };

// One row of chroma and the two rows of luma that it covers, a block at a time: d is what each chroma sample adds to its luma.
#define FG_CONVERT(NAME, TYPE, MID, MAX)                                                                       \
	FG_WIDE static void NAME##_chroma(TYPE *restrict u, TYPE *restrict v, int *restrict d, int n, fg_matrix m) \
	{                                                                                                      \
		for (int x = 0; x < n; x++) {                                                                  \
			const int cu = u[x] - (MID), cv = v[x] - (MID);                                        \
			d[x] = (m.yu * cu + m.yv * cv + 32768) >> 16;                                          \
			u[x] = fg_clip((MID) + ((m.uu * cu + m.uv * cv + 32768) >> 16), MAX);                  \
			v[x] = fg_clip((MID) + ((m.vu * cu + m.vv * cv + 32768) >> 16), MAX);                  \
		}                                                                                              \
	}                                                                                                      \
	FG_WIDE static void NAME##_luma(TYPE *restrict a, const int *restrict d, int n)                        \
	{                                                                                                      \
		int twice[2 * FG_BLOCK];                                                                       \
		for (int x = 0; x < n; x++)                                                                    \
			twice[2 * x] = twice[2 * x + 1] = d[x];                                                \
		for (int x = 0; x < 2 * n; x++)                                                                \
			a[x] = fg_clip(a[x] + twice[x], MAX);                                                  \
	}                                                                                                      \
	static void NAME(AVFrame *f, const fg_matrix *m, int y0, int y1)                                       \
	{                                                                                                      \
		const int cw = f->width / 2;                                                                   \
		int d[FG_BLOCK];                                                                               \
		for (int y = y0 / 2; y < y1 / 2; y++) {                                                        \
			TYPE *u = (TYPE *)(f->data[1] + (ptrdiff_t)y * f->linesize[1]);                        \
			TYPE *v = (TYPE *)(f->data[2] + (ptrdiff_t)y * f->linesize[2]);                        \
			TYPE *a = (TYPE *)(f->data[0] + (ptrdiff_t)(2 * y) * f->linesize[0]);                  \
			TYPE *b = (TYPE *)(f->data[0] + (ptrdiff_t)(2 * y + 1) * f->linesize[0]);              \
			for (int x = 0; x < cw; x += FG_BLOCK) {                                               \
				const int n = cw - x < FG_BLOCK ? cw - x : FG_BLOCK;                           \
				NAME##_chroma(u + x, v + x, d, n, *m);                                         \
				NAME##_luma(a + 2 * x, d, n);                                                  \
				NAME##_luma(b + 2 * x, d, n);                                                  \
			}                                                                                      \
		}                                                                                              \
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
