#include "ck_internal.h"

// One step of a recurrent layer, row by row of the batch. Everything but the matrix products is here.

typedef ck_recurrent_step step;

static void activate(const ck_function *f, float *y, long n) {
    if (f->is_set) ck_loop_of(f->code, f->k)(y, y, n, f->k);
}

/// out = d · f′, from what was kept.
static void slope(const ck_function *f, const float *saved, const float *d, float *out, long n) {
    if (f->is_set)
        ck_gradient_loop_of(f->code, f->k, f->uses_output)(saved, d, out, n, f->k);
    else if (out != d)
        memcpy(out, d, n * sizeof *out);
}

static void copy(const float *x, float *y, long n) { memcpy(y, x, n * sizeof *y); }
static void clear(float *y, long n) { memset(y, 0, n * sizeof *y); }

CK_CLONES static void sum_of(const float *a, const float *b, float *y, long n) {
    CK_INDEPENDENT for (long i = 0; i < n; i++) y[i] = a[i] + b[i];
}

CK_CLONES static void product_of(const float *a, const float *b, float *y, long n) {
    CK_INDEPENDENT for (long i = 0; i < n; i++) y[i] = a[i] * b[i];
}

CK_CLONES static void add_product(const float *a, const float *b, float *y, long n) {
    CK_INDEPENDENT for (long i = 0; i < n; i++) y[i] += a[i] * b[i];
}

/// c = f·c + i·g
CK_CLONES static void remember(const float *i, const float *f, const float *g, float *c, long n) {
    CK_INDEPENDENT for (long k = 0; k < n; k++) c[k] = f[k] * c[k] + i[k] * g[k];
}

/// h = z·h + (1 − z)·g
CK_CLONES static void blend(const float *z, const float *g, float *h, long n) {
    CK_INDEPENDENT for (long k = 0; k < n; k++) h[k] = z[k] * h[k] + (1.0f - z[k]) * g[k];
}

// MARK: Forwards

/// Writes a gate's function over its argument and keeps the one of the two that the gradient reads.
static void open_gate(const ck_function *f, float *gate, float *kept, long n) {
    if (kept && f->is_set && !f->uses_output) copy(gate, kept, n);
    activate(f, gate, n);
    if (kept && !(f->is_set && !f->uses_output)) copy(gate, kept, n);
}

static float *part(float *base, long offset) { return base ? base + offset : 0; }

/// The state's output, and what enters the next product.
static void give(const step *s, long row, const float *h) {
    long u = s->units;
    copy(h, s->sequence + row * s->sequence_stride, u);
    if (s->dropout) product_of(h, s->dropout + row * u, s->dropped + row * u, u);
}

static int is_hidden(const step *s, long row) { return s->mask && s->mask[row * s->mask_stride] == 0; }

/// The output before this one, or zeros; what is kept is read by no gradient but the c that went on.
static void hide(const step *s, long row) {
    long u = s->units;
    float *y = s->sequence + row * s->sequence_stride;
    if (s->previous && !s->zeroes_hidden)
        copy(s->previous + row * s->sequence_stride, y, u);
    else
        clear(y, u);
    if (!s->kept) return;
    clear(s->kept + row * s->kept_stride, s->kept_gates * u);
    if (s->kind == CK_LSTM) copy(s->c + row * u, s->kept + row * s->kept_stride + 4 * u, u);
}

static void simple_forward(const step *s, long row, float *gate, float *kept) {
    open_gate(&s->activation, gate, kept, s->units);
    copy(gate, s->h + row * s->units, s->units);
}

static void lstm_forward(const step *s, long row, float *gate, float *kept) {
    long u = s->units;
    float *h = s->h + row * u, *c = s->c + row * u;
    open_gate(&s->recurrent, gate, kept, 2 * u);
    open_gate(&s->activation, gate + 2 * u, part(kept, 2 * u), u);
    open_gate(&s->recurrent, gate + 3 * u, part(kept, 3 * u), u);
    remember(gate, gate + u, gate + 2 * u, c, u);
    if (kept) copy(c, kept + 4 * u, u);
    copy(c, gate, u);
    activate(&s->activation, gate, u);
    product_of(gate + 3 * u, gate, h, u);
}

/// The last gate reads r·(h·U + bias).
static void gru_after_forward(const step *s, long row, float *gate, float *kept) {
    long u = s->units;
    const float *product = s->product + row * 3 * u + 2 * u;
    float *reset = s->work + row * u;
    open_gate(&s->recurrent, gate, kept, 2 * u);
    if (s->bias)
        sum_of(product, s->bias + 2 * u, reset, u);
    else
        copy(product, reset, u);
    if (kept) copy(reset, kept + 3 * u, u);
    add_product(gate + u, reset, gate + 2 * u, u);
    open_gate(&s->activation, gate + 2 * u, part(kept, 2 * u), u);
    blend(gate, gate + 2 * u, s->h + row * u, u);
}

