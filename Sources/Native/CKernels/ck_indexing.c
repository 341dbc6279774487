#include "ck_half.h"

typedef struct {
    const float *indices, *from;
    float *to;
    long count, rows, width;
} job;

/// The row an index names, −1 where there is none (NaN included).
CK_INLINE long row_of(float index, long rows) {
    return index >= 0.0f && index < (float)rows ? ck_min((long)index, rows - 1) : -1;
}

static void gather_part(void *context, long begin, long end) {
    const job *j = context;
    for (long i = begin; i < end; i++) {
        long row = row_of(j->indices[i], j->rows);
        float *y = j->to + i * j->width;
        if (row >= 0)
            memcpy(y, j->from + row * j->width, sizeof(float) * (size_t)j->width);
        else
            for (long c = 0; c < j->width; c++) y[c] = NAN;
    }
}

void ck_gather(const float *table, const float *indices, float *y, long count, long rows, long width) {
    job j = {indices, table, y, count, rows, width};
    ck_parallel(count, ck_row_grain(width), gather_part, &j);
}

/// Rows `begin` to `end` of the table: every part looks at all indices, so that each row is added up by one thread.
CK_CLONES static void scatter_part(void *context, long begin, long end) {
    const job *j = context;
    long width = j->width;
    memset(j->to + begin * width, 0, sizeof(float) * (size_t)((end - begin) * width));
    for (long i = 0; i < j->count; i++) {
        long row = row_of(j->indices[i], j->rows);
        if (row < begin || row >= end) continue;
        const float *x = j->from + i * width;
        float *y = j->to + row * width;
        CK_INDEPENDENT for (long c = 0; c < width; c++) y[c] += x[c];
    }
}

void ck_scatter_add(const float *indices, const float *values, float *table, long count, long rows, long width) {
    job j = {indices, values, table, count, rows, width};
    ck_parallel(rows, ck_row_grain(width), scatter_part, &j);
}

typedef struct {
    const void *const *rows;
    float *y;
    int is_half;
    long offset, width;
} collection;

static void collect_part(void *context, long begin, long end) {
    const collection *j = context;
    for (long i = begin; i < end; i++) {
        float *y = j->y + i * j->width;
        if (!j->rows[i]) continue;
        if (j->is_half)
            ck_widen_rows((const ck_half *)j->rows[i] + j->offset, y, 1, j->width, j->width);
        else
            memcpy(y, (const float *)j->rows[i] + j->offset, sizeof(float) * (size_t)j->width);
    }
}

void ck_collect(int is_half, const void *const *rows, long offset, float *y, long count, long width) {
    collection j = {rows, y, is_half, offset, width};
    ck_parallel(count, ck_row_grain(width), collect_part, &j);
}
