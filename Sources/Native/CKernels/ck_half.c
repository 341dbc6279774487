#include "ck_half.h"

CK_CLONES static void widen(const ck_half *restrict x, float *restrict y, long n) {
    for (long i = 0; i < n; i++) y[i] = ck_from_half(x[i]);
}

CK_CLONES static void narrow(const float *restrict x, ck_half *restrict y, long n) {
    for (long i = 0; i < n; i++) y[i] = ck_to_half(x[i]);
}

void ck_widen_rows(const ck_half *x, float *y, long count, long width, long stride) {
    if (width == stride) {
        widen(x, y, count * width);
        return;
    }
    for (long row = 0; row < count; row++) widen(x + row * stride, y + row * width, width);
}

void ck_narrow_rows(const float *x, ck_half *y, long count, long width, long stride) {
    if (width == stride) {
        narrow(x, y, count * width);
        return;
    }
    for (long row = 0; row < count; row++) narrow(x + row * width, y + row * stride, width);
}

typedef struct {
    ck_unary_loop unary;
    ck_gradient_loop gradient;
    ck_binary_loop binary;
    ck_coefficients k;
    const ck_half *a, *b;
    ck_half *y;
    const float *wide;
    float *target;
    float factor;
} job;

static void widen_part(void *context, long begin, long end) {
    const job *j = context;
    widen(j->a + begin, j->target + begin, end - begin);
}

static void narrow_part(void *context, long begin, long end) {
    const job *j = context;
    narrow(j->wide + begin, j->y + begin, end - begin);
}

void ck_widen(const ck_half *x, float *y, long count) {
    job j = {.a = x, .target = y};
    ck_parallel(count, CK_GRAIN, widen_part, &j);
}

void ck_narrow(const float *x, ck_half *y, long count) {
    job j = {.wide = x, .y = y};
    ck_parallel(count, CK_GRAIN, narrow_part, &j);
}

/// Any function of one or two operands, block by block.
static void part(void *context, long begin, long end) {
    const job *j = context;
    float a[CK_HALF_BLOCK], b[CK_HALF_BLOCK];
    for (long start = begin; start < end; start += CK_HALF_BLOCK) {
        long n = ck_min(CK_HALF_BLOCK, end - start);
        widen(j->a + start, a, n);
        if (j->b) widen(j->b + start, b, n);
        if (j->unary)
            j->unary(a, a, n, j->k);
        else if (j->gradient)
            j->gradient(a, b, a, n, j->k);
        else
            j->binary(a, j->b ? b : &j->factor, a, n, 1, j->b ? 1 : 0);
        narrow(a, j->y + start, n);
    }
}

void ck_unary_half(ck_unary_code code, ck_coefficients k, const ck_half *x, ck_half *y, long count) {
    job j = {.unary = ck_loop_of(code, k), .k = k, .a = x, .y = y};
    ck_parallel(count, CK_GRAIN, part, &j);
}

void ck_unary_gradient_half(
    ck_unary_code code, ck_coefficients k, int uses_output, const ck_half *saved, const ck_half *dy, ck_half *dx,
    long count) {
    job j = {.gradient = ck_gradient_loop_of(code, k, uses_output), .k = k, .a = saved, .b = dy, .y = dx};
    ck_parallel(count, CK_GRAIN, part, &j);
}

void ck_binary_half(ck_binary_code code, const ck_half *a, const ck_half *b, ck_half *y, long count) {
    job j = {.binary = ck_binary_loop_of(code), .a = a, .b = b, .y = y};
    ck_parallel(count, CK_GRAIN, part, &j);
}

void ck_scale_half(const ck_half *x, float factor, ck_half *y, long count) {
    job j = {.binary = ck_binary_loop_of(CK_MULTIPLY), .a = x, .y = y, .factor = factor};
    ck_parallel(count, CK_GRAIN, part, &j);
}

long ck_first_non_finite_half(const ck_half *x, long count) {
    for (long i = 0; i < count; i++)
        if ((x[i] & 0x7F80) == 0x7F80) return i;
    return -1;
}
