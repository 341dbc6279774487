#include "od_internal.h"
#include <pthread.h>
#include <stdlib.h>

static dnnl_engine_t the_engine;
static dnnl_stream_t the_stream;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void) {
    dnnl_engine_create(&the_engine, dnnl_cpu, 0);
    dnnl_stream_create(&the_stream, the_engine, dnnl_stream_default_flags);
}

dnnl_engine_t od_engine(void) {
    pthread_once(&once, start);
    return the_engine;
}

dnnl_stream_t od_stream(void) {
    pthread_once(&once, start);
    return the_stream;
}

int od_version(void) {
    const dnnl_version_t *version = dnnl_version();
    return version->major * 10000 + version->minor * 100 + version->patch;
}

od_status od_desc_channels_last(
    od_desc *desc, od_type type, int64_t batch, int64_t channels, int rank, const int64_t *spatial) {
    dnnl_dims_t dims = {batch, channels}, strides = {0, 1};
    int64_t stride = channels;
    for (int axis = rank - 1; axis >= 0; axis--) {
        dims[2 + axis] = spatial[axis];
        strides[2 + axis] = stride;
        stride *= spatial[axis];
    }
    strides[0] = stride;
    return od_desc_by_strides(desc, type, rank + 2, dims, strides);
}

static dnnl_data_type_t data_type(od_type type) { return type == OD_HALF ? dnnl_bf16 : dnnl_f32; }

#if DNNL_VERSION_MAJOR >= 3

od_status od_desc_by_strides(
    od_desc *desc, od_type type, int rank, const dnnl_dims_t dims, const dnnl_dims_t strides) {
    return dnnl_memory_desc_create_with_strides(desc, rank, dims, data_type(type), strides);
}

od_status od_desc_any(od_desc *desc, od_type type, int rank, const dnnl_dims_t dims) {
    return dnnl_memory_desc_create_with_tag(desc, rank, dims, data_type(type), dnnl_format_tag_any);
}

void od_desc_free(od_desc *desc) {
    if (*desc) dnnl_memory_desc_destroy(*desc);
    *desc = NULL;
}

#else

od_status od_desc_by_strides(
    od_desc *desc, od_type type, int rank, const dnnl_dims_t dims, const dnnl_dims_t strides) {
    return dnnl_memory_desc_init_by_strides(desc, rank, dims, data_type(type), strides);
}

od_status od_desc_any(od_desc *desc, od_type type, int rank, const dnnl_dims_t dims) {
    return dnnl_memory_desc_init_by_tag(desc, rank, dims, data_type(type), dnnl_format_tag_any);
}

void od_desc_free(od_desc *desc) { (void)desc; }

#endif

od_status od_attributes(dnnl_primitive_attr_t *attributes) {
    OD_TRY(dnnl_primitive_attr_create(attributes));
    return dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
}

od_status od_call_create(od_call *call, const_dnnl_primitive_desc_t description) {
    memset(call, 0, sizeof *call);
    OD_TRY(dnnl_primitive_create(&call->primitive, description));
    return od_call_add(call, description, dnnl_query_scratchpad_md, 0, DNNL_ARG_SCRATCHPAD);
}

od_status od_call_add(od_call *call, const_dnnl_primitive_desc_t description, dnnl_query_t query, int index, int argument) {
    od_const_desc desc = dnnl_primitive_desc_query_md(description, query, index);
    if (!desc || dnnl_memory_desc_get_size(desc) == 0) return 0;
    if (argument == DNNL_ARG_SCRATCHPAD) call->scratchpad = dnnl_memory_desc_get_size(desc);
    return od_call_add_desc(call, desc, argument);
}

od_status od_call_add_desc(od_call *call, od_const_desc desc, int argument) {
    dnnl_memory_t memory;
    OD_TRY(dnnl_memory_create(&memory, desc, od_engine(), DNNL_MEMORY_NONE));
    call->arguments[call->count++] = (dnnl_exec_arg_t){argument, memory};
    return 0;
}

void od_call_point(od_call *call, int argument, const void *memory) {
    for (int i = 0; i < call->count; i++)
        if (call->arguments[i].arg == argument)
            dnnl_memory_set_data_handle(call->arguments[i].memory, (void *)(uintptr_t)memory);
}

void od_call_run(od_call *call) {
    // A made primitive with all its arguments cannot fail; were it to, nothing computed from here on would be right.
    if (dnnl_primitive_execute(call->primitive, od_stream(), call->count, call->arguments) != dnnl_success) abort();
    if (dnnl_stream_wait(od_stream()) != dnnl_success) abort();
}

void od_call_destroy(od_call *call) {
    for (int i = 0; i < call->count; i++) dnnl_memory_destroy(call->arguments[i].memory);
    if (call->primitive) dnnl_primitive_destroy(call->primitive);
    memset(call, 0, sizeof *call);
}
