#include "ck_internal.h"

/// Writes exp(x − max) and returns its sum; `maximum` gets the maximum.
CK_CLONES static double exponentials(const float *x, float *y, long n, float *maximum) {
    float best = x[0];
    for (long i = 1; i < n; i++) best = x[i] > best || x[i] != x[i] ? x[i] : best;
    double sum = 0;
    for (long i = 0; i < n; i++) y[i] = ck_exp(x[i] - best);
    for (long i = 0; i < n; i++) sum += (double)y[i];
    *maximum = best;
    return sum;
}

CK_CLONES static void scale_row(float *y, float factor, long n) {
    for (long i = 0; i < n; i++) y[i] *= factor;
}

CK_CLONES static void gradient_row(const float *y, const float *dy, float *dx, long n) {
    double dot = 0;
    for (long i = 0; i < n; i++) dot += (double)(y[i] * dy[i]);
    float total = (float)dot;
    for (long i = 0; i < n; i++) dx[i] = y[i] * (dy[i] - total);
}

typedef struct {
    const float *a, *b, *c;
    float *y, *probabilities;
    long columns;
    float smoothing;
} job;

static long grain(long columns) { return CK_GRAIN / 4 / (columns > 0 ? columns : 1) + 1; }

static void softmax_part(void *context, long begin, long end) {
    job *j = context;
    for (long row = begin; row < end; row++) {
        float maximum, *y = j->y + row * j->columns;
        double sum = exponentials(j->a + row * j->columns, y, j->columns, &maximum);
        scale_row(y, (float)(1.0 / sum), j->columns);
    }
}

void ck_softmax(const float *x, float *y, long rows, long columns) {
    if (columns == 0) return;
    job j = {.a = x, .y = y, .columns = columns};
    ck_parallel(rows, grain(columns), softmax_part, &j);
}

static void softmax_gradient_part(void *context, long begin, long end) {
    job *j = context;
    for (long row = begin; row < end; row++) {
        long at = row * j->columns;
        gradient_row(j->a + at, j->b + at, j->y + at, j->columns);
    }
}

void ck_softmax_gradient(const float *y, const float *dy, float *dx, long rows, long columns) {
    job j = {.a = y, .b = dy, .y = dx, .columns = columns};
    ck_parallel(rows, grain(columns), softmax_gradient_part, &j);
}

/// A class outside the range is nobody's to report here; it must only not be followed.
static long class_index(float target, long classes) {
    if (!(target >= 0)) return 0;
    return target >= (float)classes ? classes - 1 : (long)target;
}

static void sparse_part(void *context, long begin, long end) {
    job *j = context;
    long n = j->columns;
    for (long row = begin; row < end; row++) {
        const float *x = j->a + row * n;
        float maximum, *p = j->probabilities + row * n;
        double sum = exponentials(x, p, n, &maximum);
        double total = (double)maximum + log(sum);
        double loss = (1.0 - (double)j->smoothing) * (total - (double)x[class_index(j->b[row], n)]);
        if (j->smoothing != 0) {
            double mean = 0;
            for (long i = 0; i < n; i++) mean += (double)x[i];
            loss += (double)j->smoothing * (total - mean / (double)n);
        }
        j->y[row] = (float)loss;
        scale_row(p, (float)(1.0 / sum), n);
    }
}

void ck_sparse_cross_entropy(
    const float *logits, const float *targets, float *losses, float *probabilities, long rows, long classes,
    float smoothing) {
    if (classes == 0) return;
    job j = {.a = logits, .b = targets, .y = losses, .probabilities = probabilities, .columns = classes,
             .smoothing = smoothing};
    ck_parallel(rows, grain(classes), sparse_part, &j);
}

void ck_sparse_cross_entropy_gradient(
    const float *probabilities, const float *targets, const float *dlosses, float *dlogits, long rows, long classes,
    float smoothing) {
    float share = smoothing / (float)classes;
    for (long row = 0; row < rows; row++, probabilities += classes, dlogits += classes) {
        float d = dlosses[row];
        for (long i = 0; i < classes; i++) dlogits[i] = d * (probabilities[i] - share);
        long right = class_index(targets[row], classes);
        dlogits[right] = d * (probabilities[right] - share - (1.0f - smoothing));
    }
}

static void categorical_part(void *context, long begin, long end) {
    job *j = context;
    long n = j->columns;
    for (long row = begin; row < end; row++) {
        const float *x = j->a + row * n, *t = j->b + row * n;
        float maximum, *p = j->probabilities + row * n;
        double sum = exponentials(x, p, n, &maximum), total = (double)maximum + log(sum), loss = 0;
        for (long i = 0; i < n; i++) {
            double target = (double)t[i] * (1.0 - (double)j->smoothing) + (double)j->smoothing / (double)n;
            loss += target * (total - (double)x[i]);
        }
        j->y[row] = (float)loss;
        scale_row(p, (float)(1.0 / sum), n);
    }
}

void ck_categorical_cross_entropy(
    const float *logits, const float *targets, float *losses, float *probabilities, long rows, long classes,
    float smoothing) {
    if (classes == 0) return;
    job j = {.a = logits, .b = targets, .y = losses, .probabilities = probabilities, .columns = classes,
             .smoothing = smoothing};
    ck_parallel(rows, grain(classes), categorical_part, &j);
}

void ck_categorical_cross_entropy_gradient(
    const float *probabilities, const float *targets, const float *dlosses, float *dlogits, long rows, long classes,
    float smoothing) {
    float share = smoothing / (float)classes, rest = 1.0f - smoothing;
    for (long row = 0; row < rows; row++, probabilities += classes, targets += classes, dlogits += classes) {
        float mass = 0, d = dlosses[row];
        for (long i = 0; i < classes; i++) mass += targets[i] * rest + share;
        for (long i = 0; i < classes; i++) dlogits[i] = d * (probabilities[i] * mass - targets[i] * rest - share);
    }
}

CK_CLONES void ck_binary_cross_entropy(const float *logits, const float *targets, float *losses, long count) {
    for (long i = 0; i < count; i++) {
        float x = logits[i];
        losses[i] = (x > 0 ? x : 0.0f) - x * targets[i] + log1pf(ck_exp(-__builtin_elementwise_abs(x)));
    }
}

CK_CLONES void ck_binary_cross_entropy_gradient(
    const float *logits, const float *targets, const float *dlosses, float *dlogits, long count) {
    for (long i = 0; i < count; i++) dlogits[i] = dlosses[i] * (ck_sigmoid(logits[i]) - targets[i]);
}
