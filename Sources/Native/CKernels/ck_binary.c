#include "ck_internal.h"

// Functions of two arrays. `step_a`, `step_b`: 1, or 0 for one value that repeats.
#define LOOP(a_value, b_value, expression)                                                                             \
    CK_INDEPENDENT for (long i = 0; i < n; i++) {                                                                      \
        float a = a_value, b = b_value;                                                                                \
        y[i] = (expression);                                                                                           \
    }

#define BINARY(name, expression)                                                                                       \
    CK_CLONES static void name(const float *pa, const float *pb, float *y, long n, int step_a, int step_b) {           \
        if (step_a && step_b) {                                                                                        \
            LOOP(pa[i], pb[i], expression)                                                                             \
        } else if (step_a) {                                                                                           \
            float right = *pb;                                                                                         \
            LOOP(pa[i], right, expression)                                                                             \
        } else if (step_b) {                                                                                           \
            float left = *pa;                                                                                          \
            LOOP(left, pb[i], expression)                                                                              \
        } else {                                                                                                       \
            float left = *pa, right = *pb;                                                                             \
            LOOP(left, right, expression)                                                                              \
        }                                                                                                              \
    }

BINARY(add, a + b)
BINARY(subtract, a - b)
BINARY(multiply, a *b)
BINARY(divide, a / b)
// A NaN on either side stays one.
BINARY(maximum, a >= b || a != a ? a : b)
BINARY(minimum, a <= b || a != a ? a : b)
BINARY(greater_or_equal, a >= b ? 1.0f : 0.0f)
BINARY(greater, a > b ? 1.0f : 0.0f)
BINARY(equal, a == b ? 1.0f : 0.0f)
BINARY(power, powf(a, b))

static const ck_binary_loop binary_loops[] = {add, subtract, multiply, divide, maximum, minimum, greater_or_equal, greater,
                                              equal, power};

ck_binary_loop ck_binary_loop_of(ck_binary_code code) { return binary_loops[code]; }

typedef struct {
    ck_binary_loop loop;
    const float *a, *b;
    float *y;
    int step_a, step_b;
} flat_job;

static void flat_part(void *context, long begin, long end) {
    flat_job *j = context;
    j->loop(j->a + begin * j->step_a, j->b + begin * j->step_b, j->y + begin, end - begin, j->step_a, j->step_b);
}

static void flat(ck_binary_loop loop, const float *a, const float *b, float *y, long count, int step_a, int step_b) {
    flat_job j = {loop, a, b, y, step_a, step_b};
    ck_parallel(count, CK_GRAIN, flat_part, &j);
}

void ck_binary(ck_binary_code code, const float *a, const float *b, float *y, long count) {
    flat(binary_loops[code], a, b, y, count, 1, 1);
}

/// Copies a row as often as it fits into `CK_WIDE` floats, so that short rows are worked on several at a time.
#define CK_WIDE 256
static long widen(const float *row, long columns, float *wide) {
    long copies = CK_WIDE / columns;
    for (long copy = 0; copy < copies; copy++) memcpy(wide + copy * columns, row, sizeof(float) * (size_t)columns);
    return copies;
}

typedef struct {
    ck_binary_loop loop;
    const float *a, *b;
    float *y;
    long columns;
    /// Which operand is the row that repeats.
    int a_repeats;
    ck_unary_loop activation;
    ck_coefficients k;
} rows_job;

static void rows_part(void *context, long begin, long end) {
    rows_job *j = context;
    float wide[CK_WIDE];
    const float *row = j->a_repeats ? j->a : j->b;
    long columns = j->columns, group = 1, block = ck_max(1, CK_BLOCK / columns);
    if (2 * columns <= CK_WIDE) {
        group = widen(row, columns, wide);
        row = wide;
    }
    for (long start = begin; start < end; start += block) {
        long stop = ck_min(end, start + block);
        for (long at = start; at < stop; at += group) {
            long offset = at * columns, n = ck_min(group, stop - at) * columns;
            j->loop(j->a_repeats ? row : j->a + offset, j->a_repeats ? j->b + offset : row, j->y + offset, n, 1, 1);
        }
        float *y = j->y + start * columns;
        if (j->activation) j->activation(y, y, (stop - start) * columns, j->k);
    }
}

