#include "ck_internal.h"

#define LANES 16

typedef struct {
    const float *x;
    float *y;
    long count;
    float scale;
    uint64_t threshold;
    uint32_t key0, key1, step, low, high;
} job;

/// Philox4x32-10 for `LANES` consecutive blocks; `words[i][lane]` is word i of block first + lane.
CK_INLINE void philox(uint32_t words[4][LANES], const job *j, uint32_t first) {
    uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES];
    for (int l = 0; l < LANES; l++) {
        c0[l] = first + (uint32_t)l;
        c1[l] = j->step;
        c2[l] = j->low;
        c3[l] = j->high;
    }
    uint32_t k0 = j->key0, k1 = j->key1;
    for (int round = 0; round < 10; round++) {
        for (int l = 0; l < LANES; l++) {
            uint64_t a = (uint64_t)0xD2511F53u * c0[l], b = (uint64_t)0xCD9E8D57u * c2[l];
            uint32_t n0 = (uint32_t)(b >> 32) ^ c1[l] ^ k0, n2 = (uint32_t)(a >> 32) ^ c3[l] ^ k1;
            c1[l] = (uint32_t)b;
            c3[l] = (uint32_t)a;
            c0[l] = n0;
            c2[l] = n2;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    memcpy(words[0], c0, sizeof c0);
    memcpy(words[1], c1, sizeof c1);
    memcpy(words[2], c2, sizeof c2);
    memcpy(words[3], c3, sizeof c3);
}

/// Groups of 4 · `LANES` elements.
CK_CLONES static void part(void *context, long begin, long end) {
    const job *j = context;
    for (long group = begin; group < end; group++) {
        uint32_t words[4][LANES];
        float mask[4 * LANES];
        philox(words, j, (uint32_t)(group * LANES));
        for (int l = 0; l < LANES; l++)
            for (int w = 0; w < 4; w++) mask[4 * l + w] = words[w][l] >= j->threshold ? j->scale : 0.0f;
        long start = group * 4 * LANES, n = ck_min(4 * LANES, j->count - start);
        const float *x = j->x + start;
        float *y = j->y + start;
        // What is dropped is 0, whatever it was.
        for (long i = 0; i < n; i++) y[i] = mask[i] != 0.0f ? x[i] * mask[i] : 0.0f;
    }
}

void ck_dropout(
    const float *x, float *y, long count, float rate, uint64_t seed, uint32_t step, uint32_t low, uint32_t high) {
    job j = {.x = x, .y = y, .count = count, .scale = rate < 1 ? 1.0f / (1.0f - rate) : 0.0f,
             .threshold = (uint64_t)((double)rate * 4294967296.0), .key0 = (uint32_t)seed,
             .key1 = (uint32_t)(seed >> 32), .step = step, .low = low, .high = high};
    ck_parallel((count + 4 * LANES - 1) / (4 * LANES), CK_GRAIN / (4 * LANES), part, &j);
}
