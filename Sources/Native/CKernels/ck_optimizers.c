#include "ck_internal.h"
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

// Each update is one pass over a tensor. Decay is decoupled: w −= rate · decay · w before the update. The formulas are
// tabled in Training's UpdateRule.

typedef struct {
    float *w;
    const float *g;
    float *p, *q;
    float scale, a, b, c;
} arrays;

typedef void (*update_loop)(const arrays *, const ck_segment *, long, long);

#define UPDATE(name, statements)                                                                                       \
    CK_CLONES static void name(const arrays *j, const ck_segment *s, long begin, long end) {                           \
        float *restrict w = j->w, *restrict p = j->p, *restrict q = j->q;                                              \
        const float *restrict gradients = j->g;                                                                        \
        const float rate = s->rate, decay = s->rate * s->decay, scale = j->scale, a = j->a, b = j->b, c = j->c,        \
                    r1 = 1.0f / s->correction1, r2 = 1.0f / s->correction2;                                            \
        (void)p, (void)q, (void)a, (void)b, (void)c, (void)r1, (void)r2;                                               \
        for (long i = begin; i < end; i++) {                                                                           \
            float g = gradients[i] * scale, v = w[i] - decay * w[i], d;                                                \
            statements;                                                                                                \
            w[i] = v - rate * d;                                                                                       \
        }                                                                                                              \
    }

#define ROOT __builtin_elementwise_sqrt

UPDATE(sgd, d = g)
UPDATE(momentum, p[i] = a * p[i] + g; d = p[i])
UPDATE(nesterov, p[i] = a * p[i] + g; d = g + a * p[i])
UPDATE(adagrad, p[i] += g * g; d = g / ROOT(p[i] + a))
UPDATE(rmsprop, p[i] = a * p[i] + (1.0f - a) * g * g; d = g / ROOT(p[i] + b))
UPDATE(
    adadelta, p[i] = a * p[i] + (1.0f - a) * g * g; d = g * ROOT(q[i] + b) / ROOT(p[i] + b);
    q[i] = a * q[i] + (1.0f - a) * d * d)
UPDATE(
    adam, p[i] = a * p[i] + (1.0f - a) * g; q[i] = b * q[i] + (1.0f - b) * g * g;
    d = p[i] * r1 / (ROOT(q[i] * r2) + c))

typedef struct {
    update_loop loop;
    arrays arrays;
    const ck_segment *segments;
    long count;
} job;

// What is below the smallest normal float counts as 0 in updates. Moments of weights without a gradient shrink at every step,
// after some 800 to 1e-38, and arithmetic below that takes a processor a hundred times as long, for good: rounding to nearest
// never reaches 0 there.
#if defined(__x86_64__)
static unsigned flushing(void) {
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040);
    return before;
}
static void restore(unsigned before) { _mm_setcsr(before); }
#else
static unsigned flushing(void) { return 0; }
static void restore(unsigned before) { (void)before; }
#endif

/// Elements begin..<end of all segments, as if they lay one behind the other.
static void part(void *context, long begin, long end) {
    const job *j = context;
    unsigned before = flushing();
    for (long i = 0, first = 0; i < j->count && first < end; first += j->segments[i++].count) {
        const ck_segment *s = j->segments + i;
        long from = ck_max(begin - first, 0), to = ck_min(end - first, s->count);
        if (from < to) j->loop(&j->arrays, s, s->offset + from, s->offset + to);
    }
    restore(before);
}

static void each(update_loop loop, arrays a, const ck_segment *segments, long count) {
    job j = {loop, a, segments, count};
    long elements = 0;
    for (long i = 0; i < count; i++) elements += segments[i].count;
    ck_parallel(elements, CK_GRAIN, part, &j);
}

void ck_sgd(float *w, const float *g, const ck_segment *segments, long count, float scale) {
    each(sgd, (arrays){.w = w, .g = g, .scale = scale}, segments, count);
}

void ck_momentum(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *velocity, float rate,
    int is_nesterov) {
    arrays a = {.w = w, .g = g, .p = velocity, .scale = scale, .a = rate};
    each(is_nesterov ? nesterov : momentum, a, segments, count);
}

void ck_adagrad(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *accumulator, float epsilon) {
    each(adagrad, (arrays){.w = w, .g = g, .p = accumulator, .scale = scale, .a = epsilon}, segments, count);
}

void ck_rmsprop(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *mean_square, float rho,
    float epsilon) {
    arrays a = {.w = w, .g = g, .p = mean_square, .scale = scale, .a = rho, .b = epsilon};
    each(rmsprop, a, segments, count);
}

void ck_adadelta(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *gradients, float *deltas,
    float rho, float epsilon) {
    arrays a = {.w = w, .g = g, .p = gradients, .q = deltas, .scale = scale, .a = rho, .b = epsilon};
    each(adadelta, a, segments, count);
}

void ck_adam(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *first, float *second,
    float beta1, float beta2, float epsilon) {
    arrays a = {.w = w, .g = g, .p = first, .q = second, .scale = scale, .a = beta1, .b = beta2, .c = epsilon};
    each(adam, a, segments, count);
}
