#include "ck_internal.h"

#define LANES 16
#define TILE 128

/// Eight vectors are added as floats, pair by pair; what comes after is in double.
CK_CLONES static double block_sum(const float *x, long n) {
    double sums[LANES] = {0}, total = 0;
    long i = 0;
    for (; i + 8 * LANES <= n; i += 8 * LANES)
        for (int lane = 0; lane < LANES; lane++) {
            const float *v = x + i + lane;
            float first = (v[0] + v[LANES]) + (v[2 * LANES] + v[3 * LANES]);
            float second = (v[4 * LANES] + v[5 * LANES]) + (v[6 * LANES] + v[7 * LANES]);
            sums[lane] += (double)(first + second);
        }
    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++) sums[lane] += (double)x[i + lane];
    for (int lane = 0; lane < LANES; lane++) total += sums[lane];
    for (; i < n; i++) total += (double)x[i];
    return total;
}

/// Squares in double: no norm of finite numbers overflows.
CK_CLONES static double block_squares(const float *values, long n) {
    double sums[LANES] = {0}, total = 0;
    long i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++) sums[lane] += (double)values[i + lane] * (double)values[i + lane];
    for (int lane = 0; lane < LANES; lane++) total += sums[lane];
    for (; i < n; i++) total += (double)values[i] * (double)values[i];
    return total;
}

double ck_row_sum(const float *x, long count) {
    double total = 0;
    for (long start = 0; start < count; start += CK_BLOCK)
        total += block_sum(x + start, ck_min(CK_BLOCK, count - start));
    return total;
}

CK_CLONES static float short_max(const float *x, long count) {
    float best = -INFINITY;
    for (long i = 0; i < count; i++) best = x[i] > best || x[i] != x[i] ? x[i] : best;
    return best;
}

CK_CLONES float ck_row_max(const float *x, long count) {
    if (count < 2 * LANES) return short_max(x, count);
    float best[LANES];
    memcpy(best, x, sizeof best);
    long i = LANES;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            float v = x[i + lane];
            best[lane] = v > best[lane] || v != v ? v : best[lane];
        }
    float rest = short_max(x + i, count - i), lanes = short_max(best, LANES);
    return rest > lanes || rest != rest ? rest : lanes;
}

typedef struct {
    const float *x;
    long count;
    double sums[CK_CHUNKS];
} squares_job;

static void squares_part(void *context, long begin, long end) {
    squares_job *j = context;
    long size = (j->count + CK_CHUNKS - 1) / CK_CHUNKS;
    for (long chunk = begin; chunk < end; chunk++) {
        long start = ck_min(j->count, chunk * size), stop = ck_min(j->count, start + size);
        j->sums[chunk] = 0;
        for (; start < stop; start += CK_BLOCK)
            j->sums[chunk] += block_squares(j->x + start, ck_min(CK_BLOCK, stop - start));
    }
}

double ck_sum_of_squares(const float *x, long count) {
    squares_job j = {.x = x, .count = count};
    ck_parallel(CK_CHUNKS, count < 2 * CK_GRAIN ? CK_CHUNKS : 1, squares_part, &j);
    double total = 0;
    for (int chunk = 0; chunk < CK_CHUNKS; chunk++) total += j.sums[chunk];
    return total;
}

CK_CLONES void ck_add_rows(const float *x, long rows, long width, long stride, float *sums) {
    long row = 0;
    for (; row + 4 <= rows; row += 4) {
        const float *a = x + row * stride, *b = a + stride, *c = b + stride, *d = c + stride;
        CK_INDEPENDENT for (long i = 0; i < width; i++) sums[i] += (a[i] + b[i]) + (c[i] + d[i]);
    }
    for (; row < rows; row++) {
        const float *a = x + row * stride;
        CK_INDEPENDENT for (long i = 0; i < width; i++) sums[i] += a[i];
    }
}

/// totals[i] += Σ over rows: `width` adjacent columns of a matrix whose rows are `stride` apart. Where the rows are
/// adjacent and short, several count as one and are folded at the end.
CK_CLONES static void column_sums(const float *x, long rows, long width, long stride, double *totals) {
    long fold = width == stride && 2 * width <= TILE ? TILE / width : 1;
    long wide = width * fold, groups = rows / fold, block = 64;
    for (long start = 0; start < groups; start += block) {
        float sums[TILE] = {0};
        ck_add_rows(x + start * fold * stride, ck_min(block, groups - start), wide, stride * fold, sums);
        for (long part = 0; part < fold; part++)
            for (long i = 0; i < width; i++) totals[i] += (double)sums[part * width + i];
    }
    for (long row = groups * fold; row < rows; row++)
        for (long i = 0; i < width; i++) totals[i] += (double)x[row * stride + i];
}

CK_CLONES static void column_max(const float *x, float *y, long rows, long width, long stride) {
    CK_INDEPENDENT for (long i = 0; i < width; i++) y[i] = -INFINITY;
    for (long row = 0; row < rows; row++, x += stride)
        CK_INDEPENDENT for (long i = 0; i < width; i++) y[i] = x[i] > y[i] || x[i] != x[i] ? x[i] : y[i];
}

typedef struct {
    ck_reduction kind;
    const float *x;
    float *y;
    long reduced, inner, chunks;
    double scale;
    double sums[CK_CHUNKS][TILE];
    float best[CK_CHUNKS][TILE];
    long width;
} job;

