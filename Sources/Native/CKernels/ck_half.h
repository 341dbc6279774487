#pragma once
#include "ck_internal.h"

// bfloat16: the upper half of a float. Arithmetic is done in floats, on blocks that stay in the first-level cache.

/// Elements that are widened at a time.
#define CK_HALF_BLOCK 1024

typedef uint16_t ck_v16_half __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint32_t ck_v16_bits __attribute__((vector_size(64)));

CK_INLINE float ck_from_half(ck_half x) {
    uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/// The nearest, of two equally near the one whose last bit is 0; a NaN stays one.
CK_INLINE ck_half ck_to_half(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t near = (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16, nan = bits >> 16 | 0x40u;
    return (ck_half)((bits & 0x7FFFFFFFu) > 0x7F800000u ? nan : near);
}

/// Sixteen, exactly.
CK_INLINE ck_v16 ck_load_half(const ck_half *x) {
    return (ck_v16)(__builtin_convertvector(*(const ck_v16_half *)x, ck_v16_bits) << 16);
}

/// `count` rows of `width` elements, `stride` apart, to rows that are `width` apart.
void ck_widen_rows(const ck_half *x, float *y, long count, long width, long stride);
/// The way back.
void ck_narrow_rows(const float *x, ck_half *y, long count, long width, long stride);
