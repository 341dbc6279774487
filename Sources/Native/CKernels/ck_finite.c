#include "ck_internal.h"
#include "ck_math.h"

CK_CLONES static int is_finite(const float *x, long n) {
    uint32_t bad = 0;
    for (long i = 0; i < n; i++) bad |= (uint32_t)((ck_to_bits(x[i]) & 0x7F800000) == 0x7F800000);
    return !bad;
}

typedef struct {
    const float *x;
    long first;
} job;

static long search(const float *x, long begin, long end) {
    for (long start = begin; start < end; start += CK_BLOCK) {
        long stop = ck_min(start + CK_BLOCK, end);
        if (is_finite(x + start, stop - start)) continue;
        for (long i = start; i < stop; i++)
            if ((ck_to_bits(x[i]) & 0x7F800000) == 0x7F800000) return i;
    }
    return end;
}

static void part(void *context, long begin, long end) {
    job *j = context;
    long found = search(j->x, begin, end), first = __atomic_load_n(&j->first, __ATOMIC_RELAXED);
    if (found == end) return;
    while (found < first &&
           !__atomic_compare_exchange_n(&j->first, &first, found, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
}

long ck_first_non_finite(const float *x, long count) {
    job j = {x, count};
    ck_parallel(count, CK_GRAIN, part, &j);
    return j.first == count ? -1 : j.first;
}
