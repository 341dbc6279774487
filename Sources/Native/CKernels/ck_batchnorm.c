#include "ck_half.h"

/// As many as are read in one go: where a tile is a small part of long rows, processors foresee little of it.
#define TILE 512
/// Rows that are worked on while they are in the first-level cache.
#define ROWS 8
/// Rows that are summed twice, by a mean of their own.
#define SUMMED_ROWS 32
/// Rows from one that is read to the one that is fetched.
#define AHEAD 32

// Per channel c of (rows, channels). Work goes by tiles of channels, so that a tile's numbers fit on the stack.

// Numbers of (rows, channels) are floats or bfloat16; the latter are widened a block at a time.

/// Where the element at `index` is.
CK_INLINE const void *at(const void *x, long index, int is_half) {
    return (const char *)x + index * (is_half ? (long)sizeof(ck_half) : (long)sizeof(float));
}

CK_INLINE void *place(void *y, long index, int is_half) {
    return (char *)y + index * (is_half ? (long)sizeof(ck_half) : (long)sizeof(float));
}

typedef struct {
    /// What is added to the result, before the activation; nothing where null.
    const void *x, *residual;
    void *y;
    int is_half;
    const float *center, *factor, *shift;
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

/// y = (x − center) · factor + shift + residual
CK_CLONES static void apply_and_add(
    const float *x, const float *residual, float *y, const float *center, const float *factor, const float *shift,
    long rows, long width, long stride) {
    for (long row = 0; row < rows; row++, x += stride, residual += stride, y += stride)
        CK_INDEPENDENT for (long i = 0; i < width; i++)
            y[i] = ((x[i] - center[i]) * factor[i] + shift[i]) + residual[i];
}

static void apply_rows(const rows_job *j, const float *x, const float *residual, float *y, long rows, long stride) {
    if (residual)
        apply_and_add(x, residual, y, j->center, j->factor, j->shift, rows, j->width, stride);
    else
        apply(x, y, j->center, j->factor, j->shift, rows, j->width, stride);
}

static void apply_half(const rows_job *j, long first, long rows) {
    float room[ROWS * TILE], other[ROWS * TILE];
    ck_widen_rows(at(j->x, first, 1), room, rows, j->width, j->channels);
    if (j->residual) ck_widen_rows(at(j->residual, first, 1), other, rows, j->width, j->channels);
    apply_rows(j, room, j->residual ? other : 0, room, rows, j->width);
    if (j->activation) j->activation(room, room, rows * j->width, j->k);
    ck_narrow_rows(room, place(j->y, first, 1), rows, j->width, j->channels);
}

static void apply_part(void *context, long begin, long end) {
    rows_job *j = context;
    for (long start = begin; start < end; start += ROWS) {
        long rows = ck_min(ROWS, end - start), first = start * j->channels;
        if (j->is_half) {
            apply_half(j, first, rows);
            continue;
        }
        float *y = place(j->y, first, 0);
        apply_rows(j, at(j->x, first, 0), j->residual ? at(j->residual, first, 0) : 0, y, rows, j->channels);
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

/// What y is made by, of a tile's channels from `start` on: y = (x − center) · factor + shift.
static void coefficients(const affine *p, long start, long width, float *center, float *factor, float *shift) {
    for (long i = 0; i < width; i++) {
        long c = start + i;
        double scale = p->gamma ? (double)p->gamma[c] : 1.0;
        center[i] = p->mean[c];
        factor[i] = (float)(scale / sqrt((double)p->variance[c] + (double)p->epsilon));
        shift[i] = p->beta ? p->beta[c] : 0.0f;
    }
}

static void apply_tile(
    const affine *p, const void *x, const void *residual, void *y, int is_half, long start, long width, long rows,
    long channels) {
    float center[TILE], factor[TILE], shift[TILE];
    coefficients(p, start, width, center, factor, shift);
    rows_job j = {.x = at(x, start, is_half), .residual = residual ? at(residual, start, is_half) : 0,
                  .y = place(y, start, is_half), .is_half = is_half, .center = center, .factor = factor, .shift = shift,
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
    j.x = at(j.x, done * channels, is_half);
    if (residual) j.residual = at(j.residual, done * channels, is_half);
    j.y = place(j.y, done * channels, is_half);
    j.width = width;
    j.channels = channels;
    if (done < rows) apply_part(&j, 0, rows - done);
}

static void apply_affine(
    const affine *p, const void *x, const void *residual, void *y, int is_half, long rows, long channels) {
    for (long start = 0; start < channels; start += TILE)
        apply_tile(p, x, residual, y, is_half, start, ck_min(TILE, channels - start), rows, channels);
}

void ck_batch_norm_inference(
    int is_half, const void *x, const float *gamma, const float *beta, const float *mean, const float *variance,
    float epsilon, const void *residual, int has_activation, ck_unary_code code, ck_coefficients k, void *y, long rows,
    long channels) {
    affine p = {gamma, beta, mean, variance, epsilon, has_activation ? ck_loop_of(code, k) : 0, k};
    apply_affine(&p, x, residual, y, is_half, rows, channels);
}

/// A rectifier behind the normalisation, told from x again: where (x − center) · factor + shift is above 0 and below
/// `maximum`, the gradient passes. No rectifier where `maximum` is 0.
typedef struct {
    float maximum;
    float center[TILE], factor[TILE], shift[TILE];
} gate;

/// Sums over rows in a fixed number of chunks, two per channel of a tile.
typedef struct {
    const void *x, *dy;
    int is_half;
    const gate *gate;
    long rows, channels, width;
    double first[CK_CHUNKS][TILE], second[CK_CHUNKS][TILE];
    double counts[CK_CHUNKS];
} sums_job;

/// a[i] += Σx
CK_WIDE_CLONES static void add_values(const float *x, long rows, long width, long stride, float *a) {
    long i = 0;
    for (; i + 16 <= width; i += 16) {
        ck_v16 even = ck_load(a + i), odd = {0};
        long row = 0;
        for (; row + 2 <= rows; row += 2) {
            even += ck_load(x + row * stride + i);
            odd += ck_load(x + (row + 1) * stride + i);
            __builtin_prefetch(x + (row + AHEAD) * stride + i);
            __builtin_prefetch(x + (row + 1 + AHEAD) * stride + i);
        }
        if (row < rows) even += ck_load(x + row * stride + i);
        *(ck_v16 *)(a + i) = even + odd;
    }
    for (long row = 0; row < rows && i < width; row++)
        for (long c = i; c < width; c++) a[c] += x[row * stride + c];
}

/// a[i] += Σ(x − mean), b[i] += Σ(x − mean)²
CK_WIDE_CLONES static void add_moments(
    const float *x, const float *mean, long rows, long width, long stride, float *a, float *b) {
    long i = 0;
    for (; i + 16 <= width; i += 16) {
        ck_v16 center = ck_load(mean + i), first = ck_load(a + i), second = ck_load(b + i);
        for (long row = 0; row < rows; row++) {
            ck_v16 d = ck_load(x + row * stride + i) - center;
            first += d;
            second += d * d;
        }
        *(ck_v16 *)(a + i) = first;
        *(ck_v16 *)(b + i) = second;
    }
    for (long row = 0; row < rows && i < width; row++)
        for (long c = i; c < width; c++) {
            float d = x[row * stride + c] - mean[c];
            a[c] += d;
            b[c] += d * d;
        }
}

/// dy where the rectifier lets it through.
CK_INLINE ck_v16 gated(ck_v16 off, ck_v16 dy, ck_v16 factor, ck_v16 shift, float maximum) {
    ck_v16 y = off * factor + shift;
    ck_m16 open = (y > 0.0f) & (y < maximum);
    return (ck_v16)((ck_m16)dy & open);
}

/// a[i] += Σdy, b[i] += Σdy·(x − center), dy as the gate lets it through; of 16 channels from `i` on.
CK_INLINE void strip_products(
    const float *x, const float *dy, const gate *g, int is_gated, long i, long rows, long stride, float *a, float *b) {
    ck_v16 center = ck_load(g->center + i), factor = ck_load(g->factor + i), shift = ck_load(g->shift + i);
    ck_v16 first = ck_load(a + i), second = ck_load(b + i);
    for (long row = 0, at = i; row < rows; row++, at += stride) {
        ck_v16 off = ck_load(x + at) - center, d = ck_load(dy + at);
        if (is_gated) d = gated(off, d, factor, shift, g->maximum);
        first += d;
        second += d * off;
    }
    *(ck_v16 *)(a + i) = first;
    *(ck_v16 *)(b + i) = second;
}

CK_INLINE void add_products(
    const float *x, const float *dy, const gate *g, int is_gated, long rows, long width, long stride, float *a,
    float *b) {
    long i = 0;
    for (; i + 16 <= width; i += 16) strip_products(x, dy, g, is_gated, i, rows, stride, a, b);
    for (long row = 0; row < rows && i < width; row++)
        for (long c = i; c < width; c++) {
            float off = x[row * stride + c] - g->center[c], d = dy[row * stride + c];
            if (is_gated) {
                float y = off * g->factor[c] + g->shift[c];
                d = y > 0.0f && y < g->maximum ? d : 0.0f;
            }
            a[c] += d;
            b[c] += d * off;
        }
}

CK_WIDE_CLONES static void add_plain_products(
    const float *x, const float *dy, const gate *g, long rows, long width, long stride, float *a, float *b) {
    add_products(x, dy, g, 0, rows, width, stride, a, b);
}

CK_WIDE_CLONES static void add_gated_products(
    const float *x, const float *dy, const gate *g, long rows, long width, long stride, float *a, float *b) {
    add_products(x, dy, g, 1, rows, width, stride, a, b);
}

static void fold_floats(float *values, long width, long fold) {
    for (long part = 1; part < fold; part++)
        for (long i = 0; i < width; i++) values[i] += values[part * width + i];
}

/// Means and squared deviations of some rows, joined to those of the `count` rows before (T. Chan, G. Golub, R. LeVeque,
/// "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
CK_CLONES static void join(
    double *restrict mean, double *restrict squares, double count, const double *restrict more_mean,
    const double *restrict more_squares, double more, long width) {
    double share = more / (count + more), weight = count * share;
    for (long i = 0; i < width; i++) {
        double delta = more_mean[i] - mean[i];
        mean[i] += delta * share;
        squares[i] += more_squares[i] + delta * delta * weight;
    }
}

/// The sums of a block around its rounded mean, as the block's mean and squared deviations.
CK_CLONES static void settle(
    const float *restrict mean, const float *restrict a, const float *restrict b, double size,
    double *restrict exact_mean, double *restrict squares, long width) {
    double share = 1.0 / size;
    for (long i = 0; i < width; i++) {
        double off = (double)a[i] * share;
        exact_mean[i] = (double)mean[i] + off;
        squares[i] = (double)b[i] - off * (double)a[i];
    }
}

/// first: the mean, second: Σ(x − mean)². Two passes over a block in the cache, the second around its rounded mean.
static void moments(
    const void *x, int is_half, long rows, long width, long apart, double *first, double *second) {
    long fold = 2 * apart <= TILE ? TILE / apart : 1, stride = is_half ? width : apart;
    float room[SUMMED_ROWS * TILE];
    for (long start = 0; start < rows; start += SUMMED_ROWS * fold) {
        long size = ck_min(SUMMED_ROWS * fold, rows - start), groups = size / fold, rest = size - groups * fold;
        const void *here = at(x, start * apart, is_half);
        if (is_half) ck_widen_rows(here, room, size, width, apart);
        const float *block = is_half ? room : here;
        float mean[TILE] = {0}, a[TILE] = {0}, b[TILE] = {0};
        add_values(block, groups, width * fold, stride * fold, mean);
        fold_floats(mean, width, fold);
        add_values(block + groups * fold * stride, rest, width, stride, mean);
        for (long i = 0; i < width; i++) mean[i] /= (float)size;
        for (long i = width; i < width * fold; i++) mean[i] = mean[i - width];
        add_moments(block, mean, groups, width * fold, stride * fold, a, b);
        fold_floats(a, width, fold);
        fold_floats(b, width, fold);
        add_moments(block + groups * fold * stride, mean, rest, width, stride, a, b);
        double exact[TILE], squares[TILE];
        settle(mean, a, b, (double)size, exact, squares, width);
        join(first, second, (double)start, exact, squares, (double)size, width);
    }
}

static void add_some_products(
    const float *x, const float *dy, const gate *g, long rows, long width, long stride, float *a, float *b) {
    if (g->maximum > 0.0f)
        add_gated_products(x, dy, g, rows, width, stride, a, b);
    else
        add_plain_products(x, dy, g, rows, width, stride, a, b);
}

/// first: Σdy, second: Σdy·(x − mean), dy as the gate lets it through.
static void products(
    const void *all_x, const void *all_dy, int is_half, const gate *g, long rows, long width, long apart,
    double *first, double *second) {
    long fold = 2 * apart <= TILE ? TILE / apart : 1, stride = is_half ? width : apart;
    float rooms[2][ROWS * TILE];
    for (long start = 0; start < rows; start += ROWS * fold) {
        long size = ck_min(ROWS * fold, rows - start), groups = size / fold, rest = groups * fold * stride;
        const void *here[2] = {at(all_x, start * apart, is_half), at(all_dy, start * apart, is_half)};
        for (int i = 0; i < 2 && is_half; i++) ck_widen_rows(here[i], rooms[i], size, width, apart);
        const float *x = is_half ? rooms[0] : here[0], *dy = is_half ? rooms[1] : here[1];
        float a[TILE] = {0}, b[TILE] = {0};
        add_some_products(x, dy, g, groups, width * fold, stride * fold, a, b);
        fold_floats(a, width, fold);
        fold_floats(b, width, fold);
        add_some_products(x + rest, dy + rest, g, size - groups * fold, width, stride, a, b);
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
        long start = ck_min(j->rows, chunk * size), rows = ck_min(size, j->rows - start), begins = start * j->channels;
        double *first = j->first[chunk], *second = j->second[chunk];
        memset(first, 0, sizeof(double) * (size_t)j->width);
        memset(second, 0, sizeof(double) * (size_t)j->width);
        j->counts[chunk] = (double)rows;
        if (j->dy)
            products(
                at(j->x, begins, j->is_half), at(j->dy, begins, j->is_half), j->is_half, j->gate, rows, j->width,
                j->channels, first, second);
        else
            moments(at(j->x, begins, j->is_half), j->is_half, rows, j->width, j->channels, first, second);
    }
}

/// Leaves the totals in the first chunk.
static void sum_up(sums_job *j) {
    ck_parallel(CK_CHUNKS, j->rows * j->width < 2 * CK_GRAIN ? CK_CHUNKS : 1, sums_part, j);
    double count = j->counts[0];
    for (long chunk = 1; chunk < CK_CHUNKS && j->counts[chunk] > 0; count += j->counts[chunk++]) {
        double *first = j->first[0], *second = j->second[0], *more = j->first[chunk], *others = j->second[chunk];
        if (!j->dy) join(first, second, count, more, others, j->counts[chunk], j->width);
        for (long i = 0; i < j->width && j->dy; i++) first[i] += more[i], second[i] += others[i];
    }
}

static void set_up(
    sums_job *j, const void *x, const void *dy, int is_half, const gate *g, long rows, long channels, long width) {
    j->x = x, j->dy = dy, j->is_half = is_half;
    j->gate = g, j->rows = rows, j->channels = channels, j->width = width;
}

void ck_batch_norm_training(
    int is_half, const void *x, const float *gamma, const float *beta, float epsilon, const void *residual,
    int has_activation, ck_unary_code code, ck_coefficients k, void *y, float *mean, float *variance, long rows,
    long valid, long channels) {
    for (long start = 0; start < channels; start += TILE) {
        sums_job j;
        set_up(&j, at(x, start, is_half), 0, is_half, 0, valid, channels, ck_min(TILE, channels - start));
        sum_up(&j);
        for (long i = 0; i < j.width; i++) {
            mean[start + i] = (float)j.first[0][i];
            variance[start + i] = valid > 0 ? (float)(j.second[0][i] / (double)valid) : 0.0f;
        }
    }
    affine p = {gamma, beta, mean, variance, epsilon, has_activation ? ck_loop_of(code, k) : 0, k};
    apply_affine(&p, x, residual, y, is_half, rows, channels);
}

/// What the input's gradient is made by, of a tile's channels.
typedef struct {
    const void *x, *dy;
    void *dx;
    int is_half;
    const gate *gate;
    float factor[TILE], slope[TILE], shift[TILE];
    int has_slope;
    long width, stride;
} input_job;

/// dx = dy · factor + (x − center) · slope + shift, dy as the gate lets it through.
CK_INLINE void input_gradient(
    const input_job *j, int is_gated, const float *x, const float *dy, float *dx, long rows, long width, long stride) {
    const gate *g = j->gate;
    long i = 0;
    for (; i + 16 <= width; i += 16) {
        ck_v16 center = ck_load(g->center + i), open = ck_load(g->factor + i), lift = ck_load(g->shift + i);
        ck_v16 factor = ck_load(j->factor + i), slope = ck_load(j->slope + i), shift = ck_load(j->shift + i);
        for (long row = 0, at = i; row < rows; row++, at += stride) {
            ck_v16 off = ck_load(x + at) - center, d = ck_load(dy + at);
            if (is_gated) d = gated(off, d, open, lift, g->maximum);
            *(ck_v16 *)(dx + at) = d * factor + (off * slope + shift);
        }
    }
    for (long row = 0; row < rows && i < width; row++)
        for (long c = i; c < width; c++) {
            float off = x[row * stride + c] - g->center[c], d = dy[row * stride + c];
            if (is_gated) {
                float y = off * g->factor[c] + g->shift[c];
                d = y > 0.0f && y < g->maximum ? d : 0.0f;
            }
            dx[row * stride + c] = d * j->factor[c] + (off * j->slope[c] + j->shift[c]);
        }
}

CK_WIDE_CLONES static void plain_input_gradient(
    const input_job *j, const float *x, const float *dy, float *dx, long rows, long width, long stride) {
    input_gradient(j, 0, x, dy, dx, rows, width, stride);
}

CK_WIDE_CLONES static void gated_input_gradient(
    const input_job *j, const float *x, const float *dy, float *dx, long rows, long width, long stride) {
    input_gradient(j, 1, x, dy, dx, rows, width, stride);
}

/// dx = dy · factor
CK_CLONES static void scaled_gradient(
    const input_job *j, const float *dy, float *dx, long rows, long width, long stride) {
    const float *factor = j->factor;
    for (long row = 0; row < rows; row++, dy += stride, dx += stride)
        CK_INDEPENDENT for (long i = 0; i < width; i++) dx[i] = dy[i] * factor[i];
}

/// By blocks of rows that stay in the first-level cache from strip to strip.
static void input_part(void *context, long begin, long end) {
    const input_job *j = context;
    float rooms[2][ROWS * TILE];
    for (long start = begin; start < end; start += ROWS) {
        long first = start * j->stride, rows = ck_min(ROWS, end - start), stride = j->is_half ? j->width : j->stride;
        int is_gated = j->gate->maximum > 0.0f, reads_x = is_gated || j->has_slope;
        const void *here[2] = {reads_x ? at(j->x, first, j->is_half) : 0, at(j->dy, first, j->is_half)};
        for (int i = reads_x ? 0 : 1; i < 2 && j->is_half; i++)
            ck_widen_rows(here[i], rooms[i], rows, j->width, j->stride);
        const float *x = j->is_half ? rooms[0] : here[0], *dy = j->is_half ? rooms[1] : here[1];
        float *dx = j->is_half ? rooms[1] : place(j->dx, first, 0);
        if (is_gated)
            gated_input_gradient(j, x, dy, dx, rows, j->width, stride);
        else if (j->has_slope)
            plain_input_gradient(j, x, dy, dx, rows, j->width, stride);
        else
            scaled_gradient(j, dy, dx, rows, j->width, stride);
        if (j->is_half) ck_narrow_rows(dx, place(j->dx, first, 1), rows, j->width, j->stride);
    }
}

/// Rows of `channels` from `first` to `last`; several count as one where channels are few.
static void input_rows(input_job *j, const sums_job *s, void *dx, long first, long last, long fold) {
    long from = first * s->channels, rows = last - first, groups = rows / fold, done = groups * fold * s->channels;
    int is_half = j->is_half = s->is_half;
    j->x = at(s->x, from, is_half), j->dy = at(s->dy, from, is_half), j->dx = place(dx, from, is_half);
    j->width = s->width * fold, j->stride = s->channels * fold;
    ck_parallel(groups, ck_row_grain(j->width), input_part, j);
    j->x = at(j->x, done, is_half), j->dy = at(j->dy, done, is_half), j->dx = place(j->dx, done, is_half);
    j->width = s->width, j->stride = s->channels;
    if (groups * fold < rows) input_part(j, 0, rows - groups * fold);
}

/// A tile's input gradient from its sums; in training through mean and variance as well:
/// scale · (dy − Σdy/n − x̂ · Σ(dy·x̂)/n), with x̂ = (x − mean) · inverse.
static void input_gradient_tile(
    const sums_job *s, const float *gamma, const float *variance, float epsilon, int training, void *dx, long rows) {
    input_job j;
    j.gate = s->gate;
    j.has_slope = training;
    for (long i = 0; i < s->width; i++) {
        double inverse = 1.0 / sqrt((double)variance[i] + (double)epsilon);
        double scale = (gamma ? (double)gamma[i] : 1.0) * inverse, count = (double)ck_max(s->rows, 1);
        j.factor[i] = (float)scale;
        j.slope[i] = training ? (float)(-scale * inverse * inverse * s->second[0][i] / count) : 0.0f;
        j.shift[i] = training ? (float)(-scale * s->first[0][i] / count) : 0.0f;
    }
    long fold = 2 * s->channels <= TILE ? repeat(j.factor, s->width) : 1;
    if (fold > 1) repeat(j.slope, s->width), repeat(j.shift, s->width);
    // Padding feeds no statistic: only the direct term reaches it, which is 0 where the loss does not read it.
    long counted = training ? ck_min(s->rows, rows) : rows;
    input_rows(&j, s, dx, 0, counted, fold);
    if (counted == rows) return;
    j.has_slope = 0;
    memset(j.slope, 0, sizeof j.slope);
    memset(j.shift, 0, sizeof j.shift);
    input_rows(&j, s, dx, counted, rows, fold);
}

void ck_batch_norm_gradient(
    int is_half, const void *x, const float *gamma, const float *beta, const float *mean, const float *variance,
    float epsilon, float maximum, const void *dy, int training, void *dx, float *dgamma, float *dbeta, long rows,
    long valid, long channels) {
    affine p = {gamma, beta, mean, variance, epsilon, 0, {0}};
    for (long start = 0; start < channels; start += TILE) {
        sums_job j;
        gate g = {.maximum = maximum};
        long width = ck_min(TILE, channels - start);
        coefficients(&p, start, width, g.center, g.factor, g.shift);
        if (2 * channels <= TILE) repeat(g.center, width), repeat(g.factor, width), repeat(g.shift, width);
        set_up(&j, at(x, start, is_half), at(dy, start, is_half), is_half, &g, valid, channels, width);
        if (training || dgamma || dbeta) sum_up(&j);
        for (long i = 0; i < j.width; i++) {
            if (dgamma) dgamma[start + i] = (float)(j.second[0][i] / sqrt((double)variance[start + i] + (double)epsilon));
            if (dbeta) dbeta[start + i] = (float)j.first[0][i];
        }
        if (dx)
            input_gradient_tile(
                &j, gamma ? gamma + start : 0, variance + start, epsilon, training,
                place(dx, start, is_half), rows);
    }
}
