#pragma once
#include "CImages.h"

// What the decoders share with each other and with nobody else.

/// EXIF orientation 1…8 of a TIFF structure, 1 where there is none.
int cimages_exif_orientation(const uint8_t *tiff, size_t count);

/// Turns the picture upright. Returns 0, or -1 when out of memory.
int cimages_orient(cimages_image *image, int orientation);

/// Refuses empty and over-large pictures, with a message.
int cimages_check_size(cimages_image *image, uint64_t width, uint64_t height, int64_t limit);

int cimages_decode_jpeg(const uint8_t *bytes, size_t count, int32_t channels, int64_t limit, int header_only,
                        cimages_image *image);
int cimages_decode_png(const uint8_t *bytes, size_t count, int32_t channels, int64_t limit, int header_only,
                       cimages_image *image);

/// Luma after ITU-R BT.601, rounded.
static inline uint8_t cimages_luma(unsigned r, unsigned g, unsigned b) {
    return (uint8_t)((r * 19595u + g * 38470u + b * 7471u + 32768u) >> 16);
}
