#pragma once
#include <cblas.h>

/// c = op(a) · op(b), `batch` times, dense and row-major: c is (m, n), op(a) (m, k), op(b) (k, n).
///
/// The work is split here, among the threads of CKernels, and OpenBLAS computes each part on one thread. So there is one
/// pool of threads whichever flavour of OpenBLAS is installed: the pool of its pthread flavour fights OpenMP's (a third
/// of the time of a training step went into waiting, measured on two cores).
void ob_multiply(
    const float *a, int transposed_a, const float *b, int transposed_b, float *c, long m, long n, long k, long batch);

/// The same once, on parts of wider matrices: `lda`, `ldb`, `ldc` are the lengths of their rows.
void ob_multiply_within(
    const float *a, int transposed_a, long lda, const float *b, int transposed_b, long ldb, float *c, long ldc, long m,
    long n, long k);

/// Makes the calling thread compute products without a transposed first operand in panels of so many rows, a power of 2; 0:
/// as one. OpenBLAS computes the rows of a product by kernels of several kinds, which round differently: which bits a row
/// gets depends on its place. In panels that are small enough all rows are alike.
void ob_set_panel(long rows);
/// Sets the threads of OpenMP, with dynamic teams off, and keeps OpenBLAS to one: equal runs then split work equally.
void ob_set_threads(int threads);
/// Makes the calling thread, for which OpenMP keeps a number of its own, start teams of so many.
void ob_enter(int threads);
/// Version, build options and the core it picked.
const char *ob_configuration(void);
