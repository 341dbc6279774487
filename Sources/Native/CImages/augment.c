#include "CImages.h"

#include <math.h>
#include <stddef.h>

// The same number on every machine.
#pragma STDC FP_CONTRACT OFF

static long modulo(long i, long n) {
    long rest = i % n;
    return rest < 0 ? rest + n : rest;
}

/// The row or column that stands for `i` outside of 0 … n − 1, or −1 for the constant.
static long inside(long i, long n, cimages_fill fill) {
    if (i >= 0 && i < n) return i;
    switch (fill) {
    case cimages_fill_nearest: return i < 0 ? 0 : n - 1;
    case cimages_fill_reflect: {
        long place = modulo(i, 2 * n);
        return place < n ? place : 2 * n - 1 - place;
    }
    case cimages_fill_wrap: return modulo(i, n);
    default: return -1;
    }
}

/// The whole number at or below. Far outside all is alike; the limits keep the conversion defined.
static long below(double place) {
    if (!(place > -1e9)) return -1000000000;
    if (place > 1e9) return 1000000000;
    long whole = (long)place;
    return (double)whole > place ? whole - 1 : whole;
}

typedef struct {
    float across, down;
} shares;

static inline void blend(const float *a, const float *b, const float *c, const float *d, shares at, int channels,
                         float *destination) {
    for (int i = 0; i < channels; i++) {
        float above = a[i] + (b[i] - a[i]) * at.across, under = c[i] + (d[i] - c[i]) * at.across;
        destination[i] = above + (under - above) * at.down;
    }
}

/// As `blend` where some of the four lie outside: those are NULL and stand for `value`.
static void blend_edge(const float *const corners[4], float value, shares at, int channels, float *destination) {
    for (int i = 0; i < channels; i++) {
        float four[4];
        for (int corner = 0; corner < 4; corner++) four[corner] = corners[corner] ? corners[corner][i] : value;
        blend(four, four + 1, four + 2, four + 3, at, 1, destination + i);
    }
}

void cimages_sample(const float *source, int32_t height, int32_t width, int32_t channels, float *destination,
                    const double *map, cimages_fill fill, float value) {
    for (long y = 0; y < height; y++) {
        for (long x = 0; x < width; x++, destination += channels) {
            double column = map[0] * x + map[1] * y + map[2], row = map[3] * x + map[4] * y + map[5];
            long left = below(column), top = below(row);
            shares at = {(float)(column - (double)left), (float)(row - (double)top)};
            int isWhole = at.across == 0 && at.down == 0;
            if (left >= 0 && top >= 0 && left + 1 < width && top + 1 < height) {
                const float *a = source + (top * width + left) * channels, *c = a + (long)width * channels;
                if (isWhole)
                    for (int i = 0; i < channels; i++) destination[i] = a[i];
                else if (channels == 3)
                    blend(a, a + 3, c, c + 3, at, 3, destination);
                else
                    blend(a, a + channels, c, c + channels, at, channels, destination);
                continue;
            }
            // A neighbor that counts nothing is not looked at: it may be infinite.
            long x0 = inside(left, width, fill), x1 = at.across == 0 ? x0 : inside(left + 1, width, fill);
            long y0 = inside(top, height, fill), y1 = at.down == 0 ? y0 : inside(top + 1, height, fill);
            const float *const corners[4] = {
                x0 < 0 || y0 < 0 ? NULL : source + (y0 * width + x0) * channels,
                x1 < 0 || y0 < 0 ? NULL : source + (y0 * width + x1) * channels,
                x0 < 0 || y1 < 0 ? NULL : source + (y1 * width + x0) * channels,
                x1 < 0 || y1 < 0 ? NULL : source + (y1 * width + x1) * channels,
            };
            blend_edge(corners, value, at, channels, destination);
        }
    }
}

static void swap_runs(float *a, float *b, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

void cimages_flip_horizontally(float *pixels, int32_t height, int32_t width, int32_t channels) {
    for (long y = 0; y < height; y++) {
        float *row = pixels + y * width * channels;
        for (long x = 0; x < width / 2; x++)
            swap_runs(row + x * channels, row + (width - 1 - x) * channels, (size_t)channels);
    }
}

void cimages_flip_vertically(float *pixels, int32_t height, int32_t width, int32_t channels) {
    size_t count = (size_t)width * channels;
    for (long y = 0; y < height / 2; y++)
        swap_runs(pixels + (size_t)y * count, pixels + (size_t)(height - 1 - y) * count, count);
}

void cimages_swap_box(float *a, float *b, int32_t width, int32_t channels, int32_t top, int32_t left, int32_t rows,
                      int32_t columns) {
    for (long y = top; y < top + rows; y++) {
        size_t start = ((size_t)y * width + left) * channels;
        swap_runs(a + start, b + start, (size_t)columns * channels);
    }
}

void cimages_mix(float *a, float *b, size_t count, float share) {
    float other = 1.0f - share;
    for (size_t i = 0; i < count; i++) {
        float p = a[i], q = b[i];
        a[i] = share * p + other * q;
        b[i] = share * q + other * p;
    }
}

static float limited(float value, float white) { return value < 0 ? 0 : value > white ? white : value; }

static float luma(const float *p) { return 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2]; }

/// Color channels of a pixel: a fourth is how opaque it is.
static int colors(int32_t channels) { return channels == 1 ? 1 : 3; }

void cimages_brightness(float *pixels, size_t count, int32_t channels, float factor, float white) {
    for (size_t i = 0; i < count; i++, pixels += channels)
        for (int c = 0; c < colors(channels); c++) pixels[c] = limited(pixels[c] * factor, white);
}

void cimages_contrast(float *pixels, size_t count, int32_t channels, float factor, float white) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const float *p = pixels + i * channels;
        sum += channels == 1 ? p[0] : luma(p);
    }
    float mean = (float)(sum / (double)(count ? count : 1));
    for (size_t i = 0; i < count; i++, pixels += channels)
        for (int c = 0; c < colors(channels); c++)
            pixels[c] = limited(mean + (pixels[c] - mean) * factor, white);
}

void cimages_saturation(float *pixels, size_t count, int32_t channels, float factor, float white) {
    if (channels < 3) return;
    for (size_t i = 0; i < count; i++, pixels += channels) {
        float grey = luma(pixels);
        for (int c = 0; c < 3; c++) pixels[c] = limited(grey + (pixels[c] - grey) * factor, white);
    }
}

// Hue as HSV has it, in turns: saturation and value stay.
void cimages_hue(float *pixels, size_t count, int32_t channels, float turns) {
    if (channels < 3) return;
    for (size_t i = 0; i < count; i++, pixels += channels) {
        float r = pixels[0], g = pixels[1], b = pixels[2];
        float most = fmaxf(r, fmaxf(g, b)), least = fminf(r, fminf(g, b)), range = most - least;
        if (!(range > 0)) continue;
        float sixths = most == r ? (g - b) / range : most == g ? 2 + (b - r) / range : 4 + (r - g) / range;
        sixths += 6 * turns;
        sixths -= 6 * floorf(sixths / 6);
        // One channel has the most, one the least, and one lies between.
        float part = sixths - 2 * floorf(sixths / 2), between = least + range * (1 - fabsf(part - 1));
        switch ((int)sixths) {
        case 0: r = most, g = between, b = least; break;
        case 1: r = between, g = most, b = least; break;
        case 2: r = least, g = most, b = between; break;
        case 3: r = least, g = between, b = most; break;
        case 4: r = between, g = least, b = most; break;
        default: r = most, g = least, b = between; break;
        }
        pixels[0] = r, pixels[1] = g, pixels[2] = b;
    }
}
