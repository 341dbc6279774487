#include "ck_winograd.h"

// Convolutions by windows of 3×3 that go over every place: for a tile of 2×2 results 16 numbers per channel are multiplied in
// place of 36, after both sides were transformed by sums. With fewer terms in a sum it mostly rounds less than the plain one.

/// Tiles that are multiplied at a time.
#define STEP 12

/// Numbers between a point's and the next one's, of a kernel.
static long kernel_apart(const ck_convolution *g) { return g->channels * g->filters + GAP; }

typedef struct {
    const ck_convolution *geometry;
    const float *kernel;
    int is_turned;
    float *packed;
} kernel_job;

/// G·g·Gᵀ of 16 filters, whose taps are `apart`.
CK_INLINE void transform_kernel(const float *taps, long apart, float *to, long point) {
    ck_v16 g[3][3], t[4][3];
    CK_EACH(a, 3) CK_EACH(b, 3) g[a][b] = ck_load(taps + (a * 3 + b) * apart);
    CK_EACH(b, 3) {
        ck_v16 outer = (g[0][b] + g[2][b]) * 0.5f, inner = g[1][b] * 0.5f;
        t[0][b] = g[0][b], t[1][b] = outer + inner, t[2][b] = outer - inner, t[3][b] = g[2][b];
    }
    CK_EACH(a, 4) {
        ck_v16 outer = (t[a][0] + t[a][2]) * 0.5f, inner = t[a][1] * 0.5f;
        ck_store(to + (a * 4 + 0) * point, t[a][0]), ck_store(to + (a * 4 + 1) * point, outer + inner);
        ck_store(to + (a * 4 + 2) * point, outer - inner), ck_store(to + (a * 4 + 3) * point, t[a][2]);
    }
}

/// Of a turned kernel's 16 channels and 16 filters, as (taps, channels, filters): those of the opposite taps for 16 filters and
/// 16 channels of its own.
CK_INLINE void turn(const kernel_job *j, long channel, long filter, float *to) {
    long own = j->geometry->filters, width = j->geometry->channels;
    for (long tap = 0; tap < 9; tap++)
        for (long i = 0; i < 16; i++) {
            const float *from = j->kernel + ((8 - tap) * own + filter + i) * width + channel;
            for (long c = 0; c < 16; c++) to[(tap * 16 + c) * 16 + i] = from[c];
        }
}

/// Of (panels, channels / 16): a point's numbers are (panels, channels, filters of a panel).
CK_WIDE_CLONES static void kernel_part(void *context, long begin, long end) {
    const kernel_job *j = context;
    long channels = j->geometry->channels, filters = j->geometry->filters, panel = panel_of(j->geometry);
    float turned[9 * 16 * 16];
    for (long item = begin; item < end; item++) {
        long start = item % (channels / 16) * 16, first = item / (channels / 16) * panel;
        for (long i = 0; i < panel; i += 16) {
            if (j->is_turned) turn(j, start, first + i, turned);
            for (long c = 0; c < 16; c++)
                transform_kernel(
                    j->is_turned ? turned + c * 16 : j->kernel + (start + c) * filters + first + i,
                    j->is_turned ? 256 : channels * filters,
                    j->packed + (first / panel * channels + start + c) * panel + i, kernel_apart(j->geometry));
        }
    }
}

long ck_winograd_packed(const ck_convolution *g) { return POINTS * kernel_apart(g) * (long)sizeof(float); }

void ck_winograd_pack(const ck_convolution *g, const float *kernel, int is_turned, float *packed) {
    kernel_job j = {g, kernel, is_turned, packed};
    long panel = panel_of(g);
    ck_parallel(g->filters / panel * g->channels / 16, ck_row_grain(POINTS * 16 * panel), kernel_part, &j);
}

/// (rows, count)·(count, 16·n), of rows `stride` apart, into rows `apart`.
CK_INLINE void multiply(
    const float *x, long stride, const float *kernel, long count, float *y, long apart, int rows, int n) {
    ck_v16 sums[STEP][4];
    CK_EACH(i, rows) CK_EACH(k, n) sums[i][k] = (ck_v16){0};
    for (long c = 0; c < count; c++, kernel += 16 * n) {
        ck_v16 weights[4];
        CK_EACH(k, n) weights[k] = ck_load(kernel + 16 * k);
        CK_EACH(i, rows) {
            ck_v16 here = ck_broadcast(x[i * stride + c]);
            CK_EACH(k, n) sums[i][k] += here * weights[k];
        }
    }
    CK_EACH(i, rows) CK_EACH(k, n) ck_store(y + i * apart + 16 * k, sums[i][k]);
}

