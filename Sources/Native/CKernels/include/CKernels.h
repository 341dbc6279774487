#pragma once
#include <stdint.h>

// Element-wise work, reductions, normalisation, softmax, masks and optimizer updates over arrays of float32 and, where it
// says so, of bfloat16. Every reduction runs over chunks of a fixed size that are combined in order: the bits do not
// depend on the thread count.

// Threads
void ck_set_threads(int threads);
// For what the calling thread starts alone; 0: as for all.
void ck_set_own_threads(int threads);
int ck_threads(void);
/// Cores this process may run on.
int ck_usable_cores(void);
/// Calls `body` on disjoint ranges that cover 0..<count, on several threads where there are at least two times `grain`.
void ck_parallel(long count, long grain, void (*body)(void *context, long begin, long end), void *context);

// Element-wise
typedef enum {
    CK_RELU, CK_SIGMOID, CK_TANH, CK_EXP, CK_LOG, CK_NEGATE, CK_SQUARE, CK_SQRT, CK_ABS, CK_SIGN, CK_RECIPROCAL,
    CK_ELU, CK_SELU, CK_SOFTPLUS, CK_SOFTSIGN, CK_SWISH, CK_GELU, CK_GELU_TANH, CK_HARD_SIGMOID, CK_EXPM1,
    CK_SINE, CK_COSINE,
    CK_UNARY_COUNT
} ck_unary_code;
typedef enum { CK_ADD, CK_SUBTRACT, CK_MULTIPLY, CK_DIVIDE, CK_MAXIMUM, CK_MINIMUM, CK_GREATER_OR_EQUAL, CK_GREATER,
    CK_EQUAL, CK_POWER } ck_binary_code;
typedef struct {
    float a, b, c;
} ck_coefficients;

void ck_unary(ck_unary_code code, ck_coefficients k, const float *x, float *y, long count);
/// `saved` is y or x, as `UnaryFunction.gradientUsesOutput` says.
void ck_unary_gradient(
    ck_unary_code code, ck_coefficients k, int uses_output, const float *saved, const float *dy, float *dx, long count);
void ck_binary(ck_binary_code code, const float *a, const float *b, float *y, long count);
/// Enough for everything: dimensions of 1 are left out, and 2⁴⁸ elements are more than any machine holds.
#define CK_MAX_RANK 48
/// Strides of 0 repeat; the innermost strides are 0 or 1.
void ck_binary_broadcast(
    ck_binary_code code, const float *a, const float *b, float *y, int rank, const int64_t *dims, const int64_t *sa,
    const int64_t *sb);
/// y = c ≠ 0 ? a : b; steps of 0 repeat one value.
void ck_select(
    const float *c, const float *a, const float *b, float *y, long count, int step_c, int step_a, int step_b);
void ck_scale(const float *x, float factor, float *y, long count);
void ck_fill(float *y, float value, long count);
/// y = activation(x + bias), row by row; bias may be null, y may be x.
void ck_add_bias(
    const float *x, const float *bias, int has_activation, ck_unary_code code, ck_coefficients k, float *y, long rows,
    long columns);
/// Index of the first NaN or infinity, -1 where there is none.
long ck_first_non_finite(const float *x, long count);

// bfloat16, rounded to the nearest, ties to even; arithmetic is done in floats. Results may be written over operands.
typedef uint16_t ck_half;
void ck_widen(const ck_half *x, float *y, long count);
void ck_narrow(const float *x, ck_half *y, long count);
void ck_unary_half(ck_unary_code code, ck_coefficients k, const ck_half *x, ck_half *y, long count);
void ck_unary_gradient_half(
    ck_unary_code code, ck_coefficients k, int uses_output, const ck_half *saved, const ck_half *dy, ck_half *dx,
    long count);
void ck_binary_half(ck_binary_code code, const ck_half *a, const ck_half *b, ck_half *y, long count);
void ck_scale_half(const ck_half *x, float factor, ck_half *y, long count);
long ck_first_non_finite_half(const ck_half *x, long count);

// Reductions
typedef enum { CK_SUM, CK_MEAN, CK_MAX } ck_reduction;
/// (outer, reduced, inner) → (outer, inner)
void ck_reduce(ck_reduction kind, const float *x, float *y, long outer, long reduced, long inner);
/// The same over axes that lie apart: y is (kept…), x at the sum of both kinds of strides.
void ck_reduce_apart(
    ck_reduction kind, const float *x, float *y, int kept_rank, const int64_t *kept, const int64_t *kept_strides,
    int reduced_rank, const int64_t *reduced, const int64_t *reduced_strides);
double ck_sum_of_squares(const float *x, long count);

// Copies
/// Strides in elements, each of which takes `size` bytes: 4 or 2.
void ck_copy(
    const void *x, void *y, int size, int rank, const int64_t *dims, const int64_t *source_strides,
    const int64_t *destination_strides);

