#include "ck_internal.h"

#define LANES 16
#define BLOCK 4096

/// Sixteen partial sums of a block of at most `BLOCK` values, combined in order.
#define BLOCK_SUM(name, expression)                                                                                    \
    CK_CLONES static double name(const float *values, long n) {                                                        \
        float sums[LANES] = {0};                                                                                       \
        long i = 0;                                                                                                    \
        for (; i + LANES <= n; i += LANES)                                                                             \
            for (int lane = 0; lane < LANES; lane++) {                                                                 \
                float x = values[i + lane];                                                                            \
                sums[lane] += (expression);                                                                            \
            }                                                                                                          \
        double total = 0;                                                                                              \
        for (int lane = 0; lane < LANES; lane++) total += sums[lane];                                                  \
        for (; i < n; i++) {                                                                                           \
            float x = values[i];                                                                                       \
            total += (expression);                                                                                     \
        }                                                                                                              \
        return total;                                                                                                  \
    }

BLOCK_SUM(block_sum, x)
BLOCK_SUM(block_squares, x *x)

double ck_sum_of_squares(const float *x, long count) {
    double total = 0;
    for (long start = 0; start < count; start += BLOCK) total += block_squares(x + start, ck_min(BLOCK, count - start));
    return total;
}

static double row_sum(const float *x, long count) {
    double total = 0;
    for (long start = 0; start < count; start += BLOCK) total += block_sum(x + start, ck_min(BLOCK, count - start));
    return total;
}

CK_CLONES static float row_max(const float *x, long count) {
    float best = -INFINITY;
    for (long i = 0; i < count; i++) best = x[i] > best || x[i] != x[i] ? x[i] : best;
    return best;
}

#define TILE 256
#define ROWS 64

/// Column sums of (reduced, inner) in tiles of columns: floats over `ROWS` rows, doubles beyond.
CK_CLONES static void column_sums(const float *x, float *y, long reduced, long inner, double scale) {
    for (long column = 0; column < inner; column += TILE) {
        long width = ck_min(TILE, inner - column);
        double totals[TILE] = {0};
        for (long start = 0; start < reduced; start += ROWS) {
            float sums[TILE] = {0};
            for (long row = start; row < ck_min(start + ROWS, reduced); row++) {
                const float *values = x + row * inner + column;
                for (long i = 0; i < width; i++) sums[i] += values[i];
            }
            for (long i = 0; i < width; i++) totals[i] += (double)sums[i];
        }
        for (long i = 0; i < width; i++) y[column + i] = (float)(totals[i] * scale);
    }
}

CK_CLONES static void column_max(const float *x, float *y, long reduced, long inner) {
    for (long i = 0; i < inner; i++) y[i] = -INFINITY;
    for (long row = 0; row < reduced; row++, x += inner)
        for (long i = 0; i < inner; i++) y[i] = x[i] > y[i] || x[i] != x[i] ? x[i] : y[i];
}

typedef struct {
    ck_reduction kind;
    const float *x;
    float *y;
    long reduced, inner;
} job;

static void part(void *context, long begin, long end) {
    job *j = context;
    double scale = j->kind == CK_MEAN ? 1.0 / (double)j->reduced : 1.0;
    for (long outer = begin; outer < end; outer++) {
        const float *x = j->x + outer * j->reduced * j->inner;
        float *y = j->y + outer * j->inner;
        if (j->inner == 1)
            *y = j->kind == CK_MAX ? row_max(x, j->reduced) : (float)(row_sum(x, j->reduced) * scale);
        else if (j->kind == CK_MAX)
            column_max(x, y, j->reduced, j->inner);
        else
            column_sums(x, y, j->reduced, j->inner, scale);
    }
}

void ck_reduce(ck_reduction kind, const float *x, float *y, long outer, long reduced, long inner) {
    job j = {kind, x, y, reduced, inner};
    long size = reduced * inner;
    ck_parallel(outer, CK_GRAIN / (size > 0 ? size : 1) + 1, part, &j);
}

CK_CLONES void ck_expand(const float *x, float *y, long outer, long repeated, long inner, float scale) {
    for (long o = 0; o < outer; o++, x += inner) {
        for (long r = 0; r < repeated; r++, y += inner)
            for (long i = 0; i < inner; i++) y[i] = x[i] * scale;
        if (inner != 1) continue;
    }
}

void ck_copy(
    const float *x, float *y, int rank, const int64_t *dims, const int64_t *source_strides,
    const int64_t *destination_strides) {
    int64_t index[CK_MAX_RANK] = {0};
    int last = rank - 1;
    int64_t inner = dims[last], outer = 1, from = source_strides[last], to = destination_strides[last];
    for (int axis = 0; axis < last; axis++) outer *= dims[axis];
    for (int64_t block = 0; block < outer; block++) {
        if (from == 1 && to == 1)
            memcpy(y, x, sizeof(float) * (size_t)inner);
        else
            for (int64_t i = 0; i < inner; i++) y[i * to] = x[i * from];
        for (int axis = last - 1; axis >= 0; axis--) {
            x += source_strides[axis];
            y += destination_strides[axis];
            if (++index[axis] < dims[axis]) break;
            x -= source_strides[axis] * dims[axis];
            y -= destination_strides[axis] * dims[axis];
            index[axis] = 0;
        }
    }
}
