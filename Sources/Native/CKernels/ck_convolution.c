#include "ck_internal.h"

// The kernel's gradient of a convolution over few channels, as at the input of a network: every tap is one number per
// pixel, every pixel one row of filters, so that the sums of several taps stay in registers along a row of the image.

/// Taps and strips of 16 filters that are summed at a time.
#define TAPS 9
#define STRIPS 2

typedef struct {
    const ck_convolution *geometry;
    const float *x, *dy;
    /// Per chunk (taps + 1, filters), the bias' gradient last.
    double *sums;
    long taps;
} job;

static long taps_of(const ck_convolution *g) { return g->window[0] * g->window[1] * g->channels; }

/// Where a tap reads, from the first element of its window on.
static long offset_of(const ck_convolution *g, long tap) {
    long c = tap % g->channels, column = tap / g->channels % g->window[1], row = tap / g->channels / g->window[1];
    return (row * g->dilations[0] * g->width + column * g->dilations[1]) * g->channels + c;
}

typedef double v16_doubles __attribute__((vector_size(128), aligned(8), may_alias));

/// Adds 16 lanes of a sum, those that are filters.
CK_INLINE void flush(double *sums, ck_v16 values, long width) {
    if (width >= 16)
        *(v16_doubles *)sums += __builtin_convertvector(values, v16_doubles);
    else
        for (long i = 0; i < width; i++) sums[i] += (double)values[i];
}

/// Σ x·dy over `pixels` neighbours of a row, for TAPS taps and `n` strips of filters; Σ dy as well where `bias` is not null.
CK_INLINE void sum_row(
    const ck_convolution *g, const float *x, const float *dy, long pixels, const long *offsets, long taps, int n,
    double *sums, double *bias, long width) {
    ck_v16 total[TAPS][STRIPS] = {0}, plain[STRIPS] = {0};
    const float *at[TAPS];
    long step = g->strides[1] * g->channels;
    CK_EACH(t, TAPS) at[t] = x + offsets[t];
    for (long pixel = 0; pixel < pixels; pixel++, dy += g->filters) {
        ck_v16 d[STRIPS];
        CK_EACH(s, n) {
            d[s] = *(const ck_v16 *)(dy + 16 * s);
            plain[s] += d[s];
        }
        CK_EACH(t, TAPS) {
            float v = at[t][pixel * step];
            ck_v16 here = {v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v};
            CK_EACH(s, n) total[t][s] += here * d[s];
        }
    }
    CK_EACH(s, n) {
        CK_EACH(t, TAPS) if (t < taps) flush(sums + t * g->filters + 16 * s, total[t][s], width - 16 * s);
        if (bias) flush(bias + 16 * s, plain[s], width - 16 * s);
    }
}

/// All filters and taps over a row's inner pixels, where no tap reads beyond the image.
CK_WIDE_CLONES static void inner_row(
    const ck_convolution *g, const float *x, const float *dy, long pixels, long taps, double *sums) {
    for (long tap = 0; tap < taps; tap += TAPS) {
        long offsets[TAPS], count = ck_min(TAPS, taps - tap);
        for (long t = 0; t < TAPS; t++) offsets[t] = offset_of(g, tap + ck_min(t, count - 1));
        double *own = sums + tap * g->filters, *bias = tap == 0 ? sums + taps * g->filters : 0;
        long i = 0;
        for (; i + 32 <= g->filters; i += 32)
            sum_row(g, x, dy + i, pixels, offsets, count, 2, own + i, bias ? bias + i : 0, 32);
        for (; i < g->filters; i += 16)
            sum_row(g, x, dy + i, pixels, offsets, count, 1, own + i, bias ? bias + i : 0, g->filters - i);
    }
}

/// One pixel, whose taps may lie beyond the image.
CK_CLONES static void outer_pixel(
    const ck_convolution *g, const float *image, const float *dy, long row, long column, double *sums) {
    long n = g->filters, tap = 0;
    for (long h = 0; h < g->window[0]; h++)
        for (long w = 0; w < g->window[1]; w++) {
            long y = row * g->strides[0] - g->before[0] + h * g->dilations[0];
            long z = column * g->strides[1] - g->before[1] + w * g->dilations[1];
            int is_inside = y >= 0 && z >= 0 && y < g->height && z < g->width;
            for (long c = 0; c < g->channels; c++, tap++) {
                if (!is_inside) continue;
                double value = (double)image[(y * g->width + z) * g->channels + c], *own = sums + tap * n;
                for (long i = 0; i < n; i++) own[i] += value * (double)dy[i];
            }
        }
    for (long i = 0; i < n; i++) sums[tap * n + i] += (double)dy[i];
}