void ck_add_bias(
    const float *x, const float *bias, int has_activation, ck_unary_code code, ck_coefficients k, float *y, long rows,
    long columns) {
    if (rows == 0 || columns == 0) return;
    if (bias) {
        rows_job j = {.loop = add, .a = x, .b = bias, .y = y, .columns = columns,
                      .activation = has_activation ? ck_loop_of(code, k) : 0, .k = k};
        ck_parallel(rows, ck_row_grain(columns), rows_part, &j);
    } else if (has_activation) {
        ck_unary(code, k, x, y, rows * columns);
    } else if (x != y) {
        memmove(y, x, sizeof(float) * (size_t)(rows * columns));
    }
}

typedef struct {
    ck_binary_loop loop;
    const float *a, *b;
    float *y;
    int rank;
    const int64_t *dims, *sa, *sb;
} broadcast_job;

/// Runs of the last dimension, `begin` and `end` counting them.
static void broadcast_part(void *context, long begin, long end) {
    broadcast_job *j = context;
    int last = j->rank - 1;
    int64_t index[CK_MAX_RANK] = {0}, inner = j->dims[last], rest = begin;
    const float *a = j->a, *b = j->b;
    for (int axis = last - 1; axis >= 0; axis--) {
        index[axis] = rest % j->dims[axis];
        rest /= j->dims[axis];
        a += index[axis] * j->sa[axis];
        b += index[axis] * j->sb[axis];
    }
    for (long run = begin; run < end; run++) {
        j->loop(a, b, j->y + run * inner, inner, (int)j->sa[last], (int)j->sb[last]);
        for (int axis = last - 1; axis >= 0; axis--) {
            a += j->sa[axis];
            b += j->sb[axis];
            if (++index[axis] < j->dims[axis]) break;
            a -= j->sa[axis] * j->dims[axis];
            b -= j->sb[axis] * j->dims[axis];
            index[axis] = 0;
        }
    }
}

void ck_binary_broadcast(
    ck_binary_code code, const float *a, const float *b, float *y, int rank, const int64_t *dims, const int64_t *sa,
    const int64_t *sb) {
    ck_binary_loop loop = binary_loops[code];
    if (rank == 1) {
        flat(loop, a, b, y, dims[0], (int)sa[0], (int)sb[0]);
        return;
    }
    int is_row = rank == 2 && sa[1] == 1 && sb[1] == 1;
    if (is_row && (sa[0] == 0) != (sb[0] == 0)) {
        rows_job j = {.loop = loop, .a = a, .b = b, .y = y, .columns = dims[1], .a_repeats = sa[0] == 0};
        ck_parallel(dims[0], ck_row_grain(dims[1]), rows_part, &j);
        return;
    }
    int64_t runs = 1;
    for (int axis = 0; axis < rank - 1; axis++) runs *= dims[axis];
    broadcast_job j = {loop, a, b, y, rank, dims, sa, sb};
    ck_parallel(runs, ck_row_grain(dims[rank - 1]), broadcast_part, &j);
}

typedef struct {
    const float *c, *a, *b;
    float *y;
    int step_c, step_a, step_b;
} select_job;

CK_CLONES static void select_part(void *context, long begin, long end) {
    const select_job *j = context;
    const float *c = j->c, *a = j->a, *b = j->b;
    float *y = j->y;
    if (j->step_c && j->step_a && j->step_b) {
        CK_INDEPENDENT for (long i = begin; i < end; i++) y[i] = c[i] != 0.0f ? a[i] : b[i];
        return;
    }
    long sc = j->step_c, sa = j->step_a, sb = j->step_b;
    for (long i = begin; i < end; i++) y[i] = c[i * sc] != 0.0f ? a[i * sa] : b[i * sb];
}

void ck_select(
    const float *c, const float *a, const float *b, float *y, long count, int step_c, int step_a, int step_b) {
    select_job j = {c, a, b, y, step_c, step_a, step_b};
    ck_parallel(count, CK_GRAIN, select_part, &j);
}

void ck_scale(const float *x, float factor, float *y, long count) { flat(multiply, x, &factor, y, count, 1, 0); }

CK_CLONES static void fill(float *y, float value, long count) {
    for (long i = 0; i < count; i++) y[i] = value;
}

static void fill_part(void *context, long begin, long end) {
    flat_job *j = context;
    fill(j->y + begin, *j->a, end - begin);
}

void ck_fill(float *y, float value, long count) {
    flat_job j = {.a = &value, .y = y};
    ck_parallel(count, CK_GRAIN, fill_part, &j);
}
