#include "ck_internal.h"

#define SELU_SCALE 1.05070098735548049342f
#define SELU_ALPHA 1.67326324235437728482f

typedef void (*unary_loop)(const float *, float *, long, ck_coefficients);
typedef void (*gradient_loop)(const float *, const float *, float *, long, ck_coefficients);

#define UNARY(name, expression)                                                                                        \
    CK_CLONES static void name(const float *in, float *out, long n, ck_coefficients k) {                               \
        (void)k;                                                                                                       \
        for (long i = 0; i < n; i++) {                                                                                 \
            float x = in[i];                                                                                           \
            out[i] = (expression);                                                                                     \
        }                                                                                                              \
    }

/// `s` is the saved value, `d` the gradient that arrives.
#define GRADIENT(name, expression)                                                                                     \
    CK_CLONES static void name(const float *saved, const float *dy, float *dx, long n, ck_coefficients k) {            \
        (void)k;                                                                                                       \
        for (long i = 0; i < n; i++) {                                                                                 \
            float s = saved[i], d = dy[i];                                                                             \
            dx[i] = (expression);                                                                                      \
        }                                                                                                              \
    }

// a slope, b maximum, c threshold
UNARY(relu, x >= k.b ? k.b : x >= k.c ? x : k.a * (x - k.c))
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
UNARY(elu, x > 0 ? x : k.a * expm1f(x))
UNARY(selu, SELU_SCALE *(x > 0 ? x : SELU_ALPHA * expm1f(x)))
UNARY(softplus, (x > 0 ? x : 0.0f) + log1pf(ck_exp(-__builtin_elementwise_abs(x))))
UNARY(softsign, x / (1.0f + __builtin_elementwise_abs(x)))
UNARY(swish, x *ck_sigmoid(x))
UNARY(gelu, 0.5f * x * (1.0f + erff(x * 0.70710678118654752440f)))
UNARY(gelu_tanh, 0.5f * x * (1.0f + ck_tanh(0.79788456080286535588f * (x + 0.044715f * x * x * x))))
UNARY(hard_sigmoid, (k.a * x + k.b) < 0 ? 0.0f : (k.a * x + k.b) > 1 ? 1.0f : k.a * x + k.b)
UNARY(expm1_, expm1f(x))

GRADIENT(relu_dx, s >= k.b ? 0.0f : s >= k.c ? (s == 0.0f && k.c == 0.0f ? k.a * d : d) : k.a * d)
GRADIENT(sigmoid_dy, d *s *(1.0f - s))
GRADIENT(tanh_dy, d *(1.0f - s * s))
GRADIENT(exp_dy, d *s)
GRADIENT(log_dx, d / s)
GRADIENT(negate_dx, -d + 0.0f * s)
GRADIENT(square_dx, 2.0f * s * d)
GRADIENT(sqrt_dy, 0.5f * d / s)
GRADIENT(abs_dx, s > 0 ? d : s < 0 ? -d : 0.0f)
GRADIENT(sign_dx, 0.0f * s * d)
GRADIENT(reciprocal_dy, -d *s *s)
GRADIENT(elu_dy, s > 0 ? d : d * (s + k.a))
GRADIENT(elu_dx, s > 0 ? d : d * k.a * ck_exp(s))
GRADIENT(selu_dy, s > 0 ? SELU_SCALE * d : d * (s + SELU_SCALE * SELU_ALPHA))
GRADIENT(softplus_dy, -d *expm1f(-s))
GRADIENT(softsign_dx, d / ((1.0f + __builtin_elementwise_abs(s)) * (1.0f + __builtin_elementwise_abs(s))))

CK_INLINE float swish_slope(float x) {
    float p = ck_sigmoid(x);
    return p + x * p * (1.0f - p);
}

CK_INLINE float gelu_slope(float x) {
    return 0.5f * (1.0f + erff(x * 0.70710678118654752440f)) + x * 0.39894228040143267794f * ck_exp(-0.5f * x * x);
}

CK_INLINE float gelu_tanh_slope(float x) {
    float t = ck_tanh(0.79788456080286535588f * (x + 0.044715f * x * x * x));
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * 0.79788456080286535588f * (1.0f + 0.134145f * x * x);
}

GRADIENT(swish_dx, d *swish_slope(s))
GRADIENT(gelu_dx, d *gelu_slope(s))
GRADIENT(gelu_tanh_dx, d *gelu_tanh_slope(s))
GRADIENT(hard_sigmoid_dx, (k.a * s + k.b) > 0 && (k.a * s + k.b) < 1 ? k.a * d : 0.0f)
GRADIENT(expm1_dy, d *(s + 1.0f))

static const unary_loop unary_loops[CK_UNARY_COUNT] = {
    relu, sigmoid, tanh_, exp_, log_, negate, square, sqrt_, abs_, sign, reciprocal, elu, selu, softplus, softsign,
    swish, gelu, gelu_tanh, hard_sigmoid, expm1_};

static const gradient_loop gradient_loops[CK_UNARY_COUNT] = {
    relu_dx, sigmoid_dy, tanh_dy, exp_dy, log_dx, negate_dx, square_dx, sqrt_dy, abs_dx, sign_dx, reciprocal_dy,
    elu_dx, selu_dy, softplus_dy, softsign_dx, swish_dx, gelu_dx, gelu_tanh_dx, hard_sigmoid_dx, expm1_dy};

