#pragma once
#include <string.h>
#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <oneapi/dnnl/dnnl.h>
#else
#include <dnnl.h>
#endif
#include "COneDNN.h"

#define OD_MAX_ARGUMENTS 8

/// A descriptor of memory, held the way either version holds it.
#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t od_desc;
typedef const_dnnl_memory_desc_t od_const_desc;
#else
typedef dnnl_memory_desc_t od_desc;
typedef const dnnl_memory_desc_t *od_const_desc;
#endif

/// A primitive with the memory objects it is run on, which are pointed anew each time.
typedef struct {
    dnnl_primitive_t primitive;
    int count;
    dnnl_exec_arg_t arguments[OD_MAX_ARGUMENTS];
    size_t scratchpad;
} od_call;

dnnl_engine_t od_engine(void);
dnnl_stream_t od_stream(void);

od_status od_desc_by_strides(
    od_desc *desc, od_type type, int rank, const dnnl_dims_t dims, const dnnl_dims_t strides);
od_status od_desc_any(od_desc *desc, od_type type, int rank, const dnnl_dims_t dims);
void od_desc_free(od_desc *desc);
#if DNNL_VERSION_MAJOR >= 3
static inline od_const_desc od_desc_get(const od_desc *desc) { return *desc; }
#else
static inline od_const_desc od_desc_get(const od_desc *desc) { return desc; }
#endif

/// An attribute under which the caller owns the scratchpad.
od_status od_attributes(dnnl_primitive_attr_t *attributes);

od_status od_call_create(od_call *call, const_dnnl_primitive_desc_t description);
/// Adds an argument whose layout is what `description` says of `query`.
od_status od_call_add(od_call *call, const_dnnl_primitive_desc_t description, dnnl_query_t query, int index, int argument);
od_status od_call_add_desc(od_call *call, od_const_desc desc, int argument);
void od_call_point(od_call *call, int argument, const void *memory);
void od_call_run(od_call *call);
void od_call_destroy(od_call *call);

/// (batch, channels, spatial…) over memory that is row-major and channels last.
od_status od_desc_channels_last(
    od_desc *desc, od_type type, int64_t batch, int64_t channels, int rank, const int64_t *spatial);

#define OD_TRY(expression)                                                                                             \
    do {                                                                                                               \
        od_status status_ = (od_status)(expression);                                                                   \
        if (status_ != 0) return status_;                                                                              \
    } while (0)