// Rows of a table, `width` floats each; indices are whole numbers in float.
/// y[i] = table[indices[i]]; NaN where the index is outside.
void ck_gather(const float *table, const float *indices, float *y, long count, long rows, long width);
/// Row i of y, `width` numbers, from where `rows[i]` points, `offset` numbers on; a row without a pointer stays as it is.
void ck_collect(int is_half, const void *const *rows, long offset, float *y, long count, long width);
/// table[r] = Σ of the values whose index is r, in the order of the indices.
void ck_scatter_add(const float *indices, const float *values, float *table, long count, long rows, long width);

// Images sampled along projective maps
typedef enum { CK_FILL_CONSTANT, CK_FILL_NEAREST, CK_FILL_REFLECT, CK_FILL_WRAP } ck_fill_mode;
typedef struct {
    long batch, height, width, channels, output_height, output_width;
    int bilinear;
    ck_fill_mode mode;
    float fill;
} ck_sampling;
/// (batch, height, width, channels), (batch, 8) → (batch, output_height, output_width, channels)
void ck_affine_sample(const float *x, const float *transforms, float *y, const ck_sampling *sampling);
void ck_affine_sample_gradient(const float *dy, const float *transforms, float *dx, const ck_sampling *sampling);

// Convolution, channels last; the kernel is (rows, columns, channels, filters).
typedef struct {
    long batch, height, width, channels, output_height, output_width, filters;
    long window[2], strides[2], dilations[2], before[2];
} ck_convolution;
/// Bytes of scratch memory, aligned to 8, that the gradient needs.
long ck_kernel_gradient_scratch(const ck_convolution *geometry);
/// dbias may be null.
void ck_kernel_gradient(
    const ck_convolution *geometry, const float *x, const float *dy, float *dkernel, float *dbias, void *scratch);

/// What the window over each place of the result sees: (batch, output height, output width, window, channels), 0 outside.
void ck_columns(const ck_convolution *geometry, const float *x, float *columns);

// y = x ⋆ kernel + bias for windows of 3×3 without strides and dilations, of 16, 32, … channels and 32, 64, … filters. What it
// gives for an example does not depend on the others of a batch or on the thread count.
/// Whether the processor has registers of 16 floats, without which this is no faster.
int ck_has_wide_registers(void);
/// Bytes of a transformed kernel.
long ck_winograd_packed(const ck_convolution *geometry);
/// - is_turned: the kernel is that of the convolution whose input's gradient this one is, with channels and filters swapped.
void ck_winograd_pack(const ck_convolution *geometry, const float *kernel, int is_turned, float *packed);
/// Bytes of scratch memory, aligned to 64, for so many threads.
long ck_winograd_scratch(const ck_convolution *geometry, int threads);
/// bias may be null.
void ck_winograd(
    const ck_convolution *geometry, const float *x, const float *packed, const float *bias, float *y, void *scratch,
    int threads);
/// Kernels' gradients that are to be added, by the shapes alone: each of another part of the places.
long ck_winograd_gradient_parts(const ck_convolution *geometry);
/// Bytes of scratch memory, aligned to 64, for so many threads.
long ck_winograd_gradient_scratch(const ck_convolution *geometry, int threads);
/// - dkernels: (parts, 3, 3, channels, filters).
void ck_winograd_gradient(
    const ck_convolution *geometry, const float *x, const float *dy, float *dkernels, void *scratch, int threads);

// Maximum pooling, channels last; dimensions that are not there are 1.
typedef struct {
    long batch, channels;
    long input[3], output[3], window[3], strides[3], before[3];
    /// Whether the winners' places within their windows take four bytes each, not one.
    int has_wide_places;
    /// Whether all numbers are bfloat16, else floats.
    int is_half;
} ck_pooling;
/// Of equal maxima the first wins, the first NaN is the maximum of its window, padding never counts. `places` may be null.
void ck_maximum_pooling(const ck_pooling *pooling, const void *x, void *y, void *places);
/// dx = the gradients of those windows that each element won.
void ck_maximum_pooling_gradient(const ck_pooling *pooling, const void *dy, const void *places, void *dx);

// Softmax and cross-entropies
void ck_softmax(const float *x, float *y, long rows, long columns);
void ck_softmax_gradient(const float *y, const float *dy, float *dx, long rows, long columns);
void ck_sparse_cross_entropy(
    const float *logits, const float *targets, float *losses, float *probabilities, long rows, long classes,
    float smoothing);
void ck_sparse_cross_entropy_gradient(
    const float *probabilities, const float *targets, const float *dlosses, float *dlogits, long rows, long classes,
    float smoothing);
void ck_categorical_cross_entropy(
    const float *logits, const float *targets, float *losses, float *probabilities, long rows, long classes,
    float smoothing);
void ck_categorical_cross_entropy_gradient(
    const float *probabilities, const float *targets, const float *dlosses, float *dlogits, long rows, long classes,
    float smoothing);
void ck_binary_cross_entropy(const float *logits, const float *targets, float *losses, long count);
void ck_binary_cross_entropy_gradient(
    const float *logits, const float *targets, const float *dlosses, float *dlogits, long count);

// Batch normalisation over (rows, channels); gamma and beta may be null. x, y, what is added to y before the activation
// (`residual`, may be null) and their gradients are bfloat16 where `is_half`, else floats; all else is floats.
void ck_batch_norm_inference(
    int is_half, const void *x, const float *gamma, const float *beta, const float *mean, const float *variance,
    float epsilon, const void *residual, int has_activation, ck_unary_code code, ck_coefficients k, void *y, long rows,
    long channels);
