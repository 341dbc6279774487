#pragma once
#include "CKernels.h"
#include <math.h>
#include <string.h>

// One version of a loop per instruction set, chosen when the program is loaded.
#if defined(__x86_64__) && defined(__linux__)
#define CK_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CK_CLONES
#endif

#define CK_INLINE static inline __attribute__((always_inline))
/// Elements below which a second thread costs more than it gives.
#define CK_GRAIN 16384

CK_INLINE long ck_min(long a, long b) { return a < b ? a : b; }

CK_INLINE float ck_from_bits(int32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

CK_INLINE int32_t ck_to_bits(float value) {
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

// The polynomials are those of Cephes (S. Moshier), single precision, which vectorise; all are good to about 2 ulp.

CK_INLINE float ck_exp(float x) {
    float t = x > 88.7228f ? 88.7228f : x;
    t = t < -87.3365f ? -87.3365f : t;
    float n = __builtin_elementwise_roundeven(t * 1.44269504088896341f);
    float r = t - n * 0.693359375f;
    r -= n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    // Two factors, because 2^128 is not a float.
    int32_t whole = (int32_t)n;
    int32_t half = whole >> 1;
    float y = p * ck_from_bits((half + 127) << 23) * ck_from_bits((whole - half + 127) << 23);
    y = x > 88.7228f ? INFINITY : y;
    return x < -87.3365f ? 0.0f : y;
}

CK_INLINE float ck_log(float x) {
    int32_t bits = ck_to_bits(x < 1.17549435e-38f ? 1.17549435e-38f : x);
    // Mantissa in [√½, √2).
    int32_t exponent = (bits - 0x3F3504F3) >> 23;
    float m = ck_from_bits(bits - (exponent << 23)) - 1.0f, e = (float)exponent, z = m * m;
    float p = 7.0376836292e-2f;
    p = p * m - 1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m - 1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m - 1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m - 2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    float y = p * m * z - 2.12194440e-4f * e - 0.5f * z;
    y = m + y + 0.693359375f * e;
    y = x == 0.0f ? -INFINITY : y;
    y = x == INFINITY ? INFINITY : y;
    return x < 0.0f || x != x ? NAN : y;
}

CK_INLINE float ck_sigmoid(float x) {
    float e = ck_exp(-__builtin_elementwise_abs(x));
    float y = 1.0f / (1.0f + e);
    return x < 0.0f ? e * y : y;
}

CK_INLINE float ck_tanh(float x) {
    float a = __builtin_elementwise_abs(x), z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    float small = p * z * x + x;
    float large = 1.0f - 2.0f / (ck_exp(2.0f * a) + 1.0f);
    return a < 0.625f ? small : x < 0.0f ? -large : large;
}
