#include "od_internal.h"
#include <stdlib.h>

struct od_product {
    od_call call;
};

typedef struct {
    od_desc a, b, c;
} descriptors;

/// (rows, columns), row-major in memory, or its transpose.
static od_status describe(od_desc *desc, od_type type, int64_t rows, int64_t columns, int is_transposed) {
    dnnl_dims_t dims = {rows, columns}, strides = {columns, 1}, transposed = {1, rows};
    return od_desc_by_strides(desc, type, 2, dims, is_transposed ? transposed : strides);
}

static od_status choose(dnnl_primitive_desc_t *result, const descriptors *d, const_dnnl_primitive_attr_t attributes) {
    od_const_desc a = od_desc_get(&d->a), b = od_desc_get(&d->b), c = od_desc_get(&d->c);
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_matmul_primitive_desc_create(result, od_engine(), a, b, NULL, c, attributes);
#else
    dnnl_matmul_desc_t description;
    OD_TRY(dnnl_matmul_desc_init(&description, a, b, NULL, c));
    return dnnl_primitive_desc_create(result, &description, attributes, od_engine(), NULL);
#endif
}

od_status od_product_create(
    od_product **result, od_type type, int64_t m, int64_t n, int64_t k, int transposed_a, int transposed_b) {
    *result = NULL;
    descriptors d = {0};
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t description = NULL;
    od_product *p = calloc(1, sizeof *p);
    if (!p) return dnnl_out_of_memory;
    od_status status = describe(&d.a, type, m, k, transposed_a);
    if (status == 0) status = describe(&d.b, type, k, n, transposed_b);
    if (status == 0) status = describe(&d.c, OD_FLOAT, m, n, 0);
    if (status == 0) status = od_attributes(&attributes);
    if (status == 0) status = choose(&description, &d, attributes);
    if (status == 0) status = od_call_create(&p->call, description);
    if (status == 0) status = od_call_add_desc(&p->call, od_desc_get(&d.a), DNNL_ARG_SRC);
    if (status == 0) status = od_call_add_desc(&p->call, od_desc_get(&d.b), DNNL_ARG_WEIGHTS);
    if (status == 0) status = od_call_add_desc(&p->call, od_desc_get(&d.c), DNNL_ARG_DST);
    if (description) dnnl_primitive_desc_destroy(description);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    od_desc_free(&d.a);
    od_desc_free(&d.b);
    od_desc_free(&d.c);
    if (status == 0)
        *result = p;
    else
        od_product_destroy(p);
    return status;
}

void od_product_destroy(od_product *p) {
    if (!p) return;
    od_call_destroy(&p->call);
    free(p);
}

size_t od_product_scratch(const od_product *p) { return (p->call.scratchpad + 63) / 64 * 64; }

void od_product_run(od_product *p, const void *a, const void *b, float *c, void *scratch) {
    od_call_point(&p->call, DNNL_ARG_SRC, a);
    od_call_point(&p->call, DNNL_ARG_WEIGHTS, b);
    od_call_point(&p->call, DNNL_ARG_DST, c);
    od_call_point(&p->call, DNNL_ARG_SCRATCHPAD, scratch);
    od_call_run(&p->call);
}
