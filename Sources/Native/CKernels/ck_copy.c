#include "ck_internal.h"

#define TILE 8
typedef float row __attribute__((vector_size(32)));

#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define PAIRS_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define PAIRS_HIGH(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define HALVES_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define HALVES_HIGH(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)

/// Eight by eight, in three rounds of shuffles: single elements, pairs, halves.
CK_INLINE void transpose_tile(const float *x, float *y, long from, long to) {
    row r[TILE], s[TILE];
    for (int i = 0; i < TILE; i++) memcpy(&r[i], x + i * from, sizeof r[i]);
    for (int i = 0; i < TILE; i += 2) {
        s[i] = INTERLEAVE_LOW(r[i], r[i + 1]);
        s[i + 1] = INTERLEAVE_HIGH(r[i], r[i + 1]);
    }
    for (int i = 0; i < TILE; i += 4) {
        r[i] = PAIRS_LOW(s[i], s[i + 2]);
        r[i + 1] = PAIRS_HIGH(s[i], s[i + 2]);
        r[i + 2] = PAIRS_LOW(s[i + 1], s[i + 3]);
        r[i + 3] = PAIRS_HIGH(s[i + 1], s[i + 3]);
    }
    for (int i = 0; i < TILE / 2; i++) {
        s[i] = HALVES_LOW(r[i], r[i + 4]);
        s[i + 4] = HALVES_HIGH(r[i], r[i + 4]);
    }
    for (int i = 0; i < TILE; i++) memcpy(y + i * to, &s[i], sizeof s[i]);
}

/// (rows, columns) elements whose columns lie together in x and whose rows lie together in y. Two tiles side by side in y
/// fill its cache lines.
CK_CLONES static void transpose(const float *x, float *y, long rows, long columns, long from, long to) {
    long r = 0, whole = columns / TILE * TILE;
    for (; r + 2 * TILE <= rows; r += 2 * TILE)
        for (long c = 0; c < whole; c += TILE) {
            transpose_tile(x + r * from + c, y + c * to + r, from, to);
            transpose_tile(x + (r + TILE) * from + c, y + c * to + r + TILE, from, to);
        }
    for (; r + TILE <= rows; r += TILE)
        for (long c = 0; c < whole; c += TILE) transpose_tile(x + r * from + c, y + c * to + r, from, to);
    for (long c = 0; c < columns; c++)
        for (long i = c < whole ? r : 0; i < rows; i++) y[c * to + i] = x[i * from + c];
}

typedef struct {
    const char *x;
    char *y;
    /// Bytes of an element: 4 or 2.
    int size, rank;
    const int64_t *dims, *from, *to;
    /// How many of the last dimensions one step covers.
    int covered;
} job;

static void spread(const job *j, const char *x, char *y, int64_t n, int64_t from, int64_t to) {
    if (j->size == 4)
        for (int64_t i = 0; i < n; i++) ((float *)y)[i * to] = ((const float *)x)[i * from];
    else
        for (int64_t i = 0; i < n; i++) ((uint16_t *)y)[i * to] = ((const uint16_t *)x)[i * from];
}

/// One run of the last dimension, or one transpose of the last two.
static void step(const job *j, const char *x, char *y) {
    int last = j->rank - 1;
    int64_t n = j->dims[last], from = j->from[last], to = j->to[last];
    if (j->covered == 2)
        transpose((const float *)x, (float *)y, n, j->dims[last - 1], from, j->to[last - 1]);
    else if (from == 1 && to == 1)
        memcpy(y, x, (size_t)j->size * (size_t)n);
    else
        spread(j, x, y, n, from, to);
}

static void part(void *context, long begin, long end) {
    const job *j = context;
    int last = j->rank - j->covered - 1;
    int64_t index[CK_MAX_RANK] = {0}, rest = begin;
    const char *x = j->x;
    char *y = j->y;
    for (int axis = last; axis >= 0; axis--) {
        index[axis] = rest % j->dims[axis];
        rest /= j->dims[axis];
        x += index[axis] * j->from[axis] * j->size;
        y += index[axis] * j->to[axis] * j->size;
    }
    for (long run = begin; run < end; run++) {
        step(j, x, y);
        for (int axis = last; axis >= 0; axis--) {
            x += j->from[axis] * j->size;
            y += j->to[axis] * j->size;
            if (++index[axis] < j->dims[axis]) break;
            x -= j->from[axis] * j->dims[axis] * j->size;
            y -= j->to[axis] * j->dims[axis] * j->size;
            index[axis] = 0;
        }
    }
}

void ck_copy(
    const void *x, void *y, int size, int rank, const int64_t *dims, const int64_t *source_strides,
    const int64_t *destination_strides) {
    job j = {x, y, size, rank, dims, source_strides, destination_strides, 1};
    int last = rank - 1;
    if (size == 4 && rank >= 2 && destination_strides[last] == 1 && source_strides[last - 1] == 1) j.covered = 2;
    int64_t runs = 1, elements = 1;
    for (int axis = 0; axis < rank; axis++) elements *= dims[axis];
    for (int axis = 0; axis < rank - j.covered; axis++) runs *= dims[axis];
    ck_parallel(runs, ck_row_grain(elements / runs), part, &j);
}
