#include "ck_winograd.h"

// The gradient of the kernel of a convolution by transformed tiles, Gᵀ·(Σ over tiles of (Bᵀ·d·B) ⊙ (A·dy·Aᵀ))·G: 16 products
// for four places in place of 36. It is made of groups of channels and filters, so that a group's sums and some tiles stay in
// the second-level cache, and of parts of the tiles, as many as the shapes ask for: the bits do not depend on the threads. Groups
// of fewer channels than others take turns with those, so that threads get the same share.

/// Channels of a group, at most.
#define WIDTH 64
/// Groups times parts, at least: what threads can share.
#define ITEMS 16

typedef struct {
    const ck_convolution *geometry;
    const float *x, *dy;
    float *to, *scratch;
    long parts, threads;
} gradient_job;

/// Groups of channels.
static long widths_of(const ck_convolution *g) { return (g->channels + WIDTH - 1) / WIDTH; }

static long groups_of(const ck_convolution *g) { return widths_of(g) * (g->filters / panel_of(g)); }

long ck_winograd_gradient_parts(const ck_convolution *g) {
    long blocks = (tiles_of(g) + TILES - 1) / TILES;
    return ck_max(1, ck_min(blocks, (ITEMS - 1) / ck_max(groups_of(g), 1) + 1));
}

/// Numbers of a thread: a group's sums, and what a block's tiles see and are sent.
static long room(const ck_convolution *g) {
    return POINTS * (WIDTH * panel_of(g) + apart(WIDTH) + apart(panel_of(g)));
}

long ck_winograd_gradient_scratch(const ck_convolution *g, int threads) {
    return threads * room(g) * (long)sizeof(float);
}

/// A·dy·Aᵀ of `width` filters from `start` on, 0 beyond the result.
CK_WIDE_CLONES static void read_gradient(
    const ck_convolution *g, const float *dy, ck_tile tile, long start, long width, float *to, long point) {
    long line = g->output_width * g->filters;
    const float *from = dy + (tile.image * g->output_height + tile.row) * line + tile.column * g->filters + start;
    int has_lower = tile.row + 1 < g->output_height, has_right = tile.column + 1 < g->output_width;
    for (long i = 0; i < width; i += 16) {
        ck_v16 none = {0}, t[4][2];
        t[0][0] = ck_load(from + i), t[0][1] = has_right ? ck_load(from + g->filters + i) : none;
        t[3][0] = has_lower ? ck_load(from + line + i) : none;
        t[3][1] = has_lower && has_right ? ck_load(from + line + g->filters + i) : none;
        CK_EACH(b, 2) t[1][b] = t[0][b] + t[3][b], t[2][b] = t[0][b] - t[3][b], t[3][b] = -t[3][b];
        CK_EACH(a, 4) {
            ck_store(to + (a * 4 + 0) * point + i, t[a][0]), ck_store(to + (a * 4 + 1) * point + i, t[a][0] + t[a][1]);
            ck_store(to + (a * 4 + 2) * point + i, t[a][0] - t[a][1]), ck_store(to + (a * 4 + 3) * point + i, -t[a][1]);
        }
    }
}

CK_WIDE_CLONES static void read_input(
    const ck_convolution *g, const float *x, ck_tile tile, long start, long width, float *to, long point) {
    read_tile(g, x, tile, start, width, to, TILES * 16, point);
}

/// sums (rows, 16·n) += xᵀ·dy of (count, 16) and (count, 16·n), which are added up first: shorter sums round less.
CK_INLINE void add_products(const float *x, const float *dy, long count, float *sums, int rows, int n) {
    ck_v16 here[8][4];
    CK_EACH(i, rows) CK_EACH(k, n) here[i][k] = (ck_v16){0};
    for (; count; count--, x += 16, dy += 16 * n) {
        ck_v16 sent[4];
        CK_EACH(k, n) sent[k] = ck_load(dy + 16 * k);
        CK_EACH(i, rows) {
            ck_v16 seen = ck_broadcast(x[i]);
            CK_EACH(k, n) here[i][k] += seen * sent[k];
        }
    }
    CK_EACH(i, rows) CK_EACH(k, n) {
        float *sum = sums + (i * n + k) * 16;
        ck_store(sum, ck_load(sum) + here[i][k]);
    }
}

