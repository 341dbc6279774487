#pragma once

// Starting this very program again, with few rights and few resources, and anonymous files in memory to hand bytes over
// with. Swift cannot call these by itself: varargs, structs of function-like macros, and code between fork and exec.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Starts /proc/self/exe with the given arguments and environment (both end with NULL) in a process group of its own.
/// `descriptors[i]` becomes descriptor 3 + i there; 0 to 2 are /dev/null; signals are as after a login. Safe to call
/// from several threads at once. Returns 0, or an error number.
int cp_start_self(
    char *const arguments[], char *const environment[], const int *descriptors, int count, pid_t *process);

/// Waits for a process to end. `*status` is as `wait` gives it, or -1 where somebody else has reaped it.
void cp_wait(pid_t process, int *status);

/// What `status` says: 0 and the exit status, or 1 and the signal.
int cp_ended_by_signal(int status, int *code);

/// Makes a pipe whose ends do not survive an exec. Returns 0, or an error number.
int cp_pipe(int ends[2]);

/// An anonymous file in memory that can be sealed. Negative on failure, with `errno`.
int cp_memory_file(void);

/// Gives such a file `wanted` bytes of room, none of which exist before they are written, and forbids growing beyond.
/// The room is smaller where the limit on the size of files says so. Returns it; negative on failure, with `errno`.
int64_t cp_memory_room(int descriptor, int64_t wanted);

/// Cuts such a file to `size` and seals it against any further change. Negative on failure, with `errno`.
int cp_seal(int descriptor, int64_t size);

/// What a confined process may use beyond what it has when the limits are set.
typedef struct {
    uint64_t heap_bytes;     // private memory
    uint64_t mapped_bytes;   // address space of any kind
    uint64_t cpu_seconds;    // of its whole life
    uint64_t descriptors;    // the highest that may be opened, exclusive
} cp_limits;

/// In the child: dies with `parent`, leaves no core and writes no files, and keeps only descriptors below
/// `descriptors`. Returns 0, or an error number.
int cp_confine(pid_t parent, const cp_limits *limits);

/// In the child, after all that has to be opened is open: no system calls but those that read, allocate and end.
/// Returns 0, or an error number where the kernel has no such filters.
int cp_renounce(void);
