#include "internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
    png_structp png;
    png_infop info;
    jmp_buf escape;
    const uint8_t *bytes;
    size_t left;
    cimages_image *image;
    uint8_t *wide;
    png_bytep *rows;
} decoder;

static void fail(png_structp png, png_const_charp text) {
    decoder *self = png_get_error_ptr(png);
    snprintf(self->image->message, sizeof self->image->message, "the PNG decoder says: %s", text);
    longjmp(self->escape, 1);
}

static void warn(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void supply(png_structp png, png_bytep target, size_t count) {
    decoder *self = png_get_io_ptr(png);
    if (count > self->left) png_error(png, "the file ends too early");
    memcpy(target, self->bytes, count);
    self->bytes += count;
    self->left -= count;
}

static int orientation_of(decoder *self) {
    png_bytep exif = NULL;
    png_uint_32 size = 0;
    return png_get_eXIf_1(self->png, self->info, &size, &exif) ? cimages_exif_orientation(exif, size) : 1;
}

// Everything becomes 8-bit grey or RGB: no palette, no packed bits, no alpha, no transparency colour.
static void normalize(decoder *self) {
    png_byte type = png_get_color_type(self->png, self->info);
    if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(self->png);
    if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(self->png);
    if (png_get_bit_depth(self->png, self->info) == 16) png_set_scale_16(self->png);
    png_set_strip_alpha(self->png);
    png_set_interlace_handling(self->png);
    png_read_update_info(self->png, self->info);
}

static void convert(const uint8_t *from, int stored, uint8_t *to, int channels, size_t count) {
    for (size_t i = 0; i < count; i++, from += stored, to += channels) {
        if (channels == 1) *to = cimages_luma(from[0], from[1], from[2]);
        else to[0] = to[1] = to[2] = from[0];
    }
}

static int read_pixels(decoder *self, int32_t channels) {
    cimages_image *image = self->image;
    normalize(self);
    int stored = png_get_channels(self->png, self->info);
    size_t stride = png_get_rowbytes(self->png, self->info);
    size_t count = (size_t)image->width * image->height;
    if (stride != (size_t)image->width * stored || (stored != 1 && stored != 3)) {
        snprintf(image->message, sizeof image->message, "its pixel layout is not known");
        return -1;
    }
    image->channels = channels ? channels : stored;
    image->pixels = malloc(count * image->channels);
    self->wide = image->channels == stored ? NULL : malloc(count * stored);
    self->rows = malloc(sizeof(png_bytep) * image->height);
    uint8_t *target = self->wide ? self->wide : image->pixels;
    if (!image->pixels || !self->rows || (image->channels != stored && !self->wide)) {
        snprintf(image->message, sizeof image->message, "there is not enough memory for it");
        return -1;
    }
    for (int y = 0; y < image->height; y++) self->rows[y] = target + stride * y;
    png_read_image(self->png, self->rows);
    png_read_end(self->png, self->info);
    if (self->wide) convert(self->wide, stored, image->pixels, image->channels, count);
    return 0;
}

static int decode(decoder *self, int32_t channels, int64_t limit, int header_only) {
    cimages_image *image = self->image;
    if (setjmp(self->escape)) return -1;
    png_set_read_fn(self->png, self, supply);
    png_set_user_limits(self->png, 65535, 65535);
    png_set_chunk_malloc_max(self->png, 16 << 20);
    png_read_info(self->png, self->info);
    png_uint_32 width = png_get_image_width(self->png, self->info);
    png_uint_32 height = png_get_image_height(self->png, self->info);
    if (cimages_check_size(image, width, height, limit) != 0) return -1;
    image->width = (int32_t)width;
    image->height = (int32_t)height;
    image->channels = png_get_color_type(self->png, self->info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
    if (!header_only && read_pixels(self, channels) != 0) return -1;
    return cimages_orient(image, orientation_of(self));
}

int cimages_decode_png(const uint8_t *bytes, size_t count, int32_t channels, int64_t limit, int header_only,
                       cimages_image *image) {
    decoder *self = calloc(1, sizeof *self);
    if (self) {
        self->image = image;
        self->bytes = bytes;
        self->left = count;
        self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, fail, warn);
        if (self->png) self->info = png_create_info_struct(self->png);
    }
    int status = -1;
    if (self && self->info) status = decode(self, channels, limit, header_only);
    else snprintf(image->message, sizeof image->message, "there is not enough memory for it");
    if (self) {
        if (self->png) png_destroy_read_struct(&self->png, &self->info, NULL);
        free(self->wide);
        free(self->rows);
        free(self);
    }
    return status;
}
