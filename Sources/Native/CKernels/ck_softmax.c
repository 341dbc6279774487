#include "ck_internal.h"
#include "ck_math.h"

typedef struct {
    const float *a, *b, *c;
    float *y, *probabilities;
    long columns;
    float smoothing;
} job;

/// Rows that are worked on while they are in the cache; short rows are exponentiated several at a time.
static long rows_per_block(long columns) { return ck_max(1, CK_BLOCK / 4 / columns); }

static long grain(long columns) { return CK_GRAIN / 4 / ck_max(columns, 1) + 1; }

CK_CLONES static void subtract_from_row(const float *x, float *y, float value, long n) {
    CK_INDEPENDENT for (long i = 0; i < n; i++) y[i] = x[i] - value;
}

CK_CLONES static void scale_row(float *y, float factor, long n) {
    for (long i = 0; i < n; i++) y[i] *= factor;
}

CK_CLONES static void exponentiate(float *y, long n) {
    for (long i = 0; i < n; i++) y[i] = ck_exp(y[i]);
}

/// Σ a·b in double.
CK_CLONES static double dot(const float *a, const float *b, long n) {
    double sums[8] = {0}, total = 0;
    long i = 0;
    for (; i + 8 <= n; i += 8)
        for (int lane = 0; lane < 8; lane++) sums[lane] += (double)a[i + lane] * (double)b[i + lane];
    for (int lane = 0; lane < 8; lane++) total += sums[lane];
    for (; i < n; i++) total += (double)a[i] * (double)b[i];
    return total;
}

CK_CLONES static void gradient_row(const float *y, const float *dy, float *dx, float total, long n) {
    CK_INDEPENDENT for (long i = 0; i < n; i++) dx[i] = y[i] * (dy[i] - total);
}

/// y = exp(x − the row's maximum) for rows begin..<end.
static void exponentials(const float *x, float *y, long begin, long end, long columns) {
    for (long row = begin; row < end; row++) {
        const float *values = x + row * columns;
        subtract_from_row(values, y + row * columns, ck_row_max(values, columns), columns);
    }
    exponentiate(y + begin * columns, (end - begin) * columns);
}

static void softmax_part(void *context, long begin, long end) {
    job *j = context;
    long n = j->columns, block = rows_per_block(n);
    for (long start = begin; start < end; start += block) {
        long stop = ck_min(end, start + block);
        exponentials(j->a, j->y, start, stop, n);
        for (long row = start; row < stop; row++) {
            float *y = j->y + row * n;
            scale_row(y, (float)(1.0 / ck_row_sum(y, n)), n);
        }
    }
}

void ck_softmax(const float *x, float *y, long rows, long columns) {
    if (columns == 0) return;
    job j = {.a = x, .y = y, .columns = columns};
    ck_parallel(rows, grain(columns), softmax_part, &j);
}

static void softmax_gradient_part(void *context, long begin, long end) {
    job *j = context;
    long n = j->columns;
    for (long row = begin; row < end; row++) {
        const float *y = j->a + row * n, *dy = j->b + row * n;
        gradient_row(y, dy, j->y + row * n, (float)dot(y, dy, n), n);
    }
}

void ck_softmax_gradient(const float *y, const float *dy, float *dx, long rows, long columns) {
    job j = {.a = y, .b = dy, .y = dx, .columns = columns};
    ck_parallel(rows, ck_row_grain(columns), softmax_gradient_part, &j);
}

/// A class outside the range is nobody's to report here; it must only not be followed.
static long class_index(float target, long classes) {
    if (!(target >= 0)) return 0;
    return target >= (float)classes ? classes - 1 : (long)target;
}

/// Writes the probabilities of a block of rows and calls `loss` with each row's log Σ exp.
typedef double (*row_loss)(const job *, long row, double total);

CK_INLINE void cross_entropy_part(job *j, long begin, long end, row_loss loss) {
    long n = j->columns, block = rows_per_block(n);
    for (long start = begin; start < end; start += block) {
        long stop = ck_min(end, start + block);
        exponentials(j->a, j->probabilities, start, stop, n);
        for (long row = start; row < stop; row++) {
            float *p = j->probabilities + row * n;
            double sum = ck_row_sum(p, n), total = (double)ck_row_max(j->a + row * n, n) + log(sum);
            j->y[row] = (float)loss(j, row, total);
            scale_row(p, (float)(1.0 / sum), n);
        }
    }
}

CK_INLINE double sparse_loss(const job *j, long row, double total) {
    long n = j->columns;
    const float *x = j->a + row * n;
    double loss = total - (double)x[class_index(j->b[row], n)], smoothing = (double)j->smoothing;
    if (smoothing == 0) return loss;
    return (1.0 - smoothing) * loss + smoothing * (total - ck_row_sum(x, n) / (double)n);
}

static void sparse_part(void *context, long begin, long end) { cross_entropy_part(context, begin, end, sparse_loss); }

void ck_sparse_cross_entropy(
    const float *logits, const float *targets, float *losses, float *probabilities, long rows, long classes,
    float smoothing) {
    if (classes == 0) return;
    job j = {.a = logits, .b = targets, .y = losses, .probabilities = probabilities, .columns = classes,
             .smoothing = smoothing};
    ck_parallel(rows, grain(classes), sparse_part, &j);
}

