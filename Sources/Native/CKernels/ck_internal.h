#pragma once
#include "CKernels.h"
#include <math.h>
#include <string.h>

// One version of a loop per instruction set, chosen when the program is loaded.
#if defined(__x86_64__) && defined(__linux__)
#define CK_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
/// For loops over `ck_v16`: of x86-64-v4 compilers use half the registers' width.
#define CK_WIDE_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "avx512f")))
#else
#define CK_CLONES
#define CK_WIDE_CLONES
#endif

#if defined(__clang__)
// Functions that take or give vectors are inlined wherever they are called.
#pragma clang diagnostic ignored "-Wpsabi"
// The default version of a loop has no wide registers to be vectorised for.
#pragma clang diagnostic ignored "-Wpass-failed"
#endif
/// Sixteen floats that stay in registers: one of the widest, or several. Loads and stores go anywhere.
typedef float ck_v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t ck_m16 __attribute__((vector_size(64)));

#define CK_INLINE static inline __attribute__((always_inline))

CK_INLINE ck_v16 ck_load(const float *x) { return *(const ck_v16 *)x; }
CK_INLINE void ck_store(float *y, ck_v16 values) { *(ck_v16 *)y = values; }
CK_INLINE ck_v16 ck_broadcast(float v) { return (ck_v16){v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v}; }

/// A loop over few things that stay in registers.
#define CK_EACH(i, n) _Pragma("clang loop unroll(full)") for (int i = 0; i < n; i++)

/// Before a loop whose iterations are independent even where the result is written over an operand. Without it the
/// compiler checks for overlap, and runs everything that works in place one element at a time.
#define CK_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

/// Elements below which a second thread costs more than it gives.
#define CK_GRAIN 16384
/// Elements that are worked on while they are in the first-level cache.
#define CK_BLOCK 4096
/// Parts of a long reduction: a fixed number, so that the bits do not depend on the thread count.
#define CK_CHUNKS 16

CK_INLINE long ck_min(long a, long b) { return a < b ? a : b; }
CK_INLINE long ck_max(long a, long b) { return a > b ? a : b; }

/// Rows per thread that make a second thread worth it.
CK_INLINE long ck_row_grain(long columns) { return CK_GRAIN / ck_max(columns, 1) + 1; }

typedef void (*ck_unary_loop)(const float *x, float *y, long count, ck_coefficients k);
ck_unary_loop ck_loop_of(ck_unary_code code, ck_coefficients k);
typedef void (*ck_gradient_loop)(const float *saved, const float *dy, float *dx, long count, ck_coefficients k);
ck_gradient_loop ck_gradient_loop_of(ck_unary_code code, ck_coefficients k, int uses_output);

typedef void (*ck_binary_loop)(const float *a, const float *b, float *y, long count, int step_a, int step_b);
ck_binary_loop ck_binary_loop_of(ck_binary_code code);

/// Σx, good to about one rounding of a float.
double ck_row_sum(const float *x, long count);
/// The maximum, NaN where there is one; −∞ of nothing.
float ck_row_max(const float *x, long count);
/// sums[i] += Σ over rows of x[row · stride + i]. For some tens of rows: the sums are floats.
void ck_add_rows(const float *x, long rows, long width, long stride, float *sums);
