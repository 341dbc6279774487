#include "od_internal.h"
#include <stdlib.h>

struct od_average_pooling {
    od_direction direction;
    od_call call;
};

typedef struct {
    od_desc source, destination;
} descriptors;

static od_status describe(descriptors *d, od_type type, const od_pooling_geometry *g) {
    const od_span *s = &g->span;
    OD_TRY(od_desc_channels_last(&d->source, type, g->batch, g->channels, s->rank, s->input));
    return od_desc_channels_last(&d->destination, type, g->batch, g->channels, s->rank, s->output);
}

static od_status choose(
    dnnl_primitive_desc_t *result, od_direction direction, const od_pooling_geometry *g, const descriptors *d,
    const_dnnl_primitive_attr_t attributes) {
    dnnl_alg_kind_t algorithm = dnnl_pooling_avg_exclude_padding;
    dnnl_prop_kind_t kind = direction != OD_FORWARD ? dnnl_forward_training : dnnl_forward_inference;
    od_const_desc source = od_desc_get(&d->source), destination = od_desc_get(&d->destination);
    const od_span *s = &g->span;
    dnnl_primitive_desc_t hint = NULL;
    od_status status;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t dilations = {0};
    status = dnnl_pooling_forward_primitive_desc_create(
        direction == OD_FORWARD ? result : &hint, od_engine(), kind, algorithm, source, destination, s->strides,
        s->window, dilations, s->padding_before, s->padding_after, direction == OD_FORWARD ? attributes : NULL);
    if (status == 0 && direction != OD_FORWARD)
        status = dnnl_pooling_backward_primitive_desc_create(
            result, od_engine(), algorithm, source, destination, s->strides, s->window, dilations, s->padding_before,
            s->padding_after, hint, attributes);
#else
    dnnl_pooling_desc_t forward, backward;
    OD_TRY(dnnl_pooling_forward_desc_init(
        &forward, kind, algorithm, source, destination, s->strides, s->window, s->padding_before, s->padding_after));
    if (direction == OD_FORWARD) return dnnl_primitive_desc_create(result, &forward, attributes, od_engine(), NULL);
    OD_TRY(dnnl_primitive_desc_create(&hint, &forward, NULL, od_engine(), NULL));
    status = dnnl_pooling_backward_desc_init(
        &backward, algorithm, source, destination, s->strides, s->window, s->padding_before, s->padding_after);
    if (status == 0) status = dnnl_primitive_desc_create(result, &backward, attributes, od_engine(), hint);
#endif
    if (hint) dnnl_primitive_desc_destroy(hint);
    return status;
}

static od_status prepare(od_average_pooling *p, const_dnnl_primitive_desc_t description) {
    OD_TRY(od_call_create(&p->call, description));
    int is_forward = p->direction == OD_FORWARD;
    OD_TRY(od_call_add(
        &p->call, description, is_forward ? dnnl_query_src_md : dnnl_query_diff_src_md, 0,
        is_forward ? DNNL_ARG_SRC : DNNL_ARG_DIFF_SRC));
    return od_call_add(
        &p->call, description, is_forward ? dnnl_query_dst_md : dnnl_query_diff_dst_md, 0,
        is_forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST);
}

od_status od_average_pooling_create(
    od_average_pooling **result, od_direction direction, od_type type, const od_pooling_geometry *geometry) {
    *result = NULL;
    descriptors d = {0};
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t description = NULL;
    od_average_pooling *p = calloc(1, sizeof *p);
    if (!p) return dnnl_out_of_memory;
    p->direction = direction;
    od_status status = describe(&d, type, geometry);
    if (status == 0) status = od_attributes(&attributes);
    if (status == 0) status = choose(&description, direction, geometry, &d, attributes);
    if (status == 0) status = prepare(p, description);
    if (description) dnnl_primitive_desc_destroy(description);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    od_desc_free(&d.source);
    od_desc_free(&d.destination);
    if (status == 0)
        *result = p;
    else
        od_average_pooling_destroy(p);
    return status;
}

void od_average_pooling_destroy(od_average_pooling *p) {
    if (!p) return;
    od_call_destroy(&p->call);
    free(p);
}

size_t od_average_pooling_scratch(const od_average_pooling *p) { return (p->call.scratchpad + 63) / 64 * 64; }

void od_average_pooling_run(
    od_average_pooling *p, const void *source, const void *destination, void *scratch) {
    int is_forward = p->direction == OD_FORWARD;
    od_call_point(&p->call, is_forward ? DNNL_ARG_SRC : DNNL_ARG_DIFF_SRC, source);
    od_call_point(&p->call, is_forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, destination);
    od_call_point(&p->call, DNNL_ARG_SCRATCHPAD, scratch);
    od_call_run(&p->call);
}