CK_WIDE_CLONES static void multiply_64(
    const float *x, long rows, long stride, const float *kernel, float *y, long apart) {
    for (; rows >= STEP / 2; rows -= STEP / 2, x += STEP / 2 * stride, y += STEP / 2 * apart)
        multiply(x, stride, kernel, stride, y, apart, STEP / 2, 4);
    for (; rows > 0; rows--, x += stride, y += apart) multiply(x, stride, kernel, stride, y, apart, 1, 4);
}

CK_WIDE_CLONES static void multiply_32(
    const float *x, long rows, long stride, const float *kernel, float *y, long apart) {
    for (; rows >= STEP; rows -= STEP, x += STEP * stride, y += STEP * apart)
        multiply(x, stride, kernel, stride, y, apart, STEP, 2);
    for (; rows > 0; rows--, x += stride, y += apart) multiply(x, stride, kernel, stride, y, apart, 1, 2);
}

CK_WIDE_CLONES static void read_input(const ck_convolution *g, const float *x, ck_tile tile, float *to, long point) {
    read_tile(g, x, tile, 0, g->channels, to, 16, point);
}

/// Aᵀ·m·A + bias, of 2×2 places those that are in the result.
CK_WIDE_CLONES static void write_tile(
    const ck_convolution *g, const float *from, long point, const float *bias, float *y, ck_tile tile) {
    long n = g->filters, line = g->output_width * n;
    float *to = y + (tile.image * g->output_height + tile.row) * line + tile.column * n;
    int has_lower = tile.row + 1 < g->output_height, has_right = tile.column + 1 < g->output_width;
    for (long i = 0; i < n; i += 16) {
        ck_v16 t[2][4], more = bias ? ck_load(bias + i) : (ck_v16){0};
        CK_EACH(b, 4) {
            ck_v16 m[4];
            CK_EACH(a, 4) m[a] = ck_load(from + (a * 4 + b) * point + i);
            t[0][b] = m[0] + m[1] + m[2], t[1][b] = m[1] - m[2] - m[3];
        }
        ck_store(to + i, t[0][0] + t[0][1] + t[0][2] + more);
        if (has_right) ck_store(to + n + i, t[0][1] - t[0][2] - t[0][3] + more);
        if (has_lower) ck_store(to + line + i, t[1][0] + t[1][1] + t[1][2] + more);
        if (has_lower && has_right) ck_store(to + line + n + i, t[1][1] - t[1][2] - t[1][3] + more);
    }
}

typedef struct {
    const ck_convolution *geometry;
    const float *x, *packed, *bias;
    float *y, *scratch;
    long parts;
} winograd_job;

static long room(const ck_convolution *g) { return POINTS * (apart(g->channels) + apart(g->filters)); }

/// `count` tiles from `first` on, through the two arrays of a block.
static void block(const winograd_job *j, long first, long count, float *seen, float *sums) {
    const ck_convolution *g = j->geometry;
    long panel = panel_of(g);
    for (long t = 0; t < count; t++)
        read_input(g, j->x, tile_at(g, first + t), seen + t * g->channels, apart(g->channels));
    for (long start = 0; start < g->filters; start += panel)
        for (long point = 0; point < POINTS; point++)
            (panel == 64 ? multiply_64 : multiply_32)(
                seen + point * apart(g->channels), count, g->channels,
                j->packed + point * kernel_apart(g) + start * g->channels, sums + point * apart(g->filters) + start,
                g->filters);
    for (long t = 0; t < count; t++)
        write_tile(g, sums + t * g->filters, apart(g->filters), j->bias, j->y, tile_at(g, first + t));
}

static void winograd_parts(void *context, long begin, long end) {
    const winograd_job *j = context;
    const ck_convolution *g = j->geometry;
    long tiles = tiles_of(g), steps = (tiles + STEP - 1) / STEP;
    for (long part = begin; part < end; part++) {
        float *seen = j->scratch + part * room(g), *sums = seen + POINTS * apart(g->channels);
        long last = ck_min(tiles, (part + 1) * steps / j->parts * STEP);
        for (long i = part * steps / j->parts * STEP; i < last; i += TILES)
            block(j, i, ck_min(TILES, last - i), seen, sums);
    }
}

long ck_winograd_scratch(const ck_convolution *g, int threads) { return threads * room(g) * (long)sizeof(float); }

void ck_winograd(
    const ck_convolution *g, const float *x, const float *packed, const float *bias, float *y, void *scratch,
    int threads) {
    winograd_job j = {g, x, packed, bias, y, scratch, threads};
    ck_parallel(threads, 1, winograd_parts, &j);
}

int ck_has_wide_registers(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f");
#else
    return 0;
#endif
}
