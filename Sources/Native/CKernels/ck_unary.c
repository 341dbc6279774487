#include "ck_internal.h"
#include "ck_math.h"

#define SELU_SCALE 1.05070098735548049342f
#define SELU_ALPHA 1.67326324235437728482f

#define UNARY(name, expression)                                                                                        \
    CK_CLONES static void name(const float *in, float *out, long n, ck_coefficients k) {                               \
        (void)k;                                                                                                       \
        CK_INDEPENDENT for (long i = 0; i < n; i++) {                                                                  \
            float x = in[i];                                                                                           \
            out[i] = (expression);                                                                                     \
        }                                                                                                              \
    }

/// `s` is the saved value, `d` the gradient that arrives.
#define GRADIENT(name, expression)                                                                                     \
    CK_CLONES static void name(const float *saved, const float *dy, float *dx, long n, ck_coefficients k) {            \
        (void)k;                                                                                                       \
        CK_INDEPENDENT for (long i = 0; i < n; i++) {                                                                  \
            float s = saved[i], d = dy[i];                                                                             \
            dx[i] = (expression);                                                                                      \
        }                                                                                                              \
    }

/// Below the threshold: slope · d, 0 where the slope is 0, whatever d is.
CK_INLINE float leak(float slope, float d) { return slope == 0.0f && d == d ? 0.0f : slope * d; }

CK_INLINE float gelu_tanh_argument(float x) { return 1.59576912160573071176f * (x + 0.044715f * x * x * x); }

CK_INLINE float swish(float x) {
    float t = x < -200.0f ? -200.0f : x;
    return t * ck_sigmoid(t);
}

CK_INLINE float gelu(float x) {
    float t = ck_bounded(x);
    return (x > 200.0f ? x : t) * ck_normal(t, ck_bell(t));
}

/// ½ (1 + tanh u) is the logistic function of 2u.
CK_INLINE float gelu_tanh(float x) {
    float t = ck_bounded(x);
    return (x > 200.0f ? x : t) * ck_sigmoid(gelu_tanh_argument(t));
}

CK_INLINE float swish_slope(float x) {
    float t = ck_bounded(x);
    ck_pair p = ck_logistic(t);
    return p.here * (1.0f + t * p.opposite);
}

CK_INLINE float gelu_slope(float x) {
    float t = ck_bounded(x), bell = ck_bell(t);
    return ck_normal(t, bell) + t * 0.39894228040143267794f * bell;
}

CK_INLINE float gelu_tanh_slope(float x) {
    float t = ck_bounded(x);
    ck_pair p = ck_logistic(gelu_tanh_argument(t));
    return p.here * (1.0f + t * p.opposite * 1.59576912160573071176f * (1.0f + 0.134145f * t * t));
}

UNARY(relu, x < 0 ? 0.0f : x)
// a slope, b maximum, c threshold
UNARY(general_relu, x >= k.b ? k.b : x >= k.c ? x : leak(k.a, x - k.c))
UNARY(sigmoid, ck_sigmoid(x))
UNARY(tanh_, ck_tanh(x))
UNARY(exp_, ck_exp(x))
UNARY(log_, ck_log(x))
UNARY(negate, -x)
UNARY(square, x *x)
UNARY(sqrt_, __builtin_elementwise_sqrt(x))
UNARY(abs_, __builtin_elementwise_abs(x))
UNARY(sign, x > 0 ? 1.0f : x < 0 ? -1.0f : x)
UNARY(reciprocal, 1.0f / x)
UNARY(elu, x > 0 ? x : k.a * ck_expm1(x))
UNARY(selu, SELU_SCALE *(x > 0 ? x : SELU_ALPHA * ck_expm1(x)))
UNARY(softplus, ck_softplus(x))
UNARY(softsign, x / (1.0f + __builtin_elementwise_abs(x)))
UNARY(swish_, swish(x))
UNARY(gelu_, gelu(x))
UNARY(gelu_tanh_, gelu_tanh(x))
// a slope, b shift
UNARY(hard_sigmoid, (k.a * x + k.b) < 0 ? 0.0f : (k.a * x + k.b) > 1 ? 1.0f : k.a * x + k.b)
UNARY(expm1_, ck_expm1(x))
UNARY(sine, sinf(x))
UNARY(cosine, cosf(x))

