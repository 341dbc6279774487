#pragma once
#include <stddef.h>
#include <stdint.h>

// Decoding of JPEG and PNG from memory, with every library error turned into a message: nothing here exits, prints
// or jumps through a caller. Pixels are 8 bits, row-major, channels last, upright (the EXIF orientation is applied).

typedef struct {
    int32_t width;
    int32_t height;
    /// 1 (grey) or 3 (RGB).
    int32_t channels;
    /// `height * width * channels` bytes, owned by the caller: free with `cimages_release`. NULL after `cimages_measure`.
    uint8_t *_Nullable pixels;
    /// What went wrong, one clause without a full stop; empty when all went well.
    char message[256];
} cimages_image;

typedef enum { cimages_unknown = 0, cimages_jpeg = 1, cimages_png = 2 } cimages_format;

/// What the first bytes say the file is.
cimages_format cimages_detect(const uint8_t *_Nonnull bytes, size_t count);

/// Reads the header only: size after orientation, stored channels (1 or 3). Returns 0, or -1 with `message` set.
int cimages_measure(const uint8_t *_Nonnull bytes, size_t count, cimages_image *_Nonnull image);

/// Decodes to `channels` (1, 3, or 0 for as stored). Alpha is dropped, palettes are looked up, 16 bits become 8,
/// CMYK becomes RGB. Pictures of more than `limit` pixels are refused. Returns 0, or -1 with `message` set.
int cimages_decode(const uint8_t *_Nonnull bytes, size_t count, int32_t channels, int64_t limit,
                   cimages_image *_Nonnull image);

void cimages_release(cimages_image *_Nonnull image);

/// Bilinear resize with half-pixel centres and no antialiasing, as `tf.image.resize` does by default.
/// source (height, width, channels), destination (toHeight, toWidth, channels). Returns -1 when out of memory.
int cimages_resize_bytes(const uint8_t *_Nonnull source, int32_t height, int32_t width, int32_t channels,
                         float *_Nonnull destination, int32_t toHeight, int32_t toWidth);
int cimages_resize_floats(const float *_Nonnull source, int32_t height, int32_t width, int32_t channels,
                          float *_Nonnull destination, int32_t toHeight, int32_t toWidth);

/// destination[i] = (float)source[i]
void cimages_floats(const uint8_t *_Nonnull source, size_t count, float *_Nonnull destination);
/// values[i] = values[i] * scale + offset, multiplied first, rounded twice.
void cimages_rescale(float *_Nonnull values, size_t count, float scale, float offset);
/// values[i] = (values[i] - mean[i % channels]) / deviation[i % channels]
void cimages_standardize(float *_Nonnull values, size_t count, const float *_Nonnull mean,
                         const float *_Nonnull deviation, size_t channels);

/// What lies outside of a picture: a value, its nearest pixel (aa|abcd|dd), its mirror image (ba|abcd|dc), or the
/// picture again (cd|abcd|ab).
typedef enum {
    cimages_fill_value = 0,
    cimages_fill_nearest = 1,
    cimages_fill_reflect = 2,
    cimages_fill_wrap = 3
} cimages_fill;

/// destination (x, y) = source (map[0] x + map[1] y + map[2], map[3] x + map[4] y + map[5]), bilinear, pixels counted
/// from 0 at their centres; both (height, width, channels). Where that is a whole pixel it is taken as it is.
void cimages_sample(const float *_Nonnull source, int32_t height, int32_t width, int32_t channels,
                    float *_Nonnull destination, const double *_Nonnull map, cimages_fill fill, float value);
void cimages_flip_horizontally(float *_Nonnull pixels, int32_t height, int32_t width, int32_t channels);
void cimages_flip_vertically(float *_Nonnull pixels, int32_t height, int32_t width, int32_t channels);

/// Exchanges a box of two pictures of `width` columns.
void cimages_swap_box(float *_Nonnull a, float *_Nonnull b, int32_t width, int32_t channels, int32_t top, int32_t left,
                      int32_t rows, int32_t columns);
/// a, b = share · a + (1 − share) · b, share · b + (1 − share) · a
void cimages_mix(float *_Nonnull a, float *_Nonnull b, size_t count, float share);

// Of `count` pixels of 1, 3 or 4 channels (the fourth stays as it is), from 0 to `white`.
/// Times the factor.
void cimages_brightness(float *_Nonnull pixels, size_t count, int32_t channels, float factor, float white);
/// Away from the mean luma of the picture.
void cimages_contrast(float *_Nonnull pixels, size_t count, int32_t channels, float factor, float white);
/// Away from each pixel's luma.
void cimages_saturation(float *_Nonnull pixels, size_t count, int32_t channels, float factor, float white);
/// Around the circle of colors, by a share of a turn.
void cimages_hue(float *_Nonnull pixels, size_t count, int32_t channels, float turns);
