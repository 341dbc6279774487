#include "ck_internal.h"

#define TILE 128
/// Rows that are worked on while they are in the first-level cache.
#define ROWS 32

// Per channel c of (rows, channels). Work goes by tiles of channels, so that a tile's numbers fit on the stack.

typedef struct {
    const float *x, *dy;
    float *y;
    const float *center, *factor, *shift, *slope;
    long channels, width;
    ck_unary_loop activation;
    ck_coefficients k;
} rows_job;

/// y = (x − center) · factor + shift: the subtraction comes first, because folded into the shift it loses the digits of
/// channels whose mean is far from 0.
CK_CLONES static void apply(
    const float *x, float *y, const float *center, const float *factor, const float *shift, long rows, long width,
    long stride) {
    for (long row = 0; row < rows; row++, x += stride, y += stride)
        CK_INDEPENDENT for (long i = 0; i < width; i++) y[i] = (x[i] - center[i]) * factor[i] + shift[i];
}

static void apply_part(void *context, long begin, long end) {
    rows_job *j = context;
    for (long start = begin; start < end; start += ROWS) {
        long rows = ck_min(ROWS, end - start), at = start * j->channels;
        float *y = j->y + at;
        apply(j->x + at, y, j->center, j->factor, j->shift, rows, j->width, j->channels);
        if (!j->activation) continue;
        if (j->width == j->channels)
            j->activation(y, y, rows * j->width, j->k);
        else
            for (long row = 0; row < rows; row++, y += j->channels) j->activation(y, y, j->width, j->k);
    }
}

/// Repeats a tile's first `width` numbers until the tile is full; returns how often they fit.
static long repeat(float *values, long width) {
    long copies = TILE / width;
    for (long i = width; i < copies * width; i++) values[i] = values[i - width];
    return copies;
}

typedef struct {
    const float *gamma, *beta, *mean, *variance;
    float epsilon;
    ck_unary_loop activation;
    ck_coefficients k;
} affine;

static void apply_tile(const affine *p, const float *x, float *y, long start, long width, long rows, long channels) {
    float center[TILE], factor[TILE], shift[TILE];
    for (long i = 0; i < width; i++) {
        long c = start + i;
        double scale = p->gamma ? (double)p->gamma[c] : 1.0;
        center[i] = p->mean[c];
        factor[i] = (float)(scale / sqrt((double)p->variance[c] + (double)p->epsilon));
        shift[i] = p->beta ? p->beta[c] : 0.0f;
    }
    rows_job j = {.x = x + start, .y = y + start, .center = center, .factor = factor, .shift = shift,
                  .channels = channels, .width = width, .activation = p->activation, .k = p->k};
    // Few channels: several rows count as one.
    long fold = 1;
    if (2 * channels <= TILE) {
        fold = repeat(center, width);
        repeat(factor, width);
        repeat(shift, width);
    }
    j.width = width * fold;
    j.channels = channels * fold;
    ck_parallel(rows / fold, ck_row_grain(j.width), apply_part, &j);
    long done = rows / fold * fold;
    j.x += done * channels;
    j.y += done * channels;
    j.width = width;
    j.channels = channels;
    if (done < rows) apply_part(&j, 0, rows - done);
}

static void apply_affine(const affine *p, const float *x, float *y, long rows, long channels) {
    for (long start = 0; start < channels; start += TILE)
        apply_tile(p, x, y, start, ck_min(TILE, channels - start), rows, channels);
}

void ck_batch_norm_inference(
    const float *x, const float *gamma, const float *beta, const float *mean, const float *variance, float epsilon,
    int has_activation, ck_unary_code code, ck_coefficients k, float *y, long rows, long channels) {
    affine p = {gamma, beta, mean, variance, epsilon, has_activation ? ck_loop_of(code, k) : 0, k};
    apply_affine(&p, x, y, rows, channels);
}

/// Sums over rows in a fixed number of chunks, two per channel of a tile.
typedef struct {
    const float *x, *dy, *mean;
    long rows, channels, width;
    double first[CK_CHUNKS][TILE], second[CK_CHUNKS][TILE];
    double counts[CK_CHUNKS];
} sums_job;

/// a[i] += Σ(x − mean), b[i] += Σ(x − mean)²
CK_CLONES static void add_moments(
    const float *x, const float *mean, long rows, long width, long stride, float *a, float *b) {
    for (long row = 0; row < rows; row++, x += stride)
        CK_INDEPENDENT for (long i = 0; i < width; i++) {
            float d = x[i] - mean[i];
            a[i] += d;
            b[i] += d * d;
        }
}