GRADIENT(relu_dx, s > 0 ? d : 0.0f)
GRADIENT(general_relu_dx, s >= k.b ? 0.0f : s > k.c ? d : leak(k.a, d))
GRADIENT(sigmoid_dy, d *(s * (1.0f - s)))
GRADIENT(tanh_dy, d *((1.0f - s) * (1.0f + s)))
GRADIENT(exp_dy, d *s)
GRADIENT(log_dx, d / s)
GRADIENT(negate_dx, ((void)s, -d))
GRADIENT(square_dx, 2.0f * s * d)
GRADIENT(sqrt_dy, 0.5f * d / s)
GRADIENT(abs_dx, s > 0 ? d : s < 0 ? -d : 0.0f)
GRADIENT(sign_dx, ((void)s, (void)d, 0.0f))
GRADIENT(reciprocal_dy, -d *(s * s))
GRADIENT(elu_dy, s > 0 ? d : d * (s + k.a))
GRADIENT(elu_dx, s > 0 ? d : d * k.a * ck_exp(s))
GRADIENT(selu_dy, s > 0 ? SELU_SCALE * d : d * (s + SELU_SCALE * SELU_ALPHA))
GRADIENT(softplus_dy, -d *ck_expm1(-s))
GRADIENT(softsign_dx, d / ((1.0f + __builtin_elementwise_abs(s)) * (1.0f + __builtin_elementwise_abs(s))))
GRADIENT(swish_dx, d *swish_slope(s))
GRADIENT(gelu_dx, d *gelu_slope(s))
GRADIENT(gelu_tanh_dx, d *gelu_tanh_slope(s))
GRADIENT(hard_sigmoid_dx, (k.a * s + k.b) > 0 && (k.a * s + k.b) < 1 ? k.a * d : 0.0f)
GRADIENT(expm1_dy, d *(s + 1.0f))
GRADIENT(sine_dx, d *cosf(s))
GRADIENT(cosine_dx, -d *sinf(s))

static const ck_unary_loop unary_loops[CK_UNARY_COUNT] = {
    general_relu, sigmoid, tanh_, exp_, log_, negate, square, sqrt_, abs_, sign, reciprocal, elu, selu, softplus,
    softsign, swish_, gelu_, gelu_tanh_, hard_sigmoid, expm1_, sine, cosine};

static const ck_gradient_loop gradient_loops[CK_UNARY_COUNT] = {
    general_relu_dx, sigmoid_dy, tanh_dy, exp_dy, log_dx, negate_dx, square_dx, sqrt_dy, abs_dx, sign_dx,
    reciprocal_dy, elu_dx, selu_dy, softplus_dy, softsign_dx, swish_dx, gelu_dx, gelu_tanh_dx, hard_sigmoid_dx,
    expm1_dy, sine_dx, cosine_dx};

static int is_plain_relu(ck_unary_code code, ck_coefficients k) {
    return code == CK_RELU && k.a == 0 && k.b == INFINITY && k.c == 0;
}

ck_unary_loop ck_loop_of(ck_unary_code code, ck_coefficients k) {
    return is_plain_relu(code, k) ? relu : unary_loops[code];
}

ck_gradient_loop ck_gradient_loop_of(ck_unary_code code, ck_coefficients k, int uses_output) {
    if (is_plain_relu(code, k)) return relu_dx;
    return code == CK_ELU && uses_output ? elu_dy : gradient_loops[code];
}

typedef struct {
    ck_unary_loop unary;
    ck_gradient_loop gradient;
    ck_coefficients k;
    const float *a, *b;
    float *y;
} job;

static void unary_part(void *context, long begin, long end) {
    job *j = context;
    j->unary(j->a + begin, j->y + begin, end - begin, j->k);
}

static void gradient_part(void *context, long begin, long end) {
    job *j = context;
    j->gradient(j->a + begin, j->b + begin, j->y + begin, end - begin, j->k);
}

void ck_unary(ck_unary_code code, ck_coefficients k, const float *x, float *y, long count) {
    job j = {.unary = ck_loop_of(code, k), .k = k, .a = x, .y = y};
    ck_parallel(count, CK_GRAIN, unary_part, &j);
}

void ck_unary_gradient(
    ck_unary_code code, ck_coefficients k, int uses_output, const float *saved, const float *dy, float *dx,
    long count) {
    job j = {.gradient = ck_gradient_loop_of(code, k, uses_output), .k = k, .a = saved, .b = dy, .y = dx};
    ck_parallel(count, CK_GRAIN, gradient_part, &j);
}
