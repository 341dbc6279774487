// The 1.10 calls exist in every later version under this setting.
#define H5_USE_110_API 1
#define _DEFAULT_SOURCE 1
#include "CHDF5.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>


typedef struct {
    chdf5_link_visitor visit;
    void *context;
} link_walk;

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *info, void *data) {
    (void)group;
    link_walk *walk = data;
    chdf5_link kind = info->type == H5L_TYPE_HARD       ? CHDF5_LINK_HARD
                      : info->type == H5L_TYPE_SOFT     ? CHDF5_LINK_SOFT
                      : info->type == H5L_TYPE_EXTERNAL ? CHDF5_LINK_EXTERNAL
                                                        : CHDF5_LINK_OTHER;
    return walk->visit(name, kind, walk->context);
}

int chdf5_links(hid_t group, chdf5_link_visitor visit, void *context) {
    link_walk walk = {visit, context};
    hsize_t position = 0;
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &position, visit_link, &walk);
}

typedef struct {
    chdf5_name_visitor visit;
    void *context;
} name_walk;

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data) {
    (void)object;
    (void)info;
    name_walk *walk = data;
    return walk->visit(name, walk->context);
}

int chdf5_attributes(hid_t object, chdf5_name_visitor visit, void *context) {
    name_walk walk = {visit, context};
    hsize_t position = 0;
    return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &position, visit_attribute, &walk);
}

int chdf5_object_info(hid_t object, chdf5_object *kind, uint64_t *address) {
    H5O_info_t info;
    if (H5Oget_info(object, &info) < 0) return -1;
    *kind = info.type == H5O_TYPE_GROUP     ? CHDF5_OBJECT_GROUP
            : info.type == H5O_TYPE_DATASET ? CHDF5_OBJECT_DATASET
                                            : CHDF5_OBJECT_OTHER;
    *address = info.addr;
    return 0;
}

void chdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

typedef struct {
    char *text;
    size_t capacity;
} message;

static herr_t keep_first(unsigned level, const H5E_error2_t *error, void *data) {
    message *kept = data;
    if (level == 0 && error->desc != NULL) {
        strncpy(kept->text, error->desc, kept->capacity - 1);
        kept->text[kept->capacity - 1] = 0;
    }
    return 0;
}

void chdf5_last_error(char *text, size_t capacity) {
    if (capacity == 0) return;
    text[0] = 0;
    message kept = {text, capacity};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &kept);
}

int chdf5_use_oldest_layout(hid_t access) {
    return H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
}

int chdf5_image(hid_t file, const unsigned char **bytes, size_t *size) {
    void *handle = NULL;
    ssize_t count = H5Fget_file_image(file, NULL, 0);
    if (count <= 0 || H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 || handle == NULL) return -1;
    *bytes = *(unsigned char **)handle;
    *size = (size_t)count;
    return *bytes == NULL ? -1 : 0;
}

void chdf5_forget(hid_t file, uint64_t offset, uint64_t size) {
    const unsigned char *bytes;
    size_t count;
    if (chdf5_image(file, &bytes, &count) < 0 || offset > count || size > count - offset) return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = ((uintptr_t)bytes + offset + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)bytes + offset + size) / page * page;
    if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
}

// libhdf5 wants a copy of the image wherever one is handed on. All of these are the one there is.

static void *lend(size_t size, H5FD_file_image_op_t operation, void *image) {
    (void)size;
    (void)operation;
    return image;
}

static void *keep(void *to, const void *from, size_t size, H5FD_file_image_op_t operation, void *image) {
    (void)from;
    (void)size;
    (void)operation;
    (void)image;
    return to;
}

static void *refuse_to_grow(void *bytes, size_t size, H5FD_file_image_op_t operation, void *image) {
    (void)bytes;
    (void)size;
    (void)operation;
    (void)image;
    return NULL;
}

static herr_t leave(void *bytes, H5FD_file_image_op_t operation, void *image) {
    (void)bytes;
    (void)operation;
    (void)image;
    return 0;
}

static void *same(void *image) { return image; }

static herr_t leave_image(void *image) {
    (void)image;
    return 0;
}

hid_t chdf5_open_image(const void *bytes, size_t size) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) return access;
    void *image = (void *)bytes;
    H5FD_file_image_callbacks_t callbacks = {lend, keep, refuse_to_grow, leave, same, leave_image, image};
    hid_t file = -1;
    if (H5Pset_fapl_core(access, 1 << 16, 0) >= 0 && H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
        H5Pset_file_image(access, image, size) >= 0) {
        file = H5Fopen("image", H5F_ACC_RDONLY, access);
    }
    // Closing would take the message of a failure with it; the list is gone when the process is.
    if (file >= 0) H5Pclose(access);
    return file;
}