/// Of 16 channels and a panel of 64 filters, or of 32.
CK_WIDE_CLONES static void add_64(const float *x, const float *dy, long count, float *sums) {
    add_products(x, dy, count, sums, 6, 4);
    add_products(x + 6, dy, count, sums + 6 * 64, 5, 4);
    add_products(x + 11, dy, count, sums + 11 * 64, 5, 4);
}

CK_WIDE_CLONES static void add_32(const float *x, const float *dy, long count, float *sums) {
    add_products(x, dy, count, sums, 8, 2);
    add_products(x + 8, dy, count, sums + 8 * 32, 8, 2);
}

/// Gᵀ·u·G of (points, channels, panel) → (taps, channels, filters), for `channels` of them.
CK_WIDE_CLONES static void write_taps(const float *sums, long channels, long panel, float *to, long filters, long tap) {
    for (long c = 0; c < channels; c++)
        for (long i = 0; i < panel; i += 16) {
            const float *from = sums + c * panel + i;
            ck_v16 t[3][4];
            CK_EACH(b, 4) {
                ck_v16 u[4];
                CK_EACH(a, 4) u[a] = ck_load(from + (a * 4 + b) * channels * panel);
                t[0][b] = u[0] + (u[1] + u[2]) * 0.5f, t[1][b] = (u[1] - u[2]) * 0.5f;
                t[2][b] = (u[1] + u[2]) * 0.5f + u[3];
            }
            CK_EACH(a, 3) {
                float *y = to + a * 3 * tap + c * filters + i;
                ck_v16 both = (t[a][1] + t[a][2]) * 0.5f;
                ck_store(y, t[a][0] + both), ck_store(y + tap, (t[a][1] - t[a][2]) * 0.5f), ck_store(y + 2 * tap, both + t[a][3]);
            }
        }
}

/// A group's sums over `count` tiles from `first` on.
static void add_block(
    const gradient_job *j, long first, long count, long start, long width, long filter, float *sums, float *seen,
    float *sent) {
    const ck_convolution *g = j->geometry;
    long panel = panel_of(g);
    for (long t = 0; t < count; t++) {
        ck_tile tile = tile_at(g, first + t);
        read_input(g, j->x, tile, start, width, seen + t * 16, apart(WIDTH));
        read_gradient(g, j->dy, tile, filter, panel, sent + t * panel, apart(panel));
    }
    for (long point = 0; point < POINTS; point++)
        for (long c = 0; c < width; c += 16)
            (panel == 64 ? add_64 : add_32)(
                seen + point * apart(WIDTH) + c * TILES, sent + point * apart(panel), count,
                sums + (point * width + c) * panel);
}

static void gradient_items(void *context, long begin, long end) {
    const gradient_job *j = context;
    const ck_convolution *g = j->geometry;
    long panel = panel_of(g), panels = g->filters / panel, widths = widths_of(g), items = groups_of(g) * j->parts;
    long tap = g->channels * g->filters, tiles = tiles_of(g), blocks = (tiles + TILES - 1) / TILES;
    for (long thread = begin; thread < end; thread++) {
        float *sums = j->scratch + thread * room(g), *seen = sums + POINTS * WIDTH * panel;
        float *sent = seen + POINTS * apart(WIDTH);
        for (long item = thread * items / j->threads; item < (thread + 1) * items / j->threads; item++) {
            long start = item % widths * WIDTH, width = ck_min(WIDTH, g->channels - start);
            long filter = item / widths % panels * panel, part = item / widths / panels;
            memset(sums, 0, sizeof(float) * POINTS * width * panel);
            for (long i = part * blocks / j->parts; i < (part + 1) * blocks / j->parts; i++)
                add_block(j, i * TILES, ck_min(TILES, tiles - i * TILES), start, width, filter, sums, seen, sent);
            write_taps(sums, width, panel, j->to + part * 9 * tap + start * g->filters + filter, g->filters, tap);
        }
    }
}

void ck_winograd_gradient(
    const ck_convolution *g, const float *x, const float *dy, float *dkernels, void *scratch, int threads) {
    gradient_job j = {g, x, dy, dkernels, scratch, ck_winograd_gradient_parts(g), threads};
    ck_parallel(threads, 1, gradient_items, &j);
}
