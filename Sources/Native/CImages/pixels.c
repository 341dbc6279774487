#include "CImages.h"

#include <math.h>
#include <stdlib.h>

// The resized pixel is the same number on every machine.
#pragma STDC FP_CONTRACT OFF

typedef struct {
    int lower, upper;
    float share;
} sample;

// Source positions of `to` pixels out of `from`: (i + 0.5) · from / to − 0.5, clamped to the picture.
static void sample_positions(sample *samples, int from, int to) {
    float scale = (float)from / (float)to;
    for (int i = 0; i < to; i++) {
        float position = ((float)i + 0.5f) * scale - 0.5f;
        float floored = floorf(position);
        int lower = (int)floored, upper = (int)ceilf(position);
        samples[i].lower = lower > 0 ? lower : 0;
        samples[i].upper = upper < from - 1 ? upper : from - 1;
        samples[i].share = position - floored;
    }
}

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define CLONES
#endif

static inline __attribute__((always_inline)) void across_row(const float *row, const sample *columns, int32_t width,
                                                             int32_t channels, float *result) {
    for (int x = 0; x < width; x++) {
        const float *left = row + (size_t)columns[x].lower * channels;
        const float *right = row + (size_t)columns[x].upper * channels;
        float share = columns[x].share;
        for (int c = 0; c < channels; c++) *result++ = left[c] + (right[c] - left[c]) * share;
    }
}

CLONES static void across(const float *row, const sample *columns, int32_t width, int32_t channels, float *result) {
    if (channels == 3) across_row(row, columns, width, 3, result);
    else if (channels == 1) across_row(row, columns, width, 1, result);
    else across_row(row, columns, width, channels, result);
}

CLONES static void down(const float *above, const float *below, float share, size_t count, float *result) {
    for (size_t i = 0; i < count; i++) result[i] = above[i] + (below[i] - above[i]) * share;
}

CLONES static void widen(const uint8_t *source, size_t count, float *destination) {
    for (size_t i = 0; i < count; i++) destination[i] = (float)source[i];
}

CLONES static void rescale(float *values, size_t count, float scale, float offset) {
    for (size_t i = 0; i < count; i++) values[i] = values[i] * scale + offset;
}

// The picture's rows, brought to the new width when they are first asked for; the last two are kept, since neighbouring
// rows of a larger picture lie between the same two.
typedef struct {
    const void *source;
    int is_bytes;
    int32_t width, channels, to_width;
    const sample *columns;
    float *plain;
    float *kept[2];
    int index[2];
    int oldest;
} stretched;

static const float *stretched_row(stretched *s, int index) {
    for (int i = 0; i < 2; i++)
        if (s->index[i] == index) {
            s->oldest = 1 - i;
            return s->kept[i];
        }
    int place = s->oldest;
    size_t count = (size_t)s->width * s->channels, offset = count * index;
    const float *row = s->plain;
    if (s->is_bytes) widen((const uint8_t *)s->source + offset, count, s->plain);
    else row = (const float *)s->source + offset;
    across(row, s->columns, s->to_width, s->channels, s->kept[place]);
    s->index[place] = index;
    s->oldest = 1 - place;
    return s->kept[place];
}

static int resize(const void *source, int is_bytes, int32_t height, int32_t width, int32_t channels, float *destination,
                  int32_t to_height, int32_t to_width) {
    size_t row = (size_t)to_width * channels, plain = (size_t)width * channels;
    sample *samples = malloc(sizeof(sample) * ((size_t)to_height + to_width));
    float *rows = malloc(sizeof(float) * (2 * row + plain));
    if (!samples || !rows) {
        free(samples);
        free(rows);
        return -1;
    }
    sample *vertical = samples, *columns = samples + to_height;
    sample_positions(vertical, height, to_height);
    sample_positions(columns, width, to_width);
    stretched s = {source, is_bytes, width, channels, to_width, columns, rows + 2 * row, {rows, rows + row}, {-1, -1}, 0};
    for (int y = 0; y < to_height; y++, destination += row) {
        const float *above = stretched_row(&s, vertical[y].lower);
        const float *below = stretched_row(&s, vertical[y].upper);
        down(above, below, vertical[y].share, row, destination);
    }
    free(samples);
    free(rows);
    return 0;
}

int cimages_resize_bytes(const uint8_t *source, int32_t height, int32_t width, int32_t channels, float *destination,
                         int32_t toHeight, int32_t toWidth) {
    return resize(source, 1, height, width, channels, destination, toHeight, toWidth);
}

int cimages_resize_floats(const float *source, int32_t height, int32_t width, int32_t channels, float *destination,
                          int32_t toHeight, int32_t toWidth) {
    return resize(source, 0, height, width, channels, destination, toHeight, toWidth);
}

void cimages_floats(const uint8_t *source, size_t count, float *destination) {
    widen(source, count, destination);
}

void cimages_rescale(float *values, size_t count, float scale, float offset) {
    rescale(values, count, scale, offset);
}

void cimages_standardize(float *values, size_t count, const float *mean, const float *deviation, size_t channels) {
    if (channels == 1) {
        float m = mean[0], d = deviation[0];
        for (size_t i = 0; i < count; i++) values[i] = (values[i] - m) / d;
        return;
    }
    for (size_t i = 0; i + channels <= count; i += channels)
        for (size_t c = 0; c < channels; c++) values[i + c] = (values[i + c] - mean[c]) / deviation[c];
}
