#include "ck_internal.h"

#define TILE 16

/// (rows, columns) elements whose columns lie together in x and whose rows lie together in y: square tiles that fit the
/// first-level cache.
CK_CLONES static void transpose(const float *x, float *y, long rows, long columns, long from, long to) {
    for (long r = 0; r < rows; r += TILE)
        for (long c = 0; c < columns; c += TILE) {
            long height = ck_min(TILE, rows - r), width = ck_min(TILE, columns - c);
            float tile[TILE][TILE];
            for (long i = 0; i < height; i++)
                for (long k = 0; k < width; k++) tile[k][i] = x[(r + i) * from + c + k];
            for (long k = 0; k < width; k++)
                memcpy(y + (c + k) * to + r, tile[k], sizeof(float) * (size_t)height);
        }
}

typedef struct {
    const float *x;
    float *y;
    int rank;
    const int64_t *dims, *from, *to;
    /// How many of the last dimensions one step covers.
    int covered;
} job;

/// One run of the last dimension, or one transpose of the last two.
static void step(const job *j, const float *x, float *y) {
    int last = j->rank - 1;
    int64_t n = j->dims[last], from = j->from[last], to = j->to[last];
    if (j->covered == 2)
        transpose(x, y, n, j->dims[last - 1], from, j->to[last - 1]);
    else if (from == 1 && to == 1)
        memcpy(y, x, sizeof(float) * (size_t)n);
    else
        for (int64_t i = 0; i < n; i++) y[i * to] = x[i * from];
}

static void part(void *context, long begin, long end) {
    const job *j = context;
    int last = j->rank - j->covered - 1;
    int64_t index[CK_MAX_RANK] = {0}, rest = begin;
    const float *x = j->x;
    float *y = j->y;
    for (int axis = last; axis >= 0; axis--) {
        index[axis] = rest % j->dims[axis];
        rest /= j->dims[axis];
        x += index[axis] * j->from[axis];
        y += index[axis] * j->to[axis];
    }
    for (long run = begin; run < end; run++) {
        step(j, x, y);
        for (int axis = last; axis >= 0; axis--) {
            x += j->from[axis];
            y += j->to[axis];
            if (++index[axis] < j->dims[axis]) break;
            x -= j->from[axis] * j->dims[axis];
            y -= j->to[axis] * j->dims[axis];
            index[axis] = 0;
        }
    }
}

void ck_copy(
    const float *x, float *y, int rank, const int64_t *dims, const int64_t *source_strides,
    const int64_t *destination_strides) {
    job j = {x, y, rank, dims, source_strides, destination_strides, 1};
    int last = rank - 1;
    if (rank >= 2 && destination_strides[last] == 1 && source_strides[last - 1] == 1) j.covered = 2;
    int64_t runs = 1, elements = 1;
    for (int axis = 0; axis < rank; axis++) elements *= dims[axis];
    for (int axis = 0; axis < rank - j.covered; axis++) runs *= dims[axis];
    ck_parallel(runs, ck_row_grain(elements / runs), part, &j);
}
