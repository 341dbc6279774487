#include "internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// A progressive file may hold any number of scans over all its pixels, each a few bytes long: time without size.
enum { maximum_scans = 500 };

typedef struct {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    cimages_image *image;
    uint8_t *row;
} decoder;

static void fail(j_common_ptr info) {
    decoder *self = info->client_data;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    snprintf(self->image->message, sizeof self->image->message, "the JPEG decoder says: %s", text);
    longjmp(self->escape, 1);
}

// A warning means that pixels were made up, except for these few, which lose nothing.
static void warn(j_common_ptr info, int level) {
    if (level >= 0) return;
    switch (info->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA: return;
    default: fail(info);
    }
}

static void silent(j_common_ptr info) { (void)info; }

static void watch(j_common_ptr info) {
    if (!info->is_decompressor || ((j_decompress_ptr)info)->input_scan_number <= maximum_scans) return;
    decoder *self = info->client_data;
    snprintf(self->image->message, sizeof self->image->message, "it has more than %d scans", maximum_scans);
    longjmp(self->escape, 1);
}

static int orientation_of(j_decompress_ptr info) {
    for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next) {
        if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 && memcmp(marker->data, "Exif\0\0", 6) == 0)
            return cimages_exif_orientation(marker->data + 6, marker->data_length - 6);
    }
    return 1;
}

// Inverted CMYK, as Adobe writes it and as every reader assumes.
static void convert_cmyk(const uint8_t *row, uint8_t *pixels, int width, int channels) {
    for (int x = 0; x < width; x++, row += 4, pixels += channels) {
        uint8_t rgb[3];
        for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)((row[c] * row[3] + 127) / 255);
        if (channels == 3) memcpy(pixels, rgb, 3);
        else *pixels = cimages_luma(rgb[0], rgb[1], rgb[2]);
    }
}

static int read_pixels(decoder *self, int32_t channels) {
    j_decompress_ptr info = &self->info;
    cimages_image *image = self->image;
    int cmyk = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    image->channels = channels;
    info->out_color_space = cmyk ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(info);
    size_t stride = (size_t)image->width * channels;
    image->pixels = malloc(stride * image->height);
    self->row = cmyk ? malloc((size_t)image->width * 4) : NULL;
    if (!image->pixels || (cmyk && !self->row)) {
        snprintf(image->message, sizeof image->message, "there is not enough memory for it");
        return -1;
    }
    while (info->output_scanline < info->output_height) {
        uint8_t *target = image->pixels + stride * info->output_scanline;
        JSAMPROW row = cmyk ? self->row : target;
        jpeg_read_scanlines(info, &row, 1);
        if (cmyk) convert_cmyk(self->row, target, image->width, channels);
    }
    jpeg_finish_decompress(info);
    return 0;
}

static int decode(decoder *self, const uint8_t *bytes, size_t count, int32_t channels, int64_t limit,
                  int header_only) {
    cimages_image *image = self->image;
    if (setjmp(self->escape)) return -1;
    jpeg_create_decompress(&self->info);
    self->info.progress = &self->progress;
    jpeg_mem_src(&self->info, bytes, count);
    jpeg_save_markers(&self->info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&self->info, TRUE);
    if (cimages_check_size(image, self->info.image_width, self->info.image_height, limit) != 0) return -1;
    image->width = (int32_t)self->info.image_width;
    image->height = (int32_t)self->info.image_height;
    int stored = self->info.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
    image->channels = stored;
    int orientation = orientation_of(&self->info);
    if (!header_only && read_pixels(self, channels ? channels : stored) != 0) return -1;
    return cimages_orient(image, orientation);
}

int cimages_decode_jpeg(const uint8_t *bytes, size_t count, int32_t channels, int64_t limit, int header_only,
                        cimages_image *image) {
    decoder *self = calloc(1, sizeof *self);
    if (!self) {
        snprintf(image->message, sizeof image->message, "there is not enough memory for it");
        return -1;
    }
    self->image = image;
    self->info.err = jpeg_std_error(&self->errors);
    self->info.client_data = self;
    self->errors.error_exit = fail;
    self->errors.emit_message = warn;
    self->errors.output_message = silent;
    self->progress.progress_monitor = watch;
    int status = decode(self, bytes, count, channels, limit, header_only);
    jpeg_destroy_decompress(&self->info);
    free(self->row);
    free(self);
    return status;
}
