#include "COpenBLAS.h"

extern void omp_set_num_threads(int);
extern void omp_set_dynamic(int);

#define OPENBLAS_OPENMP 2

static int limit = 0;

void ob_set_threads(int threads) {
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
    openblas_set_num_threads(threads);
    limit = threads;
}

void ob_enter_pool(int threads) {
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
}

void ob_limit_threads(int threads) {
    if (threads != limit) openblas_set_num_threads(threads);
    limit = threads;
}

int ob_has_own_pool(void) { return openblas_get_parallel() != OPENBLAS_OPENMP; }

const char *ob_configuration(void) { return openblas_get_config(); }
