#include "ck_philox.h"
#include "ck_math.h"

typedef struct {
    float *y;
    long count;
    int is_normal;
    uint32_t key0, key1, step, low, high;
} job;

/// The upper 24 bits as a fraction of 1.
CK_INLINE float fraction(uint32_t word) { return (float)(int32_t)(word >> 8) * 0x1p-24f; }

CK_INLINE void uniform(const uint32_t *words, float *y) {
    for (int i = 0; i < GROUP; i++) y[i] = fraction(words[i]);
}

/// cos and sin of 2πt, 0 ≤ t < 1: within an eighth of a turn around the nearest quarter, by the polynomials of Cephes.
CK_INLINE ck_pair turn(float t) {
    int32_t quarter = (int32_t)(4.0f * t + 0.5f);
    float angle = (t - 0.25f * (float)quarter) * 6.28318530717958648f, z = angle * angle;
    float s = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * angle + angle;
    float c = ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z;
    c = c - 0.5f * z + 1.0f;
    float here = quarter & 1 ? s : c, opposite = quarter & 1 ? c : s;
    return (ck_pair){(quarter + 1) & 2 ? -here : here, quarter & 2 ? -opposite : opposite};
}

CK_INLINE void normal(const uint32_t *words, float *y) {
    for (int i = 0; i < GROUP; i += 2) {
        float radius = sqrtf(-2.0f * ck_log(fraction(words[i]) + 0x1p-24f));
        ck_pair point = turn(fraction(words[i + 1]));
        y[i] = radius * point.here;
        y[i + 1] = radius * point.opposite;
    }
}

CK_CLONES static void part(void *context, long begin, long end) {
    const job *j = context;
    const words lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    for (long group = begin; group < end; group++) {
        words c[4] = {lanes + (uint32_t)(group * LANES), (words){0} + j->step, (words){0} + j->low,
                      (words){0} + j->high};
        philox(c, j->key0, j->key1);
        in_element_order(c);
        uint32_t drawn[GROUP];
        float y[GROUP];
        memcpy(drawn, c, sizeof drawn);
        if (j->is_normal)
            normal(drawn, y);
        else
            uniform(drawn, y);
        long start = group * GROUP;
        memcpy(j->y + start, y, sizeof(float) * (size_t)ck_min(GROUP, j->count - start));
    }
}

void ck_random(float *y, long count, int is_normal, uint64_t seed, uint32_t step, uint32_t low, uint32_t high) {
    job j = {.y = y, .count = count, .is_normal = is_normal, .key0 = (uint32_t)seed, .key1 = (uint32_t)(seed >> 32),
             .step = step, .low = low, .high = high};
    ck_parallel((count + GROUP - 1) / GROUP, CK_GRAIN / GROUP / 4, part, &j);
}
