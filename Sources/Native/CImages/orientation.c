#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t number(const uint8_t *bytes, int size, int little) {
    uint32_t value = 0;
    for (int i = 0; i < size; i++) value |= (uint32_t)bytes[i] << 8 * (little ? i : size - 1 - i);
    return value;
}

int cimages_exif_orientation(const uint8_t *tiff, size_t count) {
    if (count < 8) return 1;
    int little = tiff[0] == 'I' && tiff[1] == 'I';
    if (!little && !(tiff[0] == 'M' && tiff[1] == 'M')) return 1;
    if (number(tiff + 2, 2, little) != 42) return 1;
    size_t directory = number(tiff + 4, 4, little);
    if (directory > count - 2 || directory < 8) return 1;
    size_t entries = number(tiff + directory, 2, little);
    for (size_t i = 0; i < entries; i++) {
        size_t entry = directory + 2 + 12 * i;
        if (entry > count - 12 || count < 12) return 1;
        if (number(tiff + entry, 2, little) != 0x0112) continue;
        // Type 3 is a short; it lies in the first bytes of the value field.
        uint32_t type = number(tiff + entry + 2, 2, little);
        uint32_t value = number(tiff + entry + 8, type == 3 ? 2 : 4, little);
        return (type == 3 || type == 4) && value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

static void copy_oriented(const uint8_t *source, uint8_t *destination, int orientation, int height, int width,
                          int channels) {
    int transposed = orientation >= 5;
    int rows = transposed ? width : height, columns = transposed ? height : width;
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
            int row = transposed ? x : y, column = transposed ? y : x;
            if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) row = height - 1 - row;
            if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
                column = width - 1 - column;
            const uint8_t *pixel = source + ((size_t)row * width + column) * channels;
            for (int c = 0; c < channels; c++) *destination++ = pixel[c];
        }
    }
}

int cimages_orient(cimages_image *image, int orientation) {
    if (orientation <= 1) return 0;
    int height = image->height, width = image->width;
    if (orientation >= 5) {
        image->height = width;
        image->width = height;
    }
    if (!image->pixels) return 0;
    uint8_t *upright = malloc((size_t)height * width * image->channels);
    if (!upright) {
        snprintf(image->message, sizeof image->message, "there is not enough memory for it");
        return -1;
    }
    copy_oriented(image->pixels, upright, orientation, height, width, image->channels);
    free(image->pixels);
    image->pixels = upright;
    return 0;
}