static void forward_part(void *context, long begin, long end) {
    const step *s = context;
    long u = s->units, width = s->gate_count * u;
    for (long row = begin; row < end; row++) {
        if (is_hidden(s, row)) {
            hide(s, row);
            continue;
        }
        float *gate = s->gates + row * width, *kept = part(s->kept, row * s->kept_stride);
        const float *x = s->x + row * s->x_stride, *product = s->product + row * width;
        // The last gate of a GRU that resets afterwards is a product of its own.
        long plain = s->kind == CK_GRU_AFTER ? 2 * u : width;
        sum_of(x, product, gate, plain);
        if (plain < width) copy(x + plain, gate + plain, width - plain);
        if (s->bias) sum_of(gate, s->bias, gate, plain);
        switch (s->kind) {
        case CK_SIMPLE: simple_forward(s, row, gate, kept); break;
        case CK_LSTM: lstm_forward(s, row, gate, kept); break;
        default: gru_after_forward(s, row, gate, kept);
        }
        give(s, row, s->h + row * u);
    }
}

/// z and r of a GRU that resets before the product, and r·h, which enters it; `product` is (rows, 2 · units) here.
static void open_part(void *context, long begin, long end) {
    const step *s = context;
    long u = s->units;
    const float *entering = s->dropout ? s->dropped : s->h;
    for (long row = begin; row < end; row++) {
        float *gate = s->gates + row * 3 * u;
        sum_of(s->x + row * s->x_stride, s->product + row * 2 * u, gate, 2 * u);
        open_gate(&s->recurrent, gate, part(s->kept, row * s->kept_stride), 2 * u);
        product_of(gate + u, entering + row * u, s->work + row * u, u);
    }
}

/// The rest of such a step; `product` is (rows, units) here.
static void close_part(void *context, long begin, long end) {
    const step *s = context;
    long u = s->units;
    for (long row = begin; row < end; row++) {
        if (is_hidden(s, row)) {
            hide(s, row);
            continue;
        }
        float *gate = s->gates + row * 3 * u, *h = s->h + row * u;
        sum_of(s->x + row * s->x_stride + 2 * u, s->product + row * u, gate + 2 * u, u);
        open_gate(&s->activation, gate + 2 * u, part(s->kept, row * s->kept_stride + 2 * u), u);
        blend(gate, gate + 2 * u, h, u);
        give(s, row, h);
    }
}

// MARK: Backwards

/// A gate's value, read off or computed again from its argument into `work`.
static const float *value_of(const ck_function *f, const float *saved, float *work, long n) {
    if (!f->is_set || f->uses_output) return saved;
    copy(saved, work, n);
    activate(f, work, n);
    return work;
}

/// d arrives at h' = o·activation(c'); dc holds what arrives at c' from later and leaves with what goes to c.
CK_CLONES static void lstm_inner(
    const float *i, const float *f, const float *g, const float *before, float *dc, float *di, float *df, float *dg,
    long n) {
    CK_INDEPENDENT for (long k = 0; k < n; k++) {
        float d = dc[k];
        di[k] = d * g[k];
        df[k] = d * before[k];
        dg[k] = d * i[k];
        dc[k] = d * f[k];
    }
}

static void lstm_backward(const step *s, long row, const float *d, float *dz, float *work) {
    long u = s->units;
    const float *kept = s->kept + row * s->kept_stride, *c = kept + 4 * u;
    float *dc = s->c + row * u;
    const float *i = value_of(&s->recurrent, kept, work, 2 * u), *g = value_of(&s->activation, kept + 2 * u, work + 2 * u, u);
    const float *o = value_of(&s->recurrent, kept + 3 * u, work + 3 * u, u);
    float *opened = work + 4 * u, *passed = dz + 2 * u;
    copy(c, opened, u);
    activate(&s->activation, opened, u);
    product_of(d, opened, dz + 3 * u, u);
    product_of(d, o, passed, u);
    slope(&s->activation, s->activation.uses_output ? opened : c, passed, passed, u);
    sum_of(dc, passed, dc, u);
    lstm_inner(i, i + u, g, s->before + row * s->before_stride, dc, dz, dz + u, dz + 2 * u, u);
    slope(&s->recurrent, kept, dz, dz, 2 * u);
    slope(&s->activation, kept + 2 * u, dz + 2 * u, dz + 2 * u, u);
    slope(&s->recurrent, kept + 3 * u, dz + 3 * u, dz + 3 * u, u);
}

/// dz = d·(h − g), dg = d·(1 − z), dh = d·z
CK_CLONES static void gru_inner(
    const float *d, const float *z, const float *g, const float *before, float *dz, float *dg, float *dh, long n) {
    CK_INDEPENDENT for (long k = 0; k < n; k++) {
        float in = d[k], share = z[k];
        dz[k] = in * (before[k] - g[k]);
        dg[k] = in * (1.0f - share);
        dh[k] = in * share;
    }
}

