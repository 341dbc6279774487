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

#define DEFINE_RESIZE(NAME, PIXEL)                                                                                     \
    int NAME(const PIXEL *source, int32_t height, int32_t width, int32_t channels, float *destination,                \
             int32_t toHeight, int32_t toWidth) {                                                                      \
        sample *samples = malloc(sizeof(sample) * ((size_t)toHeight + toWidth));                                       \
        if (!samples) return -1;                                                                                       \
        sample *rows = samples, *columns = samples + toHeight;                                                         \
        sample_positions(rows, height, toHeight);                                                                      \
        sample_positions(columns, width, toWidth);                                                                     \
        for (int y = 0; y < toHeight; y++) {                                                                           \
            const PIXEL *top = source + (size_t)rows[y].lower * width * channels;                                      \
            const PIXEL *bottom = source + (size_t)rows[y].upper * width * channels;                                   \
            for (int x = 0; x < toWidth; x++) {                                                                        \
                size_t left = (size_t)columns[x].lower * channels, right = (size_t)columns[x].upper * channels;        \
                float across = columns[x].share;                                                                       \
                for (int c = 0; c < channels; c++) {                                                                   \
                    float above = (float)top[left + c] + ((float)top[right + c] - (float)top[left + c]) * across;      \
                    float below =                                                                                      \
                        (float)bottom[left + c] + ((float)bottom[right + c] - (float)bottom[left + c]) * across;       \
                    *destination++ = above + (below - above) * rows[y].share;                                          \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        free(samples);                                                                                                 \
        return 0;                                                                                                      \
    }

DEFINE_RESIZE(cimages_resize_bytes, uint8_t)
DEFINE_RESIZE(cimages_resize_floats, float)

void cimages_floats(const uint8_t *source, size_t count, float *destination) {
    for (size_t i = 0; i < count; i++) destination[i] = (float)source[i];
}

void cimages_rescale(float *values, size_t count, float scale, float offset) {
    for (size_t i = 0; i < count; i++) values[i] = values[i] * scale + offset;
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
