#include "ck_internal.h"

typedef struct {
    const float *from, *transforms;
    float *to;
    const ck_sampling *s;
} job;

/// Where an output pixel comes from: one pixel, or four with their shares by row and column.
typedef struct {
    int count;
    /// Offsets in the image in pixels, −1 outside; row by row.
    long at[4];
    float row_share[2], column_share[2];
} taps;

/// The place inside an extent that stands for `v`, as the mode says; `n` is a whole number.
CK_INLINE float wrapped(float v, float n) {
    if (v < 0.0f)
        v = n <= 1.0f ? 0.0f : v + n * (truncf(-v / (n - 1.0f)) + 1.0f);
    else if (v > n - 1.0f)
        v = n <= 1.0f ? 0.0f : v - n * truncf(v / (n - 1.0f));
    return v;
}

CK_INLINE float reflected(float v, float n) {
    float period = 2.0f * n;
    if (v < 0.0f) {
        if (n <= 1.0f) return 0.0f;
        v += period * truncf(-v / period);
        return v < -n ? v + period : -v - 1.0f;
    }
    if (v > n - 1.0f) {
        if (n <= 1.0f) return 0.0f;
        v -= period * truncf(v / period);
        if (v >= n) v = period - v - 1.0f;
    }
    return v;
}

CK_INLINE float mapped(float v, long extent, ck_fill_mode mode) {
    float n = (float)extent;
    if (mode == CK_FILL_CONSTANT) return v;
    if (mode == CK_FILL_REFLECT) v = reflected(v, n);
    if (mode == CK_FILL_WRAP) v = wrapped(v, n);
    return v < 0.0f ? 0.0f : v > n - 1.0f ? n - 1.0f : v;
}

CK_INLINE long pixel(const ck_sampling *s, long row, long column) {
    return row >= 0 && row < s->height && column >= 0 && column < s->width ? row * s->width + column : -1;
}

static taps find(const ck_sampling *s, const float *a, long output_row, long output_column) {
    taps t = {.count = 1, .at = {-1, -1, -1, -1}};
    float u = (float)output_column, v = (float)output_row, k = a[6] * u + a[7] * v + 1.0f;
    float x = mapped((a[0] * u + a[1] * v + a[2]) / k, s->width, s->mode);
    float y = mapped((a[3] * u + a[4] * v + a[5]) / k, s->height, s->mode);
    // Beyond any image, infinite or NaN: no whole number stands for it.
    if (k == 0.0f || !(fabsf(x) < 1e9f) || !(fabsf(y) < 1e9f)) return t;
    if (!s->bilinear) {
        t.at[0] = pixel(s, (long)roundf(y), (long)roundf(x));
        return t;
    }
    float top = floorf(y), left = floorf(x);
    long row = (long)top, column = (long)left;
    t.count = 4;
    for (int i = 0; i < 4; i++) t.at[i] = pixel(s, row + i / 2, column + i % 2);
    t.row_share[0] = top + 1.0f - y;
    t.row_share[1] = y - top;
    t.column_share[0] = left + 1.0f - x;
    t.column_share[1] = x - left;
    return t;
}

/// Rows of all output images.
static void forward_part(void *context, long begin, long end) {
    const job *j = context;
    const ck_sampling *s = j->s;
    for (long line = begin; line < end; line++) {
        long image = line / s->output_height, row = line % s->output_height;
        const float *x = j->from + image * s->height * s->width * s->channels, *a = j->transforms + 8 * image;
        float *y = j->to + line * s->output_width * s->channels;
        for (long column = 0; column < s->output_width; column++, y += s->channels) {
            taps t = find(s, a, row, column);
            for (long c = 0; c < s->channels; c++) {
                float v[4];
                for (int i = 0; i < t.count; i++) v[i] = t.at[i] < 0 ? s->fill : x[t.at[i] * s->channels + c];
                if (t.count == 1) {
                    y[c] = v[0];
                    continue;
                }
                float upper = t.column_share[0] * v[0] + t.column_share[1] * v[1];
                float lower = t.column_share[0] * v[2] + t.column_share[1] * v[3];
                y[c] = t.row_share[0] * upper + t.row_share[1] * lower;
            }
        }
    }
}

void ck_affine_sample(const float *x, const float *transforms, float *y, const ck_sampling *sampling) {
    job j = {x, transforms, y, sampling};
    long grain = ck_row_grain(sampling->output_width * sampling->channels * 8);
    ck_parallel(sampling->batch * sampling->output_height, grain, forward_part, &j);
}

/// Whole images: an input pixel may be read from anywhere in its own.
static void backward_part(void *context, long begin, long end) {
    const job *j = context;
    const ck_sampling *s = j->s;
    long input = s->height * s->width * s->channels;
    memset(j->to + begin * input, 0, sizeof(float) * (size_t)((end - begin) * input));
    for (long image = begin; image < end; image++) {
        float *dx = j->to + image * input;
        const float *dy = j->from + image * s->output_height * s->output_width * s->channels;
        for (long at = 0; at < s->output_height * s->output_width; at++, dy += s->channels) {
            taps t = find(s, j->transforms + 8 * image, at / s->output_width, at % s->output_width);
            for (int i = 0; i < t.count; i++) {
                if (t.at[i] < 0) continue;
                float share = t.count == 1 ? 1.0f : t.row_share[i / 2] * t.column_share[i % 2];
                float *target = dx + t.at[i] * s->channels;
                for (long c = 0; c < s->channels; c++) target[c] += share * dy[c];
            }
        }
    }
}

void ck_affine_sample_gradient(const float *dy, const float *transforms, float *dx, const ck_sampling *sampling) {
    job j = {dy, transforms, dx, sampling};
    long grain = ck_row_grain(sampling->output_height * sampling->output_width * sampling->channels * 8);
    ck_parallel(sampling->batch, grain, backward_part, &j);
}