/// a[i] += Σdy, b[i] += Σdy·(x − mean)
CK_CLONES static void add_products(
    const float *x, const float *dy, const float *mean, long rows, long width, long stride, float *a, float *b) {
    for (long row = 0; row < rows; row++, x += stride, dy += stride)
        CK_INDEPENDENT for (long i = 0; i < width; i++) {
            a[i] += dy[i];
            b[i] += dy[i] * (x[i] - mean[i]);
        }
}

static void fold_floats(float *values, long width, long fold) {
    for (long part = 1; part < fold; part++)
        for (long i = 0; i < width; i++) values[i] += values[part * width + i];
}

/// Mean and squared deviations of a block of rows, joined to those of the rows before (T. Chan, G. Golub, R. LeVeque,
/// "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
static void join(double *mean, double *squares, double count, double block_mean, double block_squares, double block) {
    double delta = block_mean - *mean, share = block / (count + block);
    *mean += delta * share;
    *squares += block_squares + delta * delta * count * share;
}

/// first: the mean, second: Σ(x − mean)². Two passes over a block in the cache, the second around its rounded mean.
static void moments(const float *x, long rows, long width, long stride, double *first, double *second) {
    long fold = 2 * stride <= TILE ? TILE / stride : 1;
    for (long start = 0; start < rows; start += ROWS * fold) {
        const float *block = x + start * stride;
        long size = ck_min(ROWS * fold, rows - start), groups = size / fold, rest = size - groups * fold;
        float mean[TILE] = {0}, a[TILE] = {0}, b[TILE] = {0};
        ck_add_rows(block, groups, width * fold, stride * fold, mean);
        fold_floats(mean, width, fold);
        ck_add_rows(block + groups * fold * stride, rest, width, stride, mean);
        for (long i = 0; i < width; i++) mean[i] /= (float)size;
        for (long i = width; i < width * fold; i++) mean[i] = mean[i - width];
        add_moments(block, mean, groups, width * fold, stride * fold, a, b);
        fold_floats(a, width, fold);
        fold_floats(b, width, fold);
        add_moments(block + groups * fold * stride, mean, rest, width, stride, a, b);
        for (long i = 0; i < width; i++) {
            double off = (double)a[i] / (double)size, squares = (double)b[i] - off * (double)a[i];
            join(first + i, second + i, (double)start, (double)mean[i] + off, squares, (double)size);
        }
    }
}

/// first: Σdy, second: Σdy·(x − mean).
static void products(
    const float *x, const float *dy, const float *mean, long rows, long width, long stride, double *first,
    double *second) {
    long fold = 2 * stride <= TILE ? TILE / stride : 1;
    float center[TILE];
    memcpy(center, mean, sizeof(float) * (size_t)width);
    for (long i = width; i < width * fold; i++) center[i] = center[i - width];
    for (long start = 0; start < rows; start += ROWS * fold) {
        long at = start * stride, size = ck_min(ROWS * fold, rows - start), groups = size / fold;
        long rest = at + groups * fold * stride;
        float a[TILE] = {0}, b[TILE] = {0};
        add_products(x + at, dy + at, center, groups, width * fold, stride * fold, a, b);
        fold_floats(a, width, fold);
        fold_floats(b, width, fold);
        add_products(x + rest, dy + rest, center, size - groups * fold, width, stride, a, b);
        for (long i = 0; i < width; i++) {
            first[i] += (double)a[i];
            second[i] += (double)b[i];
        }
    }
}

static void sums_part(void *context, long begin, long end) {
    sums_job *j = context;
    long size = (j->rows + CK_CHUNKS - 1) / CK_CHUNKS;
    for (long chunk = begin; chunk < end; chunk++) {
        long start = ck_min(j->rows, chunk * size), rows = ck_min(size, j->rows - start), at = start * j->channels;
        double *first = j->first[chunk], *second = j->second[chunk];
        memset(first, 0, sizeof(double) * (size_t)j->width);
        memset(second, 0, sizeof(double) * (size_t)j->width);
        j->counts[chunk] = (double)rows;
        if (j->dy)
            products(j->x + at, j->dy + at, j->mean, rows, j->width, j->channels, first, second);
        else
            moments(j->x + at, rows, j->width, j->channels, first, second);
    }
}

/// Leaves the totals in the first chunk.
static void sum_up(sums_job *j) {
    ck_parallel(CK_CHUNKS, j->rows * j->width < 2 * CK_GRAIN ? CK_CHUNKS : 1, sums_part, j);
    double count = j->counts[0];
    for (long chunk = 1; chunk < CK_CHUNKS && j->counts[chunk] > 0; count += j->counts[chunk++])
        for (long i = 0; i < j->width; i++) {
            double *first = j->first[0] + i, *second = j->second[0] + i;
            if (j->dy)
                *first += j->first[chunk][i], *second += j->second[chunk][i];
            else
                join(first, second, count, j->first[chunk][i], j->second[chunk][i], j->counts[chunk]);
        }
}

