#include "od_internal.h"
#include <stdlib.h>

struct od_convolution {
    od_direction direction;
    /// Whether a gradient of the source is computed as a convolution of the destination's, with the kernel turned round:
    /// oneDNN's convolutions are faster than its gradients.
    int is_turned;
    /// Bytes of a kernel that has to be turned, and of one of its taps; 0 where turning changes nothing.
    size_t turned, tap;
    od_call call;
    /// Between the kernel's own layout and the primitive's; absent where they are the same.
    od_call reorder;
    int has_reorder;
    /// Bytes of the kernel as the primitive wants it, and the same rounded up to whole cache lines.
    size_t kernel, packed;
    char implementation[64];
};

typedef struct {
    od_desc source, kernel, bias, destination;
    /// In whatever layout is preferred, of the type that is multiplied; and the kernel's gradient.
    od_desc any_kernel, any_gradient;
} descriptors;

static size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

/// - `is_turned`: `g` is the geometry of a turned gradient, and the kernel in memory has its channels the other way round.
static od_status describe(descriptors *d, od_type type, const od_convolution_geometry *g, int is_turned) {
    const od_span *s = &g->span;
    OD_TRY(od_desc_channels_last(&d->source, type, g->batch, g->input_channels, s->rank, s->input));
    OD_TRY(od_desc_channels_last(&d->destination, type, g->batch, g->output_channels, s->rank, s->output));

    // (groups,)? out / groups, in / groups, spatial… over memory laid out (spatial…, in / groups, out).
    int64_t in = g->input_channels / g->groups, out = g->output_channels / g->groups;
    int lead = g->groups > 1, rank = s->rank + 2 + lead;
    int64_t last = is_turned ? g->input_channels : g->output_channels;
    dnnl_dims_t kernel, strides;
    int axis = 0;
    if (lead) {
        kernel[axis] = g->groups;
        strides[axis++] = last / g->groups;
    }
    kernel[axis] = out;
    strides[axis++] = is_turned ? last : 1;
    kernel[axis] = in;
    strides[axis++] = is_turned ? 1 : last;
    int64_t stride = in * out * g->groups;
    for (int i = s->rank - 1; i >= 0; i--) {
        kernel[axis + i] = s->window[i];
        strides[axis + i] = stride;
        stride *= s->window[i];
    }
    OD_TRY(od_desc_by_strides(&d->kernel, OD_FLOAT, rank, kernel, strides));
    OD_TRY(od_desc_any(&d->any_kernel, type, rank, kernel));
    OD_TRY(od_desc_any(&d->any_gradient, OD_FLOAT, rank, kernel));
    dnnl_dims_t bias = {g->output_channels}, one = {1};
    return od_desc_by_strides(&d->bias, OD_FLOAT, 1, bias, one);
}

static void forget(descriptors *d) {
    od_desc_free(&d->source);
    od_desc_free(&d->kernel);
    od_desc_free(&d->any_kernel);
    od_desc_free(&d->any_gradient);
    od_desc_free(&d->bias);
    od_desc_free(&d->destination);
}

static od_status choose(
    dnnl_primitive_desc_t *result, od_direction direction, const od_convolution_geometry *g, const descriptors *d,
    int has_bias, const_dnnl_primitive_attr_t attributes) {
    dnnl_dims_t dilations;
    for (int i = 0; i < g->span.rank; i++) dilations[i] = g->dilations[i] - 1;
    const int64_t *strides = g->span.strides, *before = g->span.padding_before, *after = g->span.padding_after;
    od_const_desc source = od_desc_get(&d->source), kernel = od_desc_get(&d->any_kernel),
                  gradient = od_desc_get(&d->any_gradient), bias = has_bias ? od_desc_get(&d->bias) : NULL, destination = od_desc_get(&d->destination);
    dnnl_primitive_desc_t hint = NULL;
    od_status status;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_prop_kind_t kind = direction == OD_FORWARD ? dnnl_forward_inference : dnnl_forward_training;
    status = dnnl_convolution_forward_primitive_desc_create(
        direction == OD_FORWARD ? result : &hint, od_engine(), kind, dnnl_convolution_direct, source, kernel, bias,
        destination, strides, dilations, before, after, direction == OD_FORWARD ? attributes : NULL);
    if (status == 0 && direction == OD_BACKWARD_DATA)
        status = dnnl_convolution_backward_data_primitive_desc_create(
            result, od_engine(), dnnl_convolution_direct, source, kernel, destination, strides, dilations, before,
            after, hint, attributes);
    if (status == 0 && direction == OD_BACKWARD_WEIGHTS)
        status = dnnl_convolution_backward_weights_primitive_desc_create(
            result, od_engine(), dnnl_convolution_direct, source, gradient, bias, destination, strides, dilations,
            before, after, hint, attributes);
#else
    dnnl_convolution_desc_t forward, backward;
    dnnl_prop_kind_t kind = direction == OD_FORWARD ? dnnl_forward_inference : dnnl_forward_training;
    OD_TRY(dnnl_dilated_convolution_forward_desc_init(
        &forward, kind, dnnl_convolution_direct, source, kernel, bias, destination, strides, dilations, before, after));
    if (direction == OD_FORWARD)
        return dnnl_primitive_desc_create(result, &forward, attributes, od_engine(), NULL);
    OD_TRY(dnnl_primitive_desc_create(&hint, &forward, NULL, od_engine(), NULL));
    status = direction == OD_BACKWARD_DATA
                 ? dnnl_dilated_convolution_backward_data_desc_init(
                       &backward, dnnl_convolution_direct, source, kernel, destination, strides, dilations, before,
                       after)
                 : dnnl_dilated_convolution_backward_weights_desc_init(
                       &backward, dnnl_convolution_direct, source, gradient, bias, destination, strides, dilations,
                       before, after);
    if (status == 0) status = dnnl_primitive_desc_create(result, &backward, attributes, od_engine(), hint);
#endif
    if (hint) dnnl_primitive_desc_destroy(hint);
    return status;
}

