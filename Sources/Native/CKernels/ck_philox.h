#pragma once
#include "ck_internal.h"

// Philox4x32-10 for sixteen blocks at a time: word w of block b is lane b of vector w.
typedef uint32_t words __attribute__((vector_size(64)));
typedef uint64_t pairs __attribute__((vector_size(64)));
typedef float floats __attribute__((vector_size(64)));
#define LANES 16
#define GROUP (4 * LANES)

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
