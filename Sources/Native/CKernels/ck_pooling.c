#include "ck_half.h"

typedef uint8_t v16_bytes __attribute__((vector_size(16), aligned(1), may_alias));
typedef int32_t v16_words __attribute__((vector_size(64), aligned(4), may_alias));

typedef struct {
    const ck_pooling *pooling;
    const void *source;
    void *target;
    void *places;
    const void *winners;
} job;

/// Elements from `at` on, as floats; `is_half` is known where this is compiled.
CK_INLINE ck_v16 load(const void *x, long at, int is_half) {
    return is_half ? ck_load_half((const ck_half *)x + at) : *(const ck_v16 *)((const float *)x + at);
}

CK_INLINE float load_one(const void *x, long at, int is_half) {
    return is_half ? ck_from_half(((const ck_half *)x)[at]) : ((const float *)x)[at];
}

CK_INLINE void store_one(void *y, long at, float value, int is_half) {
    if (is_half)
        ((ck_half *)y)[at] = ck_to_half(value);
    else
        ((float *)y)[at] = value;
}

CK_INLINE void store(void *y, long at, ck_v16 value, int is_half) {
    if (!is_half) {
        *(ck_v16 *)((float *)y + at) = value;
        return;
    }
    ck_v16_bits bits = (ck_v16_bits)value;
    ck_v16_bits near = (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16, nan = bits >> 16 | 0x40u;
    ck_v16_bits is_nan = (ck_v16_bits)((bits & 0x7FFFFFFFu) > 0x7F800000u);
    *(ck_v16_half *)((ck_half *)y + at) = __builtin_convertvector((nan & is_nan) | (near & ~is_nan), ck_v16_half);
}

/// Places that are worked on at a time.
#define PLACES 64

/// Where the elements that meet in one place lie, in floats from an image's first, and each one's place in its window.
typedef struct {
    long count;
    long offsets[PLACES];
    int32_t places[PLACES];
} meeting;

/// The indices of a window's elements along one axis that lie inside.
typedef struct {
    long origin, first, last;
} extent;

CK_INLINE extent window_at(const ck_pooling *p, int axis, long output) {
    extent e = {.origin = output * p->strides[axis] - p->before[axis]};
    e.first = ck_max(0, -e.origin);
    e.last = ck_min(p->window[axis], p->input[axis] - e.origin);
    return e;
}

/// The elements of one window from `*next` on, counted over all three axes; as many as there is room for.
CK_INLINE void list_window(const ck_pooling *p, const extent *w, long *next, meeting *m) {
    long skipped = *next, seen = 0;
    m->count = 0;
    for (long d = w[0].first; d < w[0].last; d++)
        for (long h = w[1].first; h < w[1].last; h++) {
            long row = ((w[0].origin + d) * p->input[1] + w[1].origin + h) * p->input[2] + w[2].origin;
            long place = (d * p->window[1] + h) * p->window[2];
            for (long c = w[2].first; c < w[2].last; c++) {
                if (seen++ < skipped) continue;
                if (m->count == PLACES) {
                    *next = skipped + PLACES;
                    return;
                }
                m->offsets[m->count] = (row + c) * p->channels;
                m->places[m->count++] = (int32_t)(place + c);
            }
        }
    *next = 0;
}

CK_INLINE void put(const ck_pooling *p, void *places, long at, int32_t place) {
    if (p->has_wide_places)
        ((int32_t *)places)[at] = place;
    else
        ((uint8_t *)places)[at] = (uint8_t)place;
}

CK_INLINE int32_t get(const ck_pooling *p, const void *places, long at) {
    return p->has_wide_places ? ((const int32_t *)places)[at] : (int32_t)((const uint8_t *)places)[at];
}

CK_INLINE void put_strip(const ck_pooling *p, void *places, long at, ck_m16 where) {
    if (p->has_wide_places)
        *(v16_words *)((int32_t *)places + at) = where;
    else
        *(v16_bytes *)((uint8_t *)places + at) = __builtin_convertvector(where, v16_bytes);
}

CK_INLINE ck_m16 get_strip(const ck_pooling *p, const void *places, long at) {
    if (p->has_wide_places) return (ck_m16) * (const v16_words *)((const int32_t *)places + at);
    return __builtin_convertvector(*(const v16_bytes *)((const uint8_t *)places + at), ck_m16);
}

/// The winners among some elements of a window, for 16 channels; `goes_on` where others of it came before.
CK_INLINE void strip_winners(
    const meeting *m, int goes_on, const void *x, long image, int is_half, ck_v16 *best, ck_m16 *where) {
    ck_v16 most = goes_on ? *best : load(x, image + m->offsets[0], is_half);
    ck_m16 place = goes_on ? *where : (ck_m16){0} + m->places[0];
    for (long k = goes_on ? 0 : 1; k < m->count; k++) {
        ck_v16 v = load(x, image + m->offsets[k], is_half);
        ck_m16 wins = (v > most) | ((v != v) & (most == most));
        most = (ck_v16)(((ck_m16)v & wins) | ((ck_m16)most & ~wins));
        place = (((ck_m16){0} + m->places[k]) & wins) | (place & ~wins);
    }
    *best = most;
    *where = place;
}

/// The same for one channel.
CK_INLINE void one_winner(
    const meeting *m, int goes_on, const void *x, long image, int is_half, float *best, int32_t *where) {
    for (long k = 0; k < m->count; k++) {
        float v = load_one(x, image + m->offsets[k], is_half);
        if ((k > 0 || goes_on) && !(v > *best || (v != v && *best == *best))) continue;
        *best = v;
        *where = m->places[k];
    }
}

/// One row of the output, from the element `at` on: the extents along the first two axes are set in `w`; `image` is where
/// the image's elements begin in x.
CK_INLINE void pool_any_row(
    const ck_pooling *p, int is_half, extent *w, const void *x, long image, void *y, void *places, long at) {
    long n = p->channels, next = 0;
    for (long column = 0; column < p->output[2]; column++, at += n) {
        meeting m;
        int goes_on = 0;
        w[2] = window_at(p, 2, column);
        do {
            list_window(p, w, &next, &m);
            long i = 0;
            for (; i + 16 <= n; i += 16) {
                ck_v16 best = {0};
                ck_m16 where = {0};
                if (goes_on) best = load(y, at + i, is_half);
                if (goes_on && places) where = get_strip(p, places, at + i);
                strip_winners(&m, goes_on, x, image + i, is_half, &best, &where);
                store(y, at + i, best, is_half);
                if (places) put_strip(p, places, at + i, where);
            }
            for (; i < n; i++) {
                int32_t where = goes_on && places ? get(p, places, at + i) : 0;
                float best = goes_on ? load_one(y, at + i, is_half) : 0.0f;
                one_winner(&m, goes_on, x, image + i, is_half, &best, &where);
                store_one(y, at + i, best, is_half);
                if (places) put(p, places, at + i, where);
            }
            goes_on = 1;
        } while (next);
    }
}

CK_WIDE_CLONES static void pool_row(
    const ck_pooling *p, extent *w, const void *x, long image, void *y, void *places, long at) {
    pool_any_row(p, 0, w, x, image, y, places, at);
}

CK_WIDE_CLONES static void pool_half_row(
    const ck_pooling *p, extent *w, const void *x, long image, void *y, void *places, long at) {
    pool_any_row(p, 1, w, x, image, y, places, at);
}

static long volume(const long *sizes) { return sizes[0] * sizes[1] * sizes[2]; }

static void pool_part(void *context, long begin, long end) {
    const job *j = context;
    const ck_pooling *p = j->pooling;
    long width = p->output[2] * p->channels;
    for (long row = begin; row < end; row++) {
        extent w[3] = {window_at(p, 0, row / p->output[1] % p->output[0]), window_at(p, 1, row % p->output[1])};
        long image = row / (p->output[0] * p->output[1]) * volume(p->input) * p->channels;
        (p->is_half ? pool_half_row : pool_row)(p, w, j->source, image, j->target, j->places, row * width);
    }
}

void ck_maximum_pooling(const ck_pooling *pooling, const void *x, void *y, void *places) {
    job j = {.pooling = pooling, .source = x, .target = y, .places = places};
    long rows = pooling->batch * pooling->output[0] * pooling->output[1];
    ck_parallel(rows, ck_row_grain(pooling->output[2] * pooling->channels * volume(pooling->window)), pool_part, &j);
}

/// The outputs along one axis whose windows hold an input's index: from `first` to `last`.
static void windows_over(const ck_pooling *p, int axis, long index, long *first, long *last) {
    long end = index + p->before[axis], past = end - p->window[axis];
    *first = past < 0 ? 0 : past / p->strides[axis] + 1;
    *last = ck_min(p->output[axis], end / p->strides[axis] + 1);
}

/// The windows from `*next` on that an element may have won, `first` to `last` along each axis.
CK_INLINE void list_windows(
    const ck_pooling *p, const long *at, const long *first, const long *last, long *next, meeting *m) {
    long skipped = *next, seen = 0;
    m->count = 0;
    for (long d = first[0]; d < last[0]; d++)
        for (long h = first[1]; h < last[1]; h++) {
            long row = (d * p->output[1] + h) * p->output[2];
            long place = (at[0] - d * p->strides[0] + p->before[0]) * p->window[1] + at[1] - h * p->strides[1] + p->before[1];
            for (long c = first[2]; c < last[2]; c++) {
                if (seen++ < skipped) continue;
                if (m->count == PLACES) {
                    *next = skipped + PLACES;
                    return;
                }
                m->offsets[m->count] = (row + c) * p->channels;
                m->places[m->count++] = (int32_t)(place * p->window[2] + at[2] - c * p->strides[2] + p->before[2]);
            }
        }
    *next = 0;
}

/// One row of the input's gradient, `at` along the first two axes; `image` is where the image's outputs begin.
CK_INLINE void gradient_any_row(
    const job *j, int is_half, long *at, long *first, long *last, long image, long to) {
    const ck_pooling *p = j->pooling;
    long n = p->channels, next = 0;
    first[2] = last[2] = 0;
    for (at[2] = 0; at[2] < p->input[2]; at[2]++, to += n) {
        long end = at[2] + p->before[2];
        while (last[2] < p->output[2] && last[2] * p->strides[2] <= end) last[2]++;
        while (first[2] < last[2] && first[2] * p->strides[2] + p->window[2] <= end) first[2]++;
        int goes_on = 0;
        do {
            meeting m;
            list_windows(p, at, first, last, &next, &m);
            long i = 0;
            for (; i + 16 <= n; i += 16) {
                ck_v16 sum = {0};
                if (goes_on) sum = load(j->target, to + i, is_half);
                for (long k = 0; k < m.count; k++) {
                    long from = image + m.offsets[k] + i;
                    ck_m16 won = get_strip(p, j->winners, from) == m.places[k];
                    sum += (ck_v16)((ck_m16)load(j->source, from, is_half) & won);
                }
                store(j->target, to + i, sum, is_half);
            }
            for (; i < n; i++) {
                float sum = goes_on ? load_one(j->target, to + i, is_half) : 0.0f;
                for (long k = 0; k < m.count; k++) {
                    long from = image + m.offsets[k] + i;
                    if (get(p, j->winners, from) == m.places[k]) sum += load_one(j->source, from, is_half);
                }
                store_one(j->target, to + i, sum, is_half);
            }
            goes_on = 1;
        } while (next);
    }
}

CK_WIDE_CLONES static void gradient_row(const job *j, long *at, long *first, long *last, long image, long to) {
    gradient_any_row(j, 0, at, first, last, image, to);
}

CK_WIDE_CLONES static void gradient_half_row(const job *j, long *at, long *first, long *last, long image, long to) {
    gradient_any_row(j, 1, at, first, last, image, to);
}

static void gradient_part(void *context, long begin, long end) {
    const job *j = context;
    const ck_pooling *p = j->pooling;
    for (long row = begin; row < end; row++) {
        long at[3] = {row / p->input[1] % p->input[0], row % p->input[1]}, first[3], last[3];
        for (int axis = 0; axis < 2; axis++) windows_over(p, axis, at[axis], first + axis, last + axis);
        long image = row / (p->input[0] * p->input[1]) * volume(p->output) * p->channels;
        (p->is_half ? gradient_half_row : gradient_row)(
            j, at, first, last, image, row * p->input[2] * p->channels);
    }
}

void ck_maximum_pooling_gradient(const ck_pooling *pooling, const void *dy, const void *places, void *dx) {
    job j = {.pooling = pooling, .source = dy, .target = dx, .winners = places};
    long rows = pooling->batch * pooling->input[0] * pooling->input[1];
    ck_parallel(rows, ck_row_grain(pooling->input[2] * pooling->channels), gradient_part, &j);
}