static void column_chunk(void *context, long begin, long end) {
    job *j = context;
    long size = (j->reduced + j->chunks - 1) / j->chunks;
    for (long chunk = begin; chunk < end; chunk++) {
        long start = ck_min(j->reduced, chunk * size), rows = ck_min(size, j->reduced - start);
        const float *x = j->x + start * j->inner;
        if (j->kind == CK_MAX) {
            column_max(x, j->best[chunk], rows, j->width, j->inner);
        } else {
            memset(j->sums[chunk], 0, sizeof(double) * (size_t)j->width);
            column_sums(x, rows, j->width, j->inner, j->sums[chunk]);
        }
    }
}

/// (reduced, inner) → (inner), from j->x to j->y. The chunks are the same whether or not threads share them.
static void reduce_columns(job *j, int on_threads) {
    const float *x = j->x;
    long grain = on_threads && j->reduced * j->inner >= 2 * CK_GRAIN ? 1 : j->chunks;
    for (long column = 0; column < j->inner; column += TILE) {
        j->x = x + column;
        j->width = ck_min(TILE, j->inner - column);
        if (grain == 1)
            ck_parallel(j->chunks, 1, column_chunk, j);
        else
            column_chunk(j, 0, j->chunks);
        float *y = j->y + column;
        if (j->kind == CK_MAX) {
            column_max(j->best[0], y, j->chunks, j->width, TILE);
        } else {
            for (long chunk = 1; chunk < j->chunks; chunk++)
                for (long i = 0; i < j->width; i++) j->sums[0][i] += j->sums[chunk][i];
            for (long i = 0; i < j->width; i++) y[i] = (float)(j->sums[0][i] * j->scale);
        }
    }
}

static void part(void *context, long begin, long end) {
    job *shared = context, own;
    long size = shared->reduced * shared->inner;
    own.kind = shared->kind, own.reduced = shared->reduced, own.inner = shared->inner;
    own.chunks = shared->chunks, own.scale = shared->scale;
    for (long outer = begin; outer < end; outer++) {
        own.x = shared->x + outer * size;
        own.y = shared->y + outer * shared->inner;
        if (shared->inner > 1)
            reduce_columns(&own, 0);
        else if (shared->kind == CK_MAX)
            *own.y = ck_row_max(own.x, shared->reduced);
        else
            *own.y = (float)(ck_row_sum(own.x, shared->reduced) * shared->scale);
    }
}

void ck_reduce(ck_reduction kind, const float *x, float *y, long outer, long reduced, long inner) {
    long chunks = ck_max(1, ck_min(CK_CHUNKS, reduced / 256));
    job j = {.kind = kind, .x = x, .y = y, .reduced = reduced, .inner = inner, .chunks = chunks,
             .scale = kind == CK_MEAN ? 1.0 / (double)reduced : 1.0};
    if (outer == 1 && inner > 1)
        reduce_columns(&j, 1);
    else
        ck_parallel(outer, ck_row_grain(reduced * inner), part, &j);
}

typedef struct {
    ck_reduction kind;
    const float *x;
    float *y;
    int kept_rank, reduced_rank;
    const int64_t *kept, *kept_strides, *reduced, *reduced_strides;
    int64_t count;
} apart_job;

/// Moves to the next index and returns where its element is; the first call of a round takes the one after zeros.
static int64_t next(int rank, const int64_t *dims, const int64_t *strides, int64_t *index, int64_t at) {
    for (int axis = rank - 1; axis >= 0; axis--) {
        at += strides[axis];
        if (++index[axis] < dims[axis]) return at;
        at -= strides[axis] * dims[axis];
        index[axis] = 0;
    }
    return at;
}

/// One element of the result: runs of the last reduced axis where they are contiguous, else one value at a time.
static float reduce_element(const apart_job *j, const float *x) {
    int last = j->reduced_rank - 1, outer = j->reduced_strides[last] == 1 ? last : last + 1;
    int64_t run = outer == last ? j->reduced[last] : 1, index[CK_MAX_RANK] = {0}, at = 0;
    double total = 0;
    float best = -INFINITY;
    for (int64_t done = 0; done < j->count; done += run) {
        if (j->kind == CK_MAX) {
            float v = ck_row_max(x + at, run);
            best = v > best || v != v ? v : best;
        } else {
            total += ck_row_sum(x + at, run);
        }
        at = next(outer, j->reduced, j->reduced_strides, index, at);
    }
    if (j->kind == CK_MAX) return best;
    return (float)(j->kind == CK_MEAN ? total / (double)j->count : total);
}

static void apart_part(void *context, long begin, long end) {
    const apart_job *j = context;
    int64_t index[CK_MAX_RANK] = {0}, at = 0, rest = begin;
    for (int axis = j->kept_rank - 1; axis >= 0; axis--) {
        index[axis] = rest % j->kept[axis];
        rest /= j->kept[axis];
        at += index[axis] * j->kept_strides[axis];
    }
    for (long element = begin; element < end; element++) {
        j->y[element] = reduce_element(j, j->x + at);
        at = next(j->kept_rank, j->kept, j->kept_strides, index, at);
    }
}

void ck_reduce_apart(
    ck_reduction kind, const float *x, float *y, int kept_rank, const int64_t *kept, const int64_t *kept_strides,
    int reduced_rank, const int64_t *reduced, const int64_t *reduced_strides) {
    apart_job j = {kind, x, y, kept_rank, reduced_rank, kept, kept_strides, reduced, reduced_strides, 1};
    int64_t elements = 1;
    for (int axis = 0; axis < kept_rank; axis++) elements *= kept[axis];
    for (int axis = 0; axis < reduced_rank; axis++) j.count *= reduced[axis];
    ck_parallel(elements, ck_row_grain(j.count), apart_part, &j);
}
