#pragma once
#include "ck_internal.h"

// What convolutions by transformed tiles and the gradients of their kernels share: F(2×2, 3×3) in A. Lavin, S. Gray, "Fast
// Algorithms for Convolutional Neural Networks", 2015.

/// Points of a transformed tile, 4×4.
#define POINTS 16
/// Tiles that are transformed and multiplied while they are in the second-level cache; wide ones (more than some 340 channels
/// and filters together) spill into the next.
#define TILES 48
/// Numbers more between points than a power of two, so that they don't share a place in the caches.
#define GAP 16

/// Filters that are summed at a time, a panel.
CK_INLINE long panel_of(const ck_convolution *g) { return g->filters % 64 ? 32 : 64; }

/// Numbers between a point's and the next one's, of a block's tiles.
CK_INLINE long apart(long width) { return TILES * width + GAP; }

/// A tile of 2×2 results, and the image that it is of.
typedef struct {
    long image, row, column;
} ck_tile;

CK_INLINE long tiles_of(const ck_convolution *g) {
    return g->batch * ((g->output_height + 1) / 2) * ((g->output_width + 1) / 2);
}

CK_INLINE ck_tile tile_at(const ck_convolution *g, long number) {
    long columns = (g->output_width + 1) / 2, rows = (g->output_height + 1) / 2;
    return (ck_tile){number / columns / rows, number / columns % rows * 2, number % columns * 2};
}

/// Bᵀ·d·B of 16 channels.
CK_INLINE void transform_tile(const ck_v16 d[4][4], float *to, long point) {
    ck_v16 t[4][4];
    CK_EACH(b, 4) {
        t[0][b] = d[0][b] - d[2][b], t[1][b] = d[1][b] + d[2][b];
        t[2][b] = d[2][b] - d[1][b], t[3][b] = d[1][b] - d[3][b];
    }
    CK_EACH(a, 4) {
        ck_store(to + (a * 4 + 0) * point, t[a][0] - t[a][2]), ck_store(to + (a * 4 + 1) * point, t[a][1] + t[a][2]);
        ck_store(to + (a * 4 + 2) * point, t[a][2] - t[a][1]), ck_store(to + (a * 4 + 3) * point, t[a][1] - t[a][3]);
    }
}

/// What a tile's windows see of `width` channels from `start` on, 0 beyond the image; 16 channels lie `step` behind the 16
/// before them.
CK_INLINE void read_tile(
    const ck_convolution *g, const float *x, ck_tile tile, long start, long width, float *to, long step, long point) {
    long top = tile.row - g->before[0], left = tile.column - g->before[1];
    const float *corner = x + ((tile.image * g->height + top) * g->width + left) * g->channels + start;
    int is_inside = top >= 0 && left >= 0 && top + 4 <= g->height && left + 4 <= g->width;
    for (long c = 0; c < width; c += 16, to += step) {
        ck_v16 d[4][4];
        CK_EACH(a, 4) CK_EACH(b, 4) {
            int is_there = is_inside
                           || (top + a >= 0 && top + a < g->height && left + b >= 0 && left + b < g->width);
            d[a][b] = is_there ? ck_load(corner + (a * g->width + b) * g->channels + c) : (ck_v16){0};
        }
        transform_tile(d, to, point);
    }
}