CK_CLONES static void sparse_gradient_row(const float *p, float *dx, float d, float share, long n) {
    CK_INDEPENDENT for (long i = 0; i < n; i++) dx[i] = d * (p[i] - share);
}

static void sparse_gradient_part(void *context, long begin, long end) {
    job *j = context;
    long n = j->columns;
    float share = j->smoothing / (float)n;
    for (long row = begin; row < end; row++) {
        long right = class_index(j->b[row], n);
        float d = j->c[row], value = d * (j->a[row * n + right] - share - (1.0f - j->smoothing));
        sparse_gradient_row(j->a + row * n, j->y + row * n, d, share, n);
        j->y[row * n + right] = value;
    }
}

void ck_sparse_cross_entropy_gradient(
    const float *probabilities, const float *targets, const float *dlosses, float *dlogits, long rows, long classes,
    float smoothing) {
    if (classes == 0) return;
    job j = {.a = probabilities, .b = targets, .c = dlosses, .y = dlogits, .columns = classes, .smoothing = smoothing};
    ck_parallel(rows, ck_row_grain(classes), sparse_gradient_part, &j);
}

CK_INLINE double categorical_loss(const job *j, long row, double total) {
    long n = j->columns;
    const float *x = j->a + row * n, *t = j->b + row * n;
    double keep = 1.0 - (double)j->smoothing, share = (double)j->smoothing / (double)n, loss = 0;
    for (long i = 0; i < n; i++) {
        double target = (double)t[i] * keep + share;
        // A class that is no target costs nothing, however impossible it is.
        if (target != 0) loss += target * (total - (double)x[i]);
    }
    return loss;
}

static void categorical_part(void *context, long begin, long end) {
    cross_entropy_part(context, begin, end, categorical_loss);
}

void ck_categorical_cross_entropy(
    const float *logits, const float *targets, float *losses, float *probabilities, long rows, long classes,
    float smoothing) {
    if (classes == 0) return;
    job j = {.a = logits, .b = targets, .y = losses, .probabilities = probabilities, .columns = classes,
             .smoothing = smoothing};
    ck_parallel(rows, grain(classes), categorical_part, &j);
}

CK_CLONES static void categorical_gradient_row(
    const float *p, const float *t, float *dx, float d, float mass, float keep, float share, long n) {
    CK_INDEPENDENT for (long i = 0; i < n; i++) dx[i] = d * (p[i] * mass - (t[i] * keep + share));
}

static void categorical_gradient_part(void *context, long begin, long end) {
    job *j = context;
    long n = j->columns;
    float share = j->smoothing / (float)n, keep = 1.0f - j->smoothing;
    for (long row = begin; row < end; row++) {
        long at = row * n;
        float mass = (float)(ck_row_sum(j->b + at, n) * (double)keep + (double)j->smoothing);
        categorical_gradient_row(j->a + at, j->b + at, j->y + at, j->c[row], mass, keep, share, n);
    }
}

void ck_categorical_cross_entropy_gradient(
    const float *probabilities, const float *targets, const float *dlosses, float *dlogits, long rows, long classes,
    float smoothing) {
    if (classes == 0) return;
    job j = {.a = probabilities, .b = targets, .c = dlosses, .y = dlogits, .columns = classes, .smoothing = smoothing};
    ck_parallel(rows, ck_row_grain(classes), categorical_gradient_part, &j);
}

/// max(x, 0) − x·t + log(1 + exp(−|x|)), arranged so that a certain and right answer costs 0 even at infinity.
CK_CLONES static void binary_losses(const float *x, const float *t, float *y, long n) {
    CK_INDEPENDENT for (long i = 0; i < n; i++) {
        float a = __builtin_elementwise_abs(x[i]), share = x[i] < 0.0f ? t[i] : 1.0f - t[i];
        y[i] = (share == 0.0f && a == a ? 0.0f : share * a) + ck_log1p(ck_exp(-a));
    }
}

static void binary_part(void *context, long begin, long end) {
    job *j = context;
    binary_losses(j->a + begin, j->b + begin, j->y + begin, end - begin);
}

void ck_binary_cross_entropy(const float *logits, const float *targets, float *losses, long count) {
    job j = {.a = logits, .b = targets, .y = losses};
    ck_parallel(count, CK_GRAIN / 4, binary_part, &j);
}

/// p − t as p (1 − t) − (1 − p) t: no cancellation where the answer is nearly right.
CK_CLONES static void binary_gradients(const float *x, const float *t, const float *d, float *dx, long n) {
    CK_INDEPENDENT for (long i = 0; i < n; i++) {
        ck_pair p = ck_logistic(x[i]);
        dx[i] = d[i] * (p.here * (1.0f - t[i]) - p.opposite * t[i]);
    }
}

static void binary_gradient_part(void *context, long begin, long end) {
    job *j = context;
    binary_gradients(j->a + begin, j->b + begin, j->c + begin, j->y + begin, end - begin);
}

void ck_binary_cross_entropy_gradient(
    const float *logits, const float *targets, const float *dlosses, float *dlogits, long count) {
    job j = {.a = logits, .b = targets, .c = dlosses, .y = dlogits};
    ck_parallel(count, CK_GRAIN / 4, binary_gradient_part, &j);
}
