#pragma once
#include "ck_internal.h"

// Functions that vectorise, good to 2 or 3 ulp over the whole range, denormals included. The polynomials of exp and log
// are those of Cephes (S. Moshier), single precision.

CK_INLINE float ck_from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

CK_INLINE uint32_t ck_to_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/// x = n ln 2 + r, |r| ≤ ½ ln 2. Adding 1.5 · 2²³ rounds to an integer that can be read off the bits, so that a NaN
/// never is converted to an integer.
CK_INLINE float ck_reduce_exponent(float x, int32_t *n) {
    float shifted = x * 1.44269504088896341f + 12582912.0f, whole = shifted - 12582912.0f;
    *n = (int32_t)(ck_to_bits(shifted) - 0x4B400000u);
    float r = x - whole * 0.693359375f;
    return r + whole * 2.12194440e-4f;
}

/// (exp(r) − 1 − r) / r²
CK_INLINE float ck_exp_tail(float r) {
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    return p * r + 5.0000001201e-1f;
}

/// 2ⁿ, −127 < n < 128; anything at all for other n.
CK_INLINE float ck_power(int32_t n) { return ck_from_bits((uint32_t)(n + 127) << 23); }

/// p · 2ⁿ in two factors: 2¹²⁸ and 2⁻¹⁵⁰ are no floats.
CK_INLINE float ck_times_power(float p, int32_t n) {
    int32_t half = n >> 1;
    return p * ck_power(half) * ck_power(n - half);
}

CK_INLINE float ck_exp(float x) {
    float t = x > 89.0f ? 89.0f : x;
    t = t < -104.0f ? -104.0f : t;
    int32_t n;
    float r = ck_reduce_exponent(t, &n);
    return ck_times_power(ck_exp_tail(r) * r * r + r + 1.0f, n);
}

/// exp(x) − 1 = (exp(r) − 1 + 1 − 2⁻ⁿ) · 2ⁿ
CK_INLINE float ck_expm1(float x) {
    float t = x > 89.0f ? 89.0f : x;
    t = t < -17.5f ? -17.5f : t;
    int32_t n;
    float r = ck_reduce_exponent(t, &n);
    float inverse = ck_power(n < 126 ? -n : -126);
    float y = ck_times_power((ck_exp_tail(r) * r * r + r) + (1.0f - inverse), n);
    // Keeps the sign of −0.
    return x == 0.0f ? x : y;
}

CK_INLINE float ck_log(float x) {
    int32_t is_small = x < 1.17549435e-38f;
    float t = is_small ? x * 8388608.0f : x;
    uint32_t bits = ck_to_bits(t);
    // Mantissa in [√½, √2).
    int32_t exponent = (int32_t)(bits - 0x3F3504F3u) >> 23;
    float m = ck_from_bits(bits - ((uint32_t)exponent << 23)) - 1.0f, z = m * m;
    float e = (float)(exponent - (is_small ? 23 : 0));
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

/// log(1 + x) for x ≥ 0, not infinite: the logarithm of the rounded sum, and what the rounding lost.
CK_INLINE float ck_log1p(float x) {
    float u = 1.0f + x;
    return ck_log(u) + (x - (u - 1.0f)) / u;
}

/// log(1 + exp(x))
CK_INLINE float ck_softplus(float x) {
    return (x < 0.0f ? 0.0f : x) + ck_log1p(ck_exp(-__builtin_elementwise_abs(x)));
}

/// The logistic function at x and at −x, both without cancellation.
typedef struct {
    float here, opposite;
} ck_pair;

CK_INLINE ck_pair ck_logistic(float x) {
    float e = ck_exp(-__builtin_elementwise_abs(x)), large = 1.0f / (1.0f + e), small = e * large;
    return (ck_pair){x < 0.0f ? small : large, x < 0.0f ? large : small};
}

CK_INLINE float ck_sigmoid(float x) { return ck_logistic(x).here; }

/// −(exp(−2a) − 1) / (exp(−2a) + 1), a = |x|
CK_INLINE float ck_tanh(float x) {
    float e = ck_expm1(-2.0f * __builtin_elementwise_abs(x));
    return __builtin_copysignf(-e / (2.0f + e), x);
}

/// To finite numbers where only the limit counts: swish and gelu at −∞ are −∞ · 0. NaN stays NaN.
CK_INLINE float ck_bounded(float x) {
    float t = x < -200.0f ? -200.0f : x;
    return t > 200.0f ? 200.0f : t;
}

/// exp(−a²/2) for |a| ≤ 200, with what rounding a² loses put back.
CK_INLINE float ck_bell(float a) {
    float high = ck_from_bits(ck_to_bits(a) & 0xFFFFF000u);
    float square = 0.5f * high * high, rest = 0.5f * (a - high) * (a + high), sum = square + rest;
    float lost = rest - (sum - square), e = ck_exp(-sum);
    return e - e * lost;
}

/// The normal distribution function at x, |x| ≤ 200, given `bell` = exp(−x²/2): in the lower tail it is bell · R(t) / (|x| + 4)
/// with t = (|x| − 4) / (|x| + 4), R a least-squares fit weighted to equal relative errors of 1e-8 over |x| ≤ 15.
CK_INLINE float ck_normal(float x, float bell) {
    float a = __builtin_elementwise_abs(x);
    a = a > 15.0f ? 15.0f : a;
    float inverse = 1.0f / (a + 4.0f), t = (a - 4.0f) * inverse;
    float p = -0.0001341974421f;
    p = p * t + 0.0001746572671f;
    p = p * t + 0.001568408217f;
    p = p * t - 0.003510209499f;
    p = p * t - 0.007524004206f;
    p = p * t + 0.06040348858f;
    p = p * t - 0.186523661f;
    p = p * t + 0.3871369064f;
    p = p * t - 0.6078965664f;
    p = p * t + 0.7552851439f;
    float tail = p * inverse * bell;
    return x < 0.0f ? tail : 1.0f - tail;
}