static od_status prepare_reorder(od_convolution *c, od_const_desc own, od_const_desc preferred) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t description = NULL;
    int is_output = c->direction == OD_BACKWARD_WEIGHTS;
    od_const_desc from = is_output ? preferred : own, to = is_output ? own : preferred;
    od_status status = od_attributes(&attributes);
    if (status == 0)
        status = dnnl_reorder_primitive_desc_create(&description, from, od_engine(), to, od_engine(), attributes);
    if (status == 0) status = od_call_create(&c->reorder, description);
    if (status == 0) status = od_call_add_desc(&c->reorder, from, DNNL_ARG_FROM);
    if (status == 0) status = od_call_add_desc(&c->reorder, to, DNNL_ARG_TO);
    if (description) dnnl_primitive_desc_destroy(description);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    c->has_reorder = 1;
    return status;
}

/// Whether the source's gradient is a convolution that does no more work: one whose output is as large as its input.
static int can_turn(const od_convolution_geometry *g) {
    const od_span *s = &g->span;
    if (g->groups > 1) return 0;
    for (int i = 0; i < s->rank; i++) {
        int64_t reach = (s->window[i] - 1) * g->dilations[i];
        if (s->strides[i] != 1 || s->padding_before[i] > reach || s->padding_after[i] > reach) return 0;
        if (s->padding_before[i] + s->padding_after[i] != reach || s->output[i] != s->input[i]) return 0;
    }
    return 1;
}

static od_convolution_geometry turned(const od_convolution_geometry *g) {
    od_convolution_geometry t = *g;
    t.input_channels = g->output_channels, t.output_channels = g->input_channels;
    for (int i = 0; i < g->span.rank; i++) {
        int64_t reach = (g->span.window[i] - 1) * g->dilations[i];
        t.span.input[i] = g->span.output[i], t.span.output[i] = g->span.input[i];
        t.span.padding_before[i] = reach - g->span.padding_before[i];
        t.span.padding_after[i] = reach - g->span.padding_after[i];
    }
    return t;
}

/// The taps in the opposite order, where that is another one.
static const float *turn(const od_convolution *c, const float *kernel, void *room) {
    if (!c->turned) return kernel;
    for (size_t at = 0; at < c->turned; at += c->tap)
        memcpy((char *)room + at, (const char *)kernel + c->turned - c->tap - at, c->tap);
    return room;
}

static od_status prepare(od_convolution *c, const_dnnl_primitive_desc_t description, const descriptors *d) {
    const char *implementation = "";
    dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, (void *)&implementation);
    strncpy(c->implementation, implementation, sizeof c->implementation - 1);
    OD_TRY(od_call_create(&c->call, description));
    od_const_desc preferred;
    switch (c->is_turned ? OD_FORWARD : c->direction) {
    case OD_FORWARD:
        OD_TRY(od_call_add(&c->call, description, dnnl_query_src_md, 0, DNNL_ARG_SRC));
        OD_TRY(od_call_add(&c->call, description, dnnl_query_weights_md, 0, DNNL_ARG_WEIGHTS));
        OD_TRY(od_call_add(&c->call, description, dnnl_query_weights_md, 1, DNNL_ARG_BIAS));
        OD_TRY(od_call_add(&c->call, description, dnnl_query_dst_md, 0, DNNL_ARG_DST));
        preferred = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
        break;
    case OD_BACKWARD_DATA:
        OD_TRY(od_call_add(&c->call, description, dnnl_query_diff_src_md, 0, DNNL_ARG_DIFF_SRC));
        OD_TRY(od_call_add(&c->call, description, dnnl_query_weights_md, 0, DNNL_ARG_WEIGHTS));
        OD_TRY(od_call_add(&c->call, description, dnnl_query_diff_dst_md, 0, DNNL_ARG_DIFF_DST));
        preferred = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
        break;
    default:
        OD_TRY(od_call_add(&c->call, description, dnnl_query_src_md, 0, DNNL_ARG_SRC));
        OD_TRY(od_call_add(&c->call, description, dnnl_query_diff_weights_md, 0, DNNL_ARG_DIFF_WEIGHTS));
        OD_TRY(od_call_add(&c->call, description, dnnl_query_diff_weights_md, 1, DNNL_ARG_DIFF_BIAS));
        OD_TRY(od_call_add(&c->call, description, dnnl_query_diff_dst_md, 0, DNNL_ARG_DIFF_DST));
        preferred = dnnl_primitive_desc_query_md(description, dnnl_query_diff_weights_md, 0);
        break;
    }
    c->kernel = dnnl_memory_desc_get_size(preferred);
    c->packed = aligned(c->kernel);
    if (dnnl_memory_desc_equal(od_desc_get(&d->kernel), preferred)) return 0;
    return prepare_reorder(c, od_desc_get(&d->kernel), preferred);
}

