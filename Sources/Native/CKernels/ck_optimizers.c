#include "ck_internal.h"

// Each update is one pass over a tensor. Decay is decoupled: w −= rate · decay · w before the update. The formulas are
// tabled in Training's UpdateRule.

typedef struct {
    float *w;
    const float *g;
    float *p, *q;
    float scale, a, b, c;
    int flag;
    ck_segment segment;
} job;

typedef void (*update_loop)(const job *, long, long);

#define UPDATE(name, statements)                                                                                       \
    CK_CLONES static void name(const job *j, long begin, long end) {                                                   \
        float *restrict w = j->w, *restrict p = j->p, *restrict q = j->q;                                              \
        const float *restrict gradients = j->g;                                                                        \
        const float rate = j->segment.rate, shrink = 1.0f - rate * j->segment.decay, scale = j->scale, a = j->a,       \
                    b = j->b, c = j->c, c1 = j->segment.correction1, c2 = j->segment.correction2;                      \
        const int flag = j->flag;                                                                                      \
        (void)p, (void)q, (void)a, (void)b, (void)c, (void)c1, (void)c2, (void)flag;                                   \
        for (long i = begin; i < end; i++) {                                                                           \
            float g = gradients[i] * scale, v = w[i] * shrink, d;                                                      \
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
    d = (p[i] / c1) / (ROOT(q[i] / c2) + c))

typedef struct {
    update_loop loop;
    const job *j;
} call;

static void part(void *context, long begin, long end) {
    call *c = context;
    c->loop(c->j, begin, end);
}

static void each(update_loop loop, job *j, const ck_segment *segments, long count) {
    job shared = *j;
    for (long i = 0; i < count; i++) {
        int64_t offset = segments[i].offset;
        j->segment = segments[i];
        j->w = shared.w + offset;
        j->g = shared.g + offset;
        j->p = shared.p ? shared.p + offset : 0;
        j->q = shared.q ? shared.q + offset : 0;
        call c = {loop, j};
        ck_parallel(segments[i].count, CK_GRAIN, part, &c);
    }
}

void ck_sgd(float *w, const float *g, const ck_segment *segments, long count, float scale) {
    job j = {.w = w, .g = g, .scale = scale};
    each(sgd, &j, segments, count);
}

void ck_momentum(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *velocity, float rate,
    int is_nesterov) {
    job j = {.w = w, .g = g, .p = velocity, .scale = scale, .a = rate};
    each(is_nesterov ? nesterov : momentum, &j, segments, count);
}

void ck_adagrad(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *accumulator, float epsilon) {
    job j = {.w = w, .g = g, .p = accumulator, .scale = scale, .a = epsilon};
    each(adagrad, &j, segments, count);
}

void ck_rmsprop(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *mean_square, float rho,
    float epsilon) {
    job j = {.w = w, .g = g, .p = mean_square, .scale = scale, .a = rho, .b = epsilon};
    each(rmsprop, &j, segments, count);
}

void ck_adadelta(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *gradients, float *deltas,
    float rho, float epsilon) {
    job j = {.w = w, .g = g, .p = gradients, .q = deltas, .scale = scale, .a = rho, .b = epsilon};
    each(adadelta, &j, segments, count);
}

void ck_adam(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *first, float *second,
    float beta1, float beta2, float epsilon) {
    job j = {.w = w, .g = g, .p = first, .q = second, .scale = scale, .a = beta1, .b = beta2, .c = epsilon};
    each(adam, &j, segments, count);
}
