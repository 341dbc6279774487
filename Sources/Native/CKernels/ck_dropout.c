#include "ck_half.h"
#include "ck_philox.h"

typedef struct {
    const void *x;
    void *y;
    int is_half;
    long count;
    float scale;
    uint32_t threshold;
    uint32_t key0, key1, step, low, high;
} job;

CK_INLINE void drop(const job *j, const words c[4], const float *x, float *y) {
    for (int w = 0; w < 4; w++) {
        floats v;
        memcpy(&v, x + w * LANES, sizeof v);
        // What is dropped is 0, whatever it was.
        v = (floats)((words)(v * j->scale) & (words)(c[w] >= j->threshold));
        memcpy(y + w * LANES, &v, sizeof v);
    }
}

/// Groups of 64 elements.
CK_WIDE_CLONES static void part(void *context, long begin, long end) {
    const job *j = context;
    const words lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    for (long group = begin; group < end; group++) {
        words c[4] = {lanes + (uint32_t)(group * LANES), (words){0} + j->step, (words){0} + j->low,
                      (words){0} + j->high};
        philox(c, j->key0, j->key1);
        in_element_order(c);
        long start = group * GROUP, n = ck_min(GROUP, j->count - start);
        if (j->is_half) {
            float wide[GROUP] = {0};
            ck_half *y = (ck_half *)j->y + start;
            for (long i = 0; i < n; i++) wide[i] = ck_from_half(((const ck_half *)j->x)[start + i]);
            drop(j, c, wide, wide);
            for (long i = 0; i < n; i++) y[i] = ck_to_half(wide[i]);
            continue;
        }
        const float *x = (const float *)j->x + start;
        float *y = (float *)j->y + start;
        if (n == GROUP) {
            drop(j, c, x, y);
        } else {
            float rest[GROUP] = {0};
            memcpy(rest, x, sizeof(float) * (size_t)n);
            drop(j, c, rest, rest);
            memcpy(y, rest, sizeof(float) * (size_t)n);
        }
    }
}

void ck_dropout(
    int is_half, const void *x, void *y, long count, float rate, uint64_t seed, uint32_t step, uint32_t low, uint32_t high) {
    if (rate >= 1) {
        memset(y, 0, (size_t)count * (is_half ? sizeof(ck_half) : sizeof(float)));
        return;
    }
    job j = {.x = x, .y = y, .is_half = is_half, .count = count, .scale = 1.0f / (1.0f - rate),
             .threshold = (uint32_t)((double)rate * 4294967296.0), .key0 = (uint32_t)seed,
             .key1 = (uint32_t)(seed >> 32), .step = step, .low = low, .high = high};
    ck_parallel((count + GROUP - 1) / GROUP, CK_GRAIN / GROUP, part, &j);
}
