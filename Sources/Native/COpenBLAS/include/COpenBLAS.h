#pragma once
#include <cblas.h>

/// Sets the threads of OpenBLAS and of OpenMP, with dynamic teams off: equal runs then split work equally.
void ob_set_threads(int threads);
/// Makes the calling thread's OpenMP settings those given. OpenMP keeps them by thread, and OpenBLAS and oneDNN read them
/// at every call.
void ob_enter_pool(int threads);
/// Sets the threads of OpenBLAS alone.
void ob_limit_threads(int threads);
/// Whether OpenBLAS was built with a thread pool of its own instead of OpenMP's.
int ob_has_own_pool(void);
/// Version, build options and the core it picked.
const char *ob_configuration(void);