/// The columns whose windows lie inside: from `first` to `last`.
static void inner_columns(const ck_convolution *g, long *first, long *last) {
    long reach = (g->window[1] - 1) * g->dilations[1], room = g->width - 1 - reach + g->before[1];
    *first = ck_min(g->output_width, (g->before[1] + g->strides[1] - 1) / g->strides[1]);
    *last = room < 0 ? *first : ck_max(*first, ck_min(g->output_width, room / g->strides[1] + 1));
}

static void one_row(const job *j, long index, double *sums) {
    const ck_convolution *g = j->geometry;
    long row = index % g->output_height, top = row * g->strides[0] - g->before[0];
    long bottom = top + (g->window[0] - 1) * g->dilations[0], first, last;
    const float *image = j->x + index / g->output_height * g->height * g->width * g->channels;
    const float *dy = j->dy + index * g->output_width * g->filters;
    inner_columns(g, &first, &last);
    if (top < 0 || bottom >= g->height) first = last = g->output_width;
    // Strips read beyond a pixel's filters: the last pixels of all have nothing behind them.
    if (g->filters % 16 && index + 1 == g->batch * g->output_height)
        last = ck_max(first, ck_min(last, g->output_width - 16 / g->filters - 1));
    for (long column = 0; column < first; column++)
        outer_pixel(g, image, dy + column * g->filters, row, column, sums);
    const float *corner = image + (top * g->width + first * g->strides[1] - g->before[1]) * g->channels;
    if (first < last) inner_row(g, corner, dy + first * g->filters, last - first, j->taps, sums);
    for (long column = last; column < g->output_width; column++)
        outer_pixel(g, image, dy + column * g->filters, row, column, sums);
}

static void chunks(void *context, long begin, long end) {
    const job *j = context;
    long rows = j->geometry->batch * j->geometry->output_height, size = (rows + CK_CHUNKS - 1) / CK_CHUNKS;
    long width = (j->taps + 1) * j->geometry->filters;
    for (long chunk = begin; chunk < end; chunk++) {
        double *sums = j->sums + chunk * width;
        memset(sums, 0, sizeof(double) * (size_t)width);
        for (long row = chunk * size; row < ck_min(rows, chunk * size + size); row++) one_row(j, row, sums);
    }
}

long ck_kernel_gradient_scratch(const ck_convolution *g) {
    return CK_CHUNKS * (taps_of(g) + 1) * g->filters * (long)sizeof(double);
}

void ck_kernel_gradient(
    const ck_convolution *geometry, const float *x, const float *dy, float *dkernel, float *dbias, void *scratch) {
    job j = {geometry, x, dy, scratch, taps_of(geometry)};
    long pixels = geometry->batch * geometry->output_height * geometry->output_width;
    long kernel = j.taps * geometry->filters, width = kernel + geometry->filters;
    ck_parallel(CK_CHUNKS, pixels * width < 2 * CK_GRAIN ? CK_CHUNKS : 1, chunks, &j);
    for (long i = 0; i < width; i++) {
        double total = 0;
        for (long chunk = 0; chunk < CK_CHUNKS; chunk++) total += j.sums[chunk * width + i];
        if (i < kernel)
            dkernel[i] = (float)total;
        else if (dbias)
            dbias[i - kernel] = (float)total;
    }
}

typedef struct {
    const ck_convolution *geometry;
    const float *x;
    float *columns;
} unfolding;

static void unfold(void *context, long begin, long end) {
    const unfolding *j = context;
    const ck_convolution *g = j->geometry;
    size_t tap = sizeof(float) * (size_t)g->channels;
    float *to = j->columns + begin * taps_of(g);
    for (long place = begin; place < end; place++) {
        long column = place % g->output_width, row = place / g->output_width % g->output_height;
        const float *image = j->x + place / g->output_width / g->output_height * g->height * g->width * g->channels;
        for (long r = 0; r < g->window[0]; r++)
            for (long c = 0; c < g->window[1]; c++, to += g->channels) {
                long y = row * g->strides[0] + r * g->dilations[0] - g->before[0];
                long x = column * g->strides[1] + c * g->dilations[1] - g->before[1];
                if (y < 0 || x < 0 || y >= g->height || x >= g->width)
                    memset(to, 0, tap);
                else
                    memcpy(to, image + (y * g->width + x) * g->channels, tap);
            }
    }
}

void ck_columns(const ck_convolution *geometry, const float *x, float *columns) {
    unfolding j = {geometry, x, columns};
    long places = geometry->batch * geometry->output_height * geometry->output_width;
    ck_parallel(places, ck_row_grain(taps_of(geometry)), unfold, &j);
}
