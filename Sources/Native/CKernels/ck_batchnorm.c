#include "ck_internal.h"

#define TILE 128
#define CHUNKS 16
#define BLOCK 64

/// Per channel: y = x · factor + shift.
CK_CLONES static void apply(const float *x, float *y, const float *factor, const float *shift, long rows, long channels) {
    for (long row = 0; row < rows; row++, x += channels, y += channels)
        for (long i = 0; i < channels; i++) y[i] = x[i] * factor[i] + shift[i];
}

/// One tile of channels of one array; `stride` is the distance between rows.
CK_CLONES static void apply_tile(
    const float *x, float *y, const float *factor, const float *shift, long rows, long width, long stride) {
    for (long row = 0; row < rows; row++, x += stride, y += stride)
        for (long i = 0; i < width; i++) y[i] = x[i] * factor[i] + shift[i];
}

typedef struct {
    const float *x, *dy;
    float *y;
    const float *factor, *shift, *slope;
    long channels, width;
} rows_job;

static void apply_part(void *context, long begin, long end) {
    rows_job *j = context;
    long at = begin * j->channels;
    if (j->width == j->channels)
        apply(j->x + at, j->y + at, j->factor, j->shift, end - begin, j->channels);
    else
        apply_tile(j->x + at, j->y + at, j->factor, j->shift, end - begin, j->width, j->channels);
}

static long row_grain(long width) { return CK_GRAIN / (width > 0 ? width : 1) + 1; }

static void apply_affine(
    const float *x, float *y, const float *gamma, const float *beta, const float *mean, const float *variance,
    float epsilon, long rows, long channels) {
    for (long start = 0; start < channels; start += TILE) {
        long width = ck_min(TILE, channels - start);
        float factor[TILE], shift[TILE];
        for (long i = 0; i < width; i++) {
            long c = start + i;
            double scale = (gamma ? (double)gamma[c] : 1.0) / sqrt((double)variance[c] + (double)epsilon);
            factor[i] = (float)scale;
            shift[i] = (float)((beta ? (double)beta[c] : 0.0) - (double)mean[c] * scale);
        }
        rows_job j = {.x = x + start, .y = y + start, .factor = factor, .shift = shift, .channels = channels, .width = width};
        ck_parallel(rows, row_grain(width), apply_part, &j);
    }
}

void ck_batch_norm_inference(
    const float *x, const float *gamma, const float *beta, const float *mean, const float *variance, float epsilon,
    float *y, long rows, long channels) {
    apply_affine(x, y, gamma, beta, mean, variance, epsilon, rows, channels);
}

/// Sums over rows in a fixed number of chunks, one pair of sums per channel of a tile.
typedef struct {
    const float *x, *dy;
    const float *mean;
    long rows, channels, width;
    double first[CHUNKS][TILE], second[CHUNKS][TILE];
} sums_job;

/// first: Σ(x − mean), second: Σ(x − mean)².
CK_CLONES static void moments(
    const float *x, const float *mean, long rows, long width, long stride, double *first, double *second) {
    for (long start = 0; start < rows; start += BLOCK) {
        float a[TILE] = {0}, b[TILE] = {0};
        for (long row = start; row < ck_min(start + BLOCK, rows); row++) {
            const float *values = x + row * stride;
            for (long i = 0; i < width; i++) {
                float d = values[i] - mean[i];
                a[i] += d;
                b[i] += d * d;
            }
        }
        for (long i = 0; i < width; i++) {
            first[i] += (double)a[i];
            second[i] += (double)b[i];
        }
    }
}

/// first: Σdy, second: Σdy·(x − mean).
CK_CLONES static void products(
    const float *x, const float *dy, const float *mean, long rows, long width, long stride, double *first,
    double *second) {
    for (long start = 0; start < rows; start += BLOCK) {
        float a[TILE] = {0}, b[TILE] = {0};
        for (long row = start; row < ck_min(start + BLOCK, rows); row++) {
            const float *values = x + row * stride, *d = dy + row * stride;
            for (long i = 0; i < width; i++) {
                a[i] += d[i];
                b[i] += d[i] * (values[i] - mean[i]);
            }
        }
        for (long i = 0; i < width; i++) {
            first[i] += (double)a[i];
            second[i] += (double)b[i];
        }
    }
}

static void sums_part(void *context, long begin, long end) {
    sums_job *j = context;
    for (long chunk = begin; chunk < end; chunk++) {
        long size = (j->rows + CHUNKS - 1) / CHUNKS, start = ck_min(j->rows, chunk * size);
        long rows = ck_min(size, j->rows - start), at = start * j->channels;
        memset(j->first[chunk], 0, sizeof j->first[chunk]);
        memset(j->second[chunk], 0, sizeof j->second[chunk]);
        if (j->dy)
            products(j->x + at, j->dy + at, j->mean, rows, j->width, j->channels, j->first[chunk], j->second[chunk]);
        else
            moments(j->x + at, j->mean, rows, j->width, j->channels, j->first[chunk], j->second[chunk]);
    }
}