typedef struct {
    unary_loop unary;
    gradient_loop gradient;
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
    job j = {.unary = unary_loops[code], .k = k, .a = x, .y = y};
    ck_parallel(count, CK_GRAIN, unary_part, &j);
}

void ck_unary_gradient(
    ck_unary_code code, ck_coefficients k, int uses_output, const float *saved, const float *dy, float *dx,
    long count) {
    gradient_loop loop = code == CK_ELU && uses_output ? elu_dy : gradient_loops[code];
    job j = {.gradient = loop, .k = k, .a = saved, .b = dy, .y = dx};
    ck_parallel(count, CK_GRAIN, gradient_part, &j);
}

// Two arguments. `step_a`, `step_b`: 1, or 0 for one value that repeats.
#define BINARY(name, expression)                                                                                       \
    CK_CLONES static void name(const float *pa, const float *pb, float *y, long n, int step_a, int step_b) {           \
        if (step_a && step_b) {                                                                                        \
            for (long i = 0; i < n; i++) {                                                                             \
                float a = pa[i], b = pb[i];                                                                            \
                y[i] = (expression);                                                                                   \
            }                                                                                                          \
        } else if (step_a) {                                                                                           \
            float b = *pb;                                                                                             \
            for (long i = 0; i < n; i++) {                                                                             \
                float a = pa[i];                                                                                       \
                y[i] = (expression);                                                                                   \
            }                                                                                                          \
        } else if (step_b) {                                                                                           \
            float a = *pa;                                                                                             \
            for (long i = 0; i < n; i++) {                                                                             \
                float b = pb[i];                                                                                       \
                y[i] = (expression);                                                                                   \
            }                                                                                                          \
        } else {                                                                                                       \
            float a = *pa, b = *pb;                                                                                    \
            for (long i = 0; i < n; i++) y[i] = (expression);                                                          \
        }                                                                                                              \
    }

BINARY(add, a + b)
BINARY(subtract, a - b)
BINARY(multiply, a *b)
BINARY(divide, a / b)
// A NaN on either side stays one.
BINARY(maximum, a >= b || a != a ? a : b)
BINARY(minimum, a <= b || a != a ? a : b)
BINARY(greater_or_equal, a >= b ? 1.0f : 0.0f)

typedef void (*binary_loop)(const float *, const float *, float *, long, int, int);
static const binary_loop binary_loops[] = {add, subtract, multiply, divide, maximum, minimum, greater_or_equal};

typedef struct {
    binary_loop loop;
    const float *a, *b;
    float *y;
} binary_job;

static void binary_part(void *context, long begin, long end) {
    binary_job *j = context;
    j->loop(j->a + begin, j->b + begin, j->y + begin, end - begin, 1, 1);
}

void ck_binary(ck_binary_code code, const float *a, const float *b, float *y, long count) {
    binary_job j = {binary_loops[code], a, b, y};
    ck_parallel(count, CK_GRAIN, binary_part, &j);
}

void ck_binary_broadcast(
    ck_binary_code code, const float *a, const float *b, float *y, int rank, const int64_t *dims, const int64_t *sa,
    const int64_t *sb) {
    binary_loop loop = binary_loops[code];
    int64_t index[CK_MAX_RANK] = {0};
    int64_t inner = dims[rank - 1], outer = 1;
    for (int axis = 0; axis < rank - 1; axis++) outer *= dims[axis];
    for (int64_t block = 0; block < outer; block++, y += inner) {
        loop(a, b, y, inner, (int)sa[rank - 1], (int)sb[rank - 1]);
        for (int axis = rank - 2; axis >= 0; axis--) {
            a += sa[axis];
            b += sb[axis];
            if (++index[axis] < dims[axis]) break;
            a -= sa[axis] * dims[axis];
            b -= sb[axis] * dims[axis];
            index[axis] = 0;
        }
    }
}

CK_CLONES void ck_scale(const float *x, float factor, float *y, long count) {
    for (long i = 0; i < count; i++) y[i] = x[i] * factor;
}

CK_CLONES void ck_fill(float *y, float value, long count) {
    for (long i = 0; i < count; i++) y[i] = value;
}

CK_CLONES void ck_add_bias(const float *x, const float *bias, float *y, long rows, long columns) {
    if (!bias) {
        if (x != y) memmove(y, x, sizeof(float) * (size_t)(rows * columns));
        return;
    }
    for (long row = 0; row < rows; row++, x += columns, y += columns)
        for (long i = 0; i < columns; i++) y[i] = x[i] + bias[i];
}

#define FINITE_BLOCK 4096

CK_CLONES static int block_is_finite(const float *x, long n) {
    uint32_t bad = 0;
    for (long i = 0; i < n; i++) bad |= (uint32_t)((ck_to_bits(x[i]) & 0x7F800000) == 0x7F800000);
    return !bad;
}

long ck_first_non_finite(const float *x, long count) {
    for (long start = 0; start < count; start += FINITE_BLOCK) {
        long n = ck_min(FINITE_BLOCK, count - start);
        if (block_is_finite(x + start, n)) continue;
        for (long i = start; i < start + n; i++)
            if ((ck_to_bits(x[i]) & 0x7F800000) == 0x7F800000) return i;
    }
    return -1;
}
