#pragma once
#include <stddef.h>
#include <stdint.h>

// The one place that knows oneDNN, whose C API changed between versions 2 and 3. Arrays are channels last; convolution
// kernels are (spatial…, in / groups, out). All memory is the caller's: scratch is aligned to 64 bytes.

/// What inputs, results and their gradients are: float32 or bfloat16. Kernels of convolutions, biases and the gradients of
/// both are float32 always: a kernel is rounded when it is reordered.
typedef enum { OD_FLOAT, OD_HALF } od_type;

#define OD_MAX_SPATIAL 3

/// A window that moves over `rank` spatial dimensions.
typedef struct {
    int32_t rank;
    int64_t input[OD_MAX_SPATIAL], output[OD_MAX_SPATIAL], window[OD_MAX_SPATIAL], strides[OD_MAX_SPATIAL];
    int64_t padding_before[OD_MAX_SPATIAL], padding_after[OD_MAX_SPATIAL];
} od_span;

typedef struct {
    int64_t batch, input_channels, output_channels, groups;
    od_span span;
    /// Distance between taps, 1 for a dense kernel.
    int64_t dilations[OD_MAX_SPATIAL];
} od_convolution_geometry;

typedef enum { OD_FORWARD, OD_BACKWARD_DATA, OD_BACKWARD_WEIGHTS } od_direction;

/// 0 where all went well, else oneDNN's status.
typedef int od_status;

typedef struct od_convolution od_convolution;

od_status od_convolution_create(
    od_convolution **result, od_direction direction, od_type type, const od_convolution_geometry *geometry,
    int has_bias);
void od_convolution_destroy(od_convolution *convolution);
/// Bytes `od_convolution_run` needs, room for a reordered kernel included.
size_t od_convolution_scratch(const od_convolution *convolution);
/// Bytes of a kernel in the layout the primitive prefers.
size_t od_convolution_packed(const od_convolution *convolution);
/// Name of the implementation oneDNN picked.
const char *od_convolution_implementation(const od_convolution *convolution);

/// Reorders a kernel once, for `od_convolution_run` with `is_packed`.
void od_convolution_pack(od_convolution *convolution, const float *kernel, void *packed, void *scratch);

/// forward: reads source, kernel, bias and writes destination; backward data: reads destination (its gradient) and
/// kernel, writes source; backward weights: reads source and destination, writes kernel and bias. `bias` may be null
/// where the primitive was made without one.
void od_convolution_run(
    od_convolution *convolution, const void *source, const float *kernel, int is_packed, const float *bias,
    const void *destination, void *scratch);

typedef struct {
    int64_t batch, channels;
    od_span span;
} od_pooling_geometry;

typedef struct od_average_pooling od_average_pooling;

/// Padding does not count in the mean.
od_status od_average_pooling_create(
    od_average_pooling **result, od_direction direction, od_type type, const od_pooling_geometry *geometry);
void od_average_pooling_destroy(od_average_pooling *pooling);
size_t od_average_pooling_scratch(const od_average_pooling *pooling);
/// forward: source → destination; backward: destination's gradient → source's.
void od_average_pooling_run(
    od_average_pooling *pooling, const void *source, const void *destination, void *scratch);

typedef struct od_product od_product;

/// c (m, n) = op(a) (m, k) · op(b) (k, n), dense and row-major; transposed are those that lie in memory as (k, m), (n, k).
/// a and b are of `type`, c is float32.
od_status od_product_create(
    od_product **result, od_type type, int64_t m, int64_t n, int64_t k, int transposed_a, int transposed_b);
void od_product_destroy(od_product *product);
size_t od_product_scratch(const od_product *product);
void od_product_run(od_product *product, const void *a, const void *b, float *c, void *scratch);

/// major · 10000 + minor · 100 + patch of the library that runs.
int od_version(void);
