#include "ck_internal.h"

// Philox4x32-10 for sixteen blocks at a time: word w of block b is lane b of vector w.
typedef uint32_t words __attribute__((vector_size(64)));
typedef uint64_t pairs __attribute__((vector_size(64)));
typedef float floats __attribute__((vector_size(64)));
#define LANES 16
#define GROUP (4 * LANES)

typedef struct {
    const float *x;
    float *y;
    long count;
    float scale;
    uint32_t threshold;
    uint32_t key0, key1, step, low, high;
} job;

/// Both halves of the 64-bit products: the even and the odd lanes apart, as processors multiply them.
CK_INLINE void multiply(words *high, words *low, const words *v, uint32_t factor) {
    pairs even = (pairs)*v & 0xFFFFFFFFu, odd = (pairs)*v >> 32;
    even *= factor;
    odd *= factor;
    *high = (words)((even >> 32) | (odd & 0xFFFFFFFF00000000u));
    *low = (words)((even & 0xFFFFFFFFu) | (odd << 32));
}

CK_INLINE void philox(words c[4], uint32_t k0, uint32_t k1) {
    for (int round = 0; round < 10; round++) {
        words high_a, low_a, high_b, low_b;
        multiply(&high_a, &low_a, &c[0], 0xD2511F53u);
        multiply(&high_b, &low_b, &c[2], 0xCD9E8D57u);
        c[0] = high_b ^ c[1] ^ k0;
        c[1] = low_b;
        c[2] = high_a ^ c[3] ^ k1;
        c[3] = low_a;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define PAIRS_LOW(a, b) (words) __builtin_shufflevector((pairs)(a), (pairs)(b), 0, 8, 1, 9, 2, 10, 3, 11)
#define PAIRS_HIGH(a, b) (words) __builtin_shufflevector((pairs)(a), (pairs)(b), 4, 12, 5, 13, 6, 14, 7, 15)

/// From word by word to block by block: the order of the elements.
CK_INLINE void in_element_order(words c[4]) {
    words low01 = INTERLEAVE_LOW(c[0], c[1]), high01 = INTERLEAVE_HIGH(c[0], c[1]);
    words low23 = INTERLEAVE_LOW(c[2], c[3]), high23 = INTERLEAVE_HIGH(c[2], c[3]);
    c[0] = PAIRS_LOW(low01, low23);
    c[1] = PAIRS_HIGH(low01, low23);
    c[2] = PAIRS_LOW(high01, high23);
    c[3] = PAIRS_HIGH(high01, high23);
}

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
CK_CLONES static void part(void *context, long begin, long end) {
    const job *j = context;
    const words lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    for (long group = begin; group < end; group++) {
        words c[4] = {lanes + (uint32_t)(group * LANES), (words){0} + j->step, (words){0} + j->low,
                      (words){0} + j->high};
        philox(c, j->key0, j->key1);
        in_element_order(c);
        long start = group * GROUP, n = j->count - start;
        if (n >= GROUP) {
            drop(j, c, j->x + start, j->y + start);
        } else {
            float rest[GROUP] = {0};
            memcpy(rest, j->x + start, sizeof(float) * (size_t)n);
            drop(j, c, rest, rest);
            memcpy(j->y + start, rest, sizeof(float) * (size_t)n);
        }
    }
}

void ck_dropout(
    const float *x, float *y, long count, float rate, uint64_t seed, uint32_t step, uint32_t low, uint32_t high) {
    if (rate >= 1) {
        ck_fill(y, 0, count);
        return;
    }
    job j = {.x = x, .y = y, .count = count, .scale = 1.0f / (1.0f - rate),
             .threshold = (uint32_t)((double)rate * 4294967296.0), .key0 = (uint32_t)seed,
             .key1 = (uint32_t)(seed >> 32), .step = step, .low = low, .high = high};
    ck_parallel((count + GROUP - 1) / GROUP, CK_GRAIN / GROUP, part, &j);
}