od_status od_convolution_create(
    od_convolution **result, od_direction direction, od_type type, const od_convolution_geometry *geometry,
    int has_bias) {
    *result = NULL;
    descriptors d = {0};
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t description = NULL;
    od_convolution *c = calloc(1, sizeof *c);
    if (!c) return dnnl_out_of_memory;
    c->direction = direction;
    od_convolution_geometry own = *geometry;
    if (direction == OD_BACKWARD_DATA && can_turn(geometry)) {
        c->is_turned = 1;
        own = turned(geometry);
        c->tap = sizeof(float) * (size_t)(own.input_channels / own.groups * own.output_channels);
        size_t taps = 1;
        for (int i = 0; i < own.span.rank; i++) taps *= (size_t)own.span.window[i];
        c->turned = taps > 1 ? taps * c->tap : 0;
    }
    od_status status = describe(&d, type, &own, c->is_turned);
    if (status == 0) status = od_attributes(&attributes);
    if (status == 0)
        status = choose(&description, c->is_turned ? OD_FORWARD : direction, &own, &d, has_bias, attributes);
    if (status == 0) status = prepare(c, description, &d);
    if (description) dnnl_primitive_desc_destroy(description);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    forget(&d);
    if (status == 0)
        *result = c;
    else
        od_convolution_destroy(c);
    return status;
}

void od_convolution_destroy(od_convolution *c) {
    if (!c) return;
    od_call_destroy(&c->call);
    od_call_destroy(&c->reorder);
    free(c);
}

size_t od_convolution_scratch(const od_convolution *c) {
    size_t pad = c->call.scratchpad > c->reorder.scratchpad ? c->call.scratchpad : c->reorder.scratchpad;
    return (c->has_reorder ? c->packed : 0) + aligned(c->turned) + aligned(pad);
}

size_t od_convolution_packed(const od_convolution *c) { return c->packed; }

const char *od_convolution_implementation(const od_convolution *c) { return c->implementation; }

static void reorder(od_convolution *c, const void *from, const void *to, void *scratch) {
    od_call_point(&c->reorder, DNNL_ARG_FROM, from);
    od_call_point(&c->reorder, DNNL_ARG_TO, to);
    od_call_point(&c->reorder, DNNL_ARG_SCRATCHPAD, scratch);
    od_call_run(&c->reorder);
}

void od_convolution_pack(od_convolution *c, const float *kernel, void *packed, void *scratch) {
    const float *own = turn(c, kernel, scratch);
    if (c->has_reorder)
        reorder(c, own, packed, (char *)scratch + aligned(c->turned));
    else
        memcpy(packed, own, c->kernel);
}

void od_convolution_run(
    od_convolution *c, const void *source, const float *kernel, int is_packed, const float *bias,
    const void *destination, void *scratch) {
    int reorders = c->has_reorder && !is_packed;
    char *room = (char *)scratch + (c->has_reorder ? c->packed : 0), *pad = room + aligned(c->turned);
    int is_output = c->direction == OD_BACKWARD_WEIGHTS;
    const float *own = is_packed || is_output ? kernel : turn(c, kernel, room);
    const void *inner = reorders ? scratch : (const void *)own;
    if (reorders && !is_output) reorder(c, own, scratch, pad);
    od_call_point(&c->call, DNNL_ARG_SCRATCHPAD, pad);
    if (c->is_turned) {
        od_call_point(&c->call, DNNL_ARG_SRC, destination);
        od_call_point(&c->call, DNNL_ARG_WEIGHTS, inner);
        od_call_point(&c->call, DNNL_ARG_DST, source);
        od_call_run(&c->call);
        return;
    }
    od_call_point(&c->call, c->direction == OD_BACKWARD_DATA ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, source);
    od_call_point(&c->call, is_output ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, inner);
    od_call_point(&c->call, is_output ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS, bias);
    od_call_point(&c->call, c->direction == OD_FORWARD ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, destination);
    od_call_run(&c->call);
    if (reorders && is_output) reorder(c, scratch, kernel, pad);
}