/// Rows from `valid` on do not count in the statistics.
void ck_batch_norm_training(
    int is_half, const void *x, const float *gamma, const float *beta, float epsilon, const void *residual,
    int has_activation, ck_unary_code code, ck_coefficients k, void *y, float *mean, float *variance, long rows,
    long valid, long channels);
/// Any of dx, dgamma, dbeta may be null; dx may be dy. `maximum` is that of a rectifier behind the normalisation,
/// INFINITY for one without, 0 for none: dy is then the gradient of the rectifier's output, and beta is read.
void ck_batch_norm_gradient(
    int is_half, const void *x, const float *gamma, const float *beta, const float *mean, const float *variance,
    float epsilon, float maximum, const void *dy, int training, void *dx, float *dgamma, float *dbeta, long rows,
    long valid, long channels);

// Dropout: masks from Philox4x32-10 at counter (block of four elements, step, substream low, substream high and tag).
/// Of bfloat16 where `is_half`, else of floats.
void ck_dropout(
    int is_half, const void *x, void *y, long count, float rate, uint64_t seed, uint32_t step, uint32_t low, uint32_t high);
/// Numbers by the same counters, the high word tagged otherwise: uniform in [0, 1) from a word's upper 24 bits, or
/// standard normal from two neighbouring words.
void ck_random(float *y, long count, int is_normal, uint64_t seed, uint32_t step, uint32_t low, uint32_t high);

// Recurrence
typedef struct {
    int is_set;
    /// Whether the gradient goes by the function's value, else by its argument.
    int uses_output;
    ck_unary_code code;
    ck_coefficients k;
} ck_function;
typedef enum { CK_SIMPLE, CK_LSTM, CK_GRU_BEFORE, CK_GRU_AFTER } ck_recurrent_kind;

/// One step of a recurrent layer over all rows of a batch. Pointers into a sequence show the step's place in the first
/// row, and strides, in elements, lead from row to row; everything else is dense.
typedef struct {
    ck_recurrent_kind kind;
    ck_function activation, recurrent;
    long rows, units, gate_count, kept_gates;
    /// Outputs of steps that the mask hides are zero, not those before them.
    int zeroes_hidden;
    long x_stride, mask_stride, sequence_stride, kept_stride, before_stride, reset_stride;
    /// (rows,) and (rows, units), or null.
    const float *mask, *dropout;
    /// Recurrent bias (gates · units) or null.
    const float *bias;
    const float *x, *product;
    /// (rows, gates · units): arguments and values of the gates; backwards, what goes through the product.
    float *gates;
    /// States (rows, units); backwards their gradients. c is null where there is none.
    float *h, *c;
    /// h · dropout, and space of (rows, units); of (rows, 6 · units) backwards.
    float *dropped, *work;
    float *sequence;
    /// Outputs of the step before, null at the first.
    const float *previous;
    /// What the gradient reads; null where nothing is kept.
    float *kept;
    // Backwards
    /// h (c of an LSTM) before the step.
    const float *before;
    /// Null where none arrives.
    const float *output_gradient;
    float *input_gradient;
    /// What arrived at outputs that repeat an earlier one (rows, units), or null.
    float *waiting;
    /// Of a GRU: r·h, or the last gate's gradient times r.
    float *reset;
} ck_recurrent_step;

/// A whole step, after `product` = h·U (rows, gates · units). Of every kind but CK_GRU_BEFORE.
void ck_recurrent_forward(const ck_recurrent_step *s);
/// Of CK_GRU_BEFORE: first the gates z and r, after `product` = h·U (rows, 2 · units); leaves r·h in `work`.
void ck_recurrent_open(const ck_recurrent_step *s);
/// Then the rest, after `product` = (r·h)·U (rows, units).
void ck_recurrent_close(const ck_recurrent_step *s);
/// From the gradients of states and output to those of the gates' arguments. What goes to the state through the product
/// is left to do; h keeps what goes there directly.
void ck_recurrent_backward(const ck_recurrent_step *s);
/// Of CK_GRU_BEFORE, after `product` = (gradient of the last gate)·Uᵀ: the gradient of r.
void ck_recurrent_reset(const ck_recurrent_step *s);
/// y += x · factor; factor may be null for 1.
void ck_add_times(const float *x, const float *factor, float *y, long count);

// Optimizers
typedef struct {
    int64_t offset, count;
    float rate, decay, correction1, correction2;
} ck_segment;
void ck_sgd(float *w, const float *g, const ck_segment *segments, long count, float scale);
void ck_momentum(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *velocity, float momentum,
    int nesterov);
void ck_adagrad(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *accumulator, float epsilon);
void ck_rmsprop(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *mean_square, float rho,
    float epsilon);
void ck_adadelta(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *gradients, float *deltas,
    float rho, float epsilon);
void ck_adam(
    float *w, const float *g, const ck_segment *segments, long count, float scale, float *first, float *second,
    float beta1, float beta2, float epsilon);
