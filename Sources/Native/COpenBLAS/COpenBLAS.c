#include "COpenBLAS.h"
#include <CKernels.h>

extern void omp_set_num_threads(int);
extern void omp_set_dynamic(int);

/// Operations below which a part is not worth a thread of its own.
#define PART (1L << 19)

/// Rows of a panel on this thread; 0 where products are computed as one.
static _Thread_local long panel_rows;

typedef struct {
    const float *a, *b;
    float *c;
    int transposed_a, transposed_b;
    long m, n, k, lda, ldb, ldc;
    /// Rows of a panel, at most m.
    long panel;
} product;

static void multiply(const product *p, const float *a, const float *b, float *c, long m, long n) {
    cblas_sgemm(
        CblasRowMajor, p->transposed_a ? CblasTrans : CblasNoTrans, p->transposed_b ? CblasTrans : CblasNoTrans, (int)m,
        (int)n, (int)p->k, 1, a, (int)p->lda, b, (int)p->ldb, 0, c, (int)p->ldc);
}

/// Rows [begin, end) in panels of one size; the last one reaches back over rows that are done.
static void panels(const product *p, const float *b, float *c, long begin, long end, long n) {
    for (long row = begin; row < end; row += p->panel) {
        long first = row + p->panel > end ? end - p->panel : row;
        multiply(p, p->a + first * p->lda, b, c + first * p->ldc, p->panel, n);
    }
}

/// Panels [begin, end) of all rows. What is left over goes with the last whole one: two threads never write one row.
static void row_panels(void *context, long begin, long end) {
    const product *p = context;
    long last = end == p->m / p->panel ? p->m : end * p->panel;
    panels(p, p->b, p->c, begin * p->panel, last, p->n);
}

static void column_panels(void *context, long begin, long end) {
    const product *p = context;
    panels(p, p->b + begin * (p->transposed_b ? p->ldb : 1), p->c + begin, 0, p->m, end - begin);
}

static void rows(void *context, long begin, long end) {
    const product *p = context;
    multiply(p, p->a + begin * (p->transposed_a ? 1 : p->lda), p->b, p->c + begin * p->ldc, end - begin, p->n);
}

static void columns(void *context, long begin, long end) {
    const product *p = context;
    multiply(p, p->a, p->b + begin * (p->transposed_b ? p->ldb : 1), p->c + begin, p->m, end - begin);
}

static void whole(void *context, long begin, long end) {
    const product *p = context;
    for (long i = begin; i < end; i++)
        multiply(p, p->a + i * p->m * p->k, p->b + i * p->k * p->n, p->c + i * p->m * p->n, p->m, p->n);
}

static void divided(product *p) {
    if (panel_rows && !p->transposed_a) {
        p->panel = panel_rows;
        while (p->panel > p->m) p->panel /= 2;
        if (p->m >= p->n)
            ck_parallel(p->m / p->panel, PART / (p->panel * p->n * p->k) + 1, row_panels, p);
        else
            ck_parallel(p->n, PART / (p->m * p->k) + 16, column_panels, p);
    } else if (p->m >= p->n)
        ck_parallel(p->m, PART / (p->n * p->k) + 16, rows, p);
    else
        ck_parallel(p->n, PART / (p->m * p->k) + 16, columns, p);
}

void ob_multiply(
    const float *a, int transposed_a, const float *b, int transposed_b, float *c, long m, long n, long k, long batch) {
    product p = {a, b, c, transposed_a, transposed_b, m, n, k, transposed_a ? m : k, transposed_b ? k : n, n, 0};
    if (batch > 1)
        ck_parallel(batch, PART / (m * n * k) + 1, whole, &p);
    else
        divided(&p);
}

void ob_multiply_within(
    const float *a, int transposed_a, long lda, const float *b, int transposed_b, long ldb, float *c, long ldc, long m,
    long n, long k) {
    product p = {a, b, c, transposed_a, transposed_b, m, n, k, lda, ldb, ldc, 0};
    divided(&p);
}

void ob_set_panel(long rows) { panel_rows = rows; }

void ob_set_threads(int threads) {
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
    openblas_set_num_threads(1);
}

void ob_enter(int threads) { omp_set_num_threads(threads); }

const char *ob_configuration(void) { return openblas_get_config(); }