/// Leaves the totals in the first chunk.
static void sum_up(sums_job *j) {
    long grain = j->rows * j->width < CK_GRAIN ? CHUNKS : 1;
    ck_parallel(CHUNKS, grain, sums_part, j);
    for (long chunk = 1; chunk < CHUNKS; chunk++)
        for (long i = 0; i < j->width; i++) {
            j->first[0][i] += j->first[chunk][i];
            j->second[0][i] += j->second[chunk][i];
        }
}

void ck_batch_norm_training(
    const float *x, const float *gamma, const float *beta, float epsilon, float *y, float *mean, float *variance,
    long rows, long valid, long channels) {
    double count = valid > 0 ? (double)valid : 1.0;
    for (long start = 0; start < channels; start += TILE) {
        long width = ck_min(TILE, channels - start);
        // Sums around the first row's values: no cancellation where the mean is far from 0.
        float pivot[TILE];
        for (long i = 0; i < width; i++) pivot[i] = valid > 0 ? x[start + i] : 0.0f;
        sums_job j = {.x = x + start, .mean = pivot, .rows = valid, .channels = channels, .width = width};
        sum_up(&j);
        for (long i = 0; i < width; i++) {
            double shift = j.first[0][i] / count, square = j.second[0][i] / count - shift * shift;
            mean[start + i] = (float)((double)pivot[i] + shift);
            variance[start + i] = (float)(square > 0 ? square : 0);
        }
    }
    apply_affine(x, y, gamma, beta, mean, variance, epsilon, rows, channels);
}

/// dx = dy · factor + x · slope + shift
CK_CLONES static void input_gradient(
    const float *x, const float *dy, float *dx, const float *factor, const float *slope, const float *shift, long rows,
    long width, long stride) {
    for (long row = 0; row < rows; row++, x += stride, dy += stride, dx += stride)
        for (long i = 0; i < width; i++) dx[i] = dy[i] * factor[i] + x[i] * slope[i] + shift[i];
}

static void gradient_part(void *context, long begin, long end) {
    rows_job *j = context;
    long at = begin * j->channels;
    input_gradient(
        j->x + at, j->dy + at, j->y + at, j->factor, j->slope, j->shift, end - begin, j->width, j->channels);
}

void ck_batch_norm_gradient(
    const float *x, const float *gamma, const float *mean, const float *variance, float epsilon, const float *dy,
    int training, float *dx, float *dgamma, float *dbeta, long rows, long valid, long channels) {
    double count = valid > 0 ? (double)valid : 1.0;
    for (long start = 0; start < channels; start += TILE) {
        long width = ck_min(TILE, channels - start);
        float factor[TILE], slope[TILE], shift[TILE];
        sums_job j = {.x = x + start, .dy = dy + start, .mean = mean + start, .rows = valid, .channels = channels,
                      .width = width};
        if (training || dgamma || dbeta) sum_up(&j);
        for (long i = 0; i < width; i++) {
            long c = start + i;
            double inverse = 1.0 / sqrt((double)variance[c] + (double)epsilon);
            double scale = (gamma ? (double)gamma[c] : 1.0) * inverse;
            if (dgamma) dgamma[c] = (float)(j.second[0][i] * inverse);
            if (dbeta) dbeta[c] = (float)j.first[0][i];
            factor[i] = (float)scale;
            // Through mean and variance: scale · (dy − Σdy/n − x̂ · Σ(dy·x̂)/n), with x̂ = (x − mean) · inverse.
            double s = training ? -scale * inverse * inverse * j.second[0][i] / count : 0.0;
            slope[i] = (float)s;
            shift[i] = training ? (float)(-scale * j.first[0][i] / count - s * (double)mean[c]) : 0.0f;
        }
        if (!dx) continue;
        rows_job r = {.x = x + start, .dy = dy + start, .y = dx + start, .factor = factor, .shift = shift,
                      .slope = slope, .channels = channels, .width = width};
        long counted = training ? ck_min(valid, rows) : rows;
        ck_parallel(counted, row_grain(width), gradient_part, &r);
        if (counted == rows) continue;
        // Padding feeds no statistic: only the direct term reaches it, which is 0 where the loss does not read it.
        memset(slope, 0, sizeof slope);
        memset(shift, 0, sizeof shift);
        r.x += counted * channels;
        r.dy += counted * channels;
        r.y += counted * channels;
        ck_parallel(rows - counted, row_grain(width), gradient_part, &r);
    }
}