static void set_up(sums_job *j, const float *x, const float *dy, const float *mean, long rows, long channels, long width) {
    j->x = x, j->dy = dy, j->mean = mean, j->rows = rows, j->channels = channels, j->width = width;
}

void ck_batch_norm_training(
    const float *x, const float *gamma, const float *beta, float epsilon, float *y, float *mean, float *variance,
    long rows, long valid, long channels) {
    for (long start = 0; start < channels; start += TILE) {
        sums_job j;
        set_up(&j, x + start, 0, 0, valid, channels, ck_min(TILE, channels - start));
        sum_up(&j);
        for (long i = 0; i < j.width; i++) {
            mean[start + i] = (float)j.first[0][i];
            variance[start + i] = valid > 0 ? (float)(j.second[0][i] / (double)valid) : 0.0f;
        }
    }
    affine p = {gamma, beta, mean, variance, epsilon, 0, {0}};
    apply_affine(&p, x, y, rows, channels);
}

/// dx = dy · factor + (x − center) · slope + shift
CK_CLONES static void input_gradient(
    const float *x, const float *dy, float *dx, const rows_job *j, long rows, long width, long stride) {
    const float *center = j->center, *factor = j->factor, *slope = j->slope, *shift = j->shift;
    for (long row = 0; row < rows; row++, x += stride, dy += stride, dx += stride)
        CK_INDEPENDENT for (long i = 0; i < width; i++)
            dx[i] = dy[i] * factor[i] + ((x[i] - center[i]) * slope[i] + shift[i]);
}

/// dx = dy · factor
CK_CLONES static void scaled_gradient(
    const float *dy, float *dx, const float *factor, long rows, long width, long stride) {
    for (long row = 0; row < rows; row++, dy += stride, dx += stride)
        CK_INDEPENDENT for (long i = 0; i < width; i++) dx[i] = dy[i] * factor[i];
}

static void gradient_part(void *context, long begin, long end) {
    rows_job *j = context;
    long at = begin * j->channels;
    if (j->slope)
        input_gradient(j->x + at, j->dy + at, j->y + at, j, end - begin, j->width, j->channels);
    else
        scaled_gradient(j->dy + at, j->y + at, j->factor, end - begin, j->width, j->channels);
}

/// A tile's input gradient from its sums; in training through mean and variance as well:
/// scale · (dy − Σdy/n − x̂ · Σ(dy·x̂)/n), with x̂ = (x − mean) · inverse.
static void input_gradient_tile(
    const sums_job *j, const float *gamma, const float *variance, float epsilon, int training, float *dx, long rows) {
    float factor[TILE], slope[TILE], shift[TILE];
    for (long i = 0; i < j->width; i++) {
        double inverse = 1.0 / sqrt((double)variance[i] + (double)epsilon);
        double scale = (gamma ? (double)gamma[i] : 1.0) * inverse, count = (double)ck_max(j->rows, 1);
        factor[i] = (float)scale;
        slope[i] = training ? (float)(-scale * inverse * inverse * j->second[0][i] / count) : 0.0f;
        shift[i] = training ? (float)(-scale * j->first[0][i] / count) : 0.0f;
    }
    rows_job r = {.x = j->x, .dy = j->dy, .y = dx, .center = j->mean, .factor = factor, .shift = shift,
                  .slope = training ? slope : 0, .channels = j->channels, .width = j->width};
    // Padding feeds no statistic: only the direct term reaches it, which is 0 where the loss does not read it.
    long counted = training ? ck_min(j->rows, rows) : rows, at = counted * j->channels;
    ck_parallel(counted, ck_row_grain(j->width), gradient_part, &r);
    r.dy += at, r.y += at, r.slope = 0;
    ck_parallel(rows - counted, ck_row_grain(j->width), gradient_part, &r);
}

void ck_batch_norm_gradient(
    const float *x, const float *gamma, const float *mean, const float *variance, float epsilon, const float *dy,
    int training, float *dx, float *dgamma, float *dbeta, long rows, long valid, long channels) {
    for (long start = 0; start < channels; start += TILE) {
        sums_job j;
        set_up(&j, x + start, dy + start, mean + start, valid, channels, ck_min(TILE, channels - start));
        if (training || dgamma || dbeta) sum_up(&j);
        for (long i = 0; i < j.width; i++) {
            if (dgamma) dgamma[start + i] = (float)(j.second[0][i] / sqrt((double)variance[start + i] + (double)epsilon));
            if (dbeta) dbeta[start + i] = (float)j.first[0][i];
        }
        if (dx)
            input_gradient_tile(
                &j, gamma ? gamma + start : 0, variance + start, epsilon, training, dx + start, rows);
    }
}