/// Fills dz and dg, whose last part is in r's place until `work` has what arrives at r.
static void gru_backward(const step *s, long row, const float *d, float *dz, float *work) {
    long u = s->units;
    const float *kept = s->kept + row * s->kept_stride;
    const float *z = value_of(&s->recurrent, kept, work, u), *g = value_of(&s->activation, kept + 2 * u, work + u, u);
    gru_inner(d, z, g, s->before + row * s->before_stride, dz, dz + 2 * u, s->h + row * u, u);
    slope(&s->recurrent, kept, dz, dz, u);
    slope(&s->activation, kept + 2 * u, dz + 2 * u, dz + 2 * u, u);
    if (s->kind != CK_GRU_AFTER) return;
    const float *r = value_of(&s->recurrent, kept + u, work, u);
    product_of(dz + 2 * u, kept + 3 * u, dz + u, u);
    slope(&s->recurrent, kept + u, dz + u, dz + u, u);
    product_of(dz + 2 * u, r, s->reset + row * s->reset_stride, u);
}

/// What arrives at the output: now, and from hidden steps after it that repeat it. False for a hidden step.
static int arrive(const step *s, long row, float *d) {
    long u = s->units;
    const float *dy = s->output_gradient ? s->output_gradient + row * s->sequence_stride : 0;
    float *waiting = part(s->waiting, row * u);
    if (is_hidden(s, row)) {
        if (waiting && dy) sum_of(waiting, dy, waiting, u);
        return 0;
    }
    copy(s->h + row * u, d, u);
    if (dy) sum_of(d, dy, d, u);
    if (waiting) {
        sum_of(d, waiting, d, u);
        clear(waiting, u);
    }
    return 1;
}

static void backward_part(void *context, long begin, long end) {
    const step *s = context;
    long u = s->units, width = s->gate_count * u;
    for (long row = begin; row < end; row++) {
        float *dz = s->gates + row * width, *work = s->work + row * 6 * u, *d = work + 5 * u;
        float *dx = s->input_gradient + row * s->x_stride;
        if (!arrive(s, row, d)) {
            clear(dz, width);
            clear(dx, width);
            if (s->reset) clear(s->reset + row * s->reset_stride, u);
            continue;
        }
        clear(s->h + row * u, s->kind == CK_SIMPLE || s->kind == CK_LSTM ? u : 0);
        switch (s->kind) {
        case CK_SIMPLE: slope(&s->activation, s->kept + row * s->kept_stride, d, dz, u); break;
        case CK_LSTM: lstm_backward(s, row, d, dz, work); break;
        default: gru_backward(s, row, d, dz, work);
        }
        copy(dz, dx, width);
        // What goes through the product is r times what goes to the input.
        if (s->kind == CK_GRU_AFTER) copy(s->reset + row * s->reset_stride, dz + 2 * u, u);
    }
}

/// The reset gate of a GRU that resets before the product: `product` (rows, units) is what arrives at r·h. Afterwards
/// `dropped` is the part of it that goes to h by way of the product, and `reset` holds r·h.
static void reset_part(void *context, long begin, long end) {
    const step *s = context;
    long u = s->units;
    for (long row = begin; row < end; row++) {
        float *dz = s->gates + row * 3 * u, *through = s->dropped + row * u;
        float *reset = s->reset + row * s->reset_stride, *dx = s->input_gradient + row * s->x_stride;
        if (is_hidden(s, row)) {
            clear(through, u);
            continue;
        }
        const float *kept = s->kept + row * s->kept_stride + u, *d = s->product + row * u;
        const float *r = value_of(&s->recurrent, kept, s->work + row * 6 * u, u);
        const float *h = s->before + row * s->before_stride;
        if (s->dropout) {
            float *entering = s->work + row * 6 * u + u;
            product_of(h, s->dropout + row * u, entering, u);
            h = entering;
        }
        product_of(r, h, reset, u);
        product_of(d, r, through, u);
        product_of(d, h, dz + u, u);
        slope(&s->recurrent, kept, dz + u, dz + u, u);
        copy(dz + u, dx + u, u);
    }
}

typedef struct {
    const float *x, *factor;
    float *y;
} add_job;

static void add_part(void *context, long begin, long end) {
    add_job *j = context;
    if (j->factor)
        add_product(j->x + begin, j->factor + begin, j->y + begin, end - begin);
    else
        sum_of(j->x + begin, j->y + begin, j->y + begin, end - begin);
}

static void over_rows(const ck_recurrent_step *s, void (*body)(void *, long, long)) {
    // A gate costs some ten times what a sum does.
    ck_parallel(s->rows, ck_row_grain(s->gate_count * s->units * 8), body, (void *)s);
}

void ck_recurrent_forward(const ck_recurrent_step *s) { over_rows(s, forward_part); }
void ck_recurrent_open(const ck_recurrent_step *s) { over_rows(s, open_part); }
void ck_recurrent_close(const ck_recurrent_step *s) { over_rows(s, close_part); }
void ck_recurrent_backward(const ck_recurrent_step *s) { over_rows(s, backward_part); }
void ck_recurrent_reset(const ck_recurrent_step *s) { over_rows(s, reset_part); }

void ck_add_times(const float *x, const float *factor, float *y, long count) {
    add_job j = {x, factor, y};
    ck_parallel(count, CK_GRAIN, add_part, &j);
}
