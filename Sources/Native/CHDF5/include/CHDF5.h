#pragma once

// The parts of libhdf5 that Swift cannot call by itself: macros that are really global variables, functions that are
// macros over numbered versions (their numbers differ between 1.10, 1.12 and 1.14), and walks that need callbacks.

#include <hdf5.h>
#include <stddef.h>
#include <stdint.h>

static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }

static inline hid_t chdf5_ieee_f32le(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_ieee_f64le(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_std_i8le(void) { return H5T_STD_I8LE; }
static inline hid_t chdf5_std_i16le(void) { return H5T_STD_I16LE; }
static inline hid_t chdf5_std_i32le(void) { return H5T_STD_I32LE; }
static inline hid_t chdf5_std_i64le(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_std_u8le(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_std_u16le(void) { return H5T_STD_U16LE; }
static inline hid_t chdf5_std_u32le(void) { return H5T_STD_U32LE; }
static inline hid_t chdf5_std_u64le(void) { return H5T_STD_U64LE; }

static inline hid_t chdf5_file_access_class(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_file_create_class(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_dataset_create_class(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_group_create_class(void) { return H5P_GROUP_CREATE; }

static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }
static inline haddr_t chdf5_undefined_address(void) { return HADDR_UNDEF; }
static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline size_t chdf5_variable(void) { return H5T_VARIABLE; }

/// A link's kind, as the walk reports it.
typedef enum {
    CHDF5_LINK_HARD = 0,
    CHDF5_LINK_SOFT = 1,
    CHDF5_LINK_EXTERNAL = 2,
    CHDF5_LINK_OTHER = 3,
} chdf5_link;

/// What an object is.
typedef enum {
    CHDF5_OBJECT_GROUP = 0,
    CHDF5_OBJECT_DATASET = 1,
    CHDF5_OBJECT_OTHER = 2,
} chdf5_object;

/// Returns 0 to go on, 1 to stop.
typedef int (*chdf5_link_visitor)(const char *name, chdf5_link kind, void *context);
typedef int (*chdf5_name_visitor)(const char *name, void *context);

/// The links of a group in order of their names. Negative where libhdf5 failed, else what the last visit returned.
int chdf5_links(hid_t group, chdf5_link_visitor visit, void *context);

/// The names of an object's attributes, in order.
int chdf5_attributes(hid_t object, chdf5_name_visitor visit, void *context);

/// An open object's kind and address. Negative on failure.
int chdf5_object_info(hid_t object, chdf5_object *kind, uint64_t *address);

/// Stops libhdf5 from printing its error stack, on this thread.
void chdf5_silence(void);

/// The innermost message of this thread's error stack; empty where there is none.
void chdf5_last_error(char *text, size_t capacity);

/// Has files written in the layout that the oldest libhdf5 reads. Negative on failure.
int chdf5_use_oldest_layout(hid_t access);

/// The bytes of an open file that libhdf5 keeps in memory (its core driver), where they lie: valid until the next call.
/// Negative on failure.
int chdf5_image(hid_t file, const unsigned char **bytes, size_t *size);

/// Gives the memory of a part of such a file back to the system; what it reads as from then on is undefined.
void chdf5_forget(hid_t file, uint64_t offset, uint64_t size);

/// Opens a file whose bytes are in memory, for reading, without copying them and without any name: a file that has been
/// mapped, deleted, or never had a name. The bytes have to stay until it is closed. Negative on failure.
hid_t chdf5_open_image(const void *bytes, size_t size);
