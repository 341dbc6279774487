#include "internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cimages_format cimages_detect(const uint8_t *bytes, size_t count) {
    static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    if (count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF) return cimages_jpeg;
    if (count >= 8 && memcmp(bytes, png, 8) == 0) return cimages_png;
    return cimages_unknown;
}

static int decode(const uint8_t *bytes, size_t count, int32_t channels, int64_t limit, int header_only,
                  cimages_image *image) {
    memset(image, 0, sizeof *image);
    switch (cimages_detect(bytes, count)) {
    case cimages_jpeg: return cimages_decode_jpeg(bytes, count, channels, limit, header_only, image);
    case cimages_png: return cimages_decode_png(bytes, count, channels, limit, header_only, image);
    default: snprintf(image->message, sizeof image->message, "it is neither a JPEG nor a PNG"); return -1;
    }
}

int cimages_measure(const uint8_t *bytes, size_t count, cimages_image *image) {
    return decode(bytes, count, 0, LLONG_MAX, 1, image);
}

int cimages_decode(const uint8_t *bytes, size_t count, int32_t channels, int64_t limit, cimages_image *image) {
    int status = decode(bytes, count, channels, limit, 0, image);
    if (status != 0) cimages_release(image);
    return status;
}

void cimages_release(cimages_image *image) {
    free(image->pixels);
    image->pixels = NULL;
}

int cimages_check_size(cimages_image *image, uint64_t width, uint64_t height, int64_t limit) {
    if (width == 0 || height == 0 || width > 65535 || height > 65535 || (int64_t)(width * height) > limit) {
        snprintf(image->message, sizeof image->message,
                 "it declares %llu by %llu pixels, which is outside of what is decoded",
                 (unsigned long long)width, (unsigned long long)height);
        return -1;
    }
    return 0;
}
