#define _GNU_SOURCE 1
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 8, FIRST_FREE = 3 + MOST_DESCRIPTORS };

static int describe(
    posix_spawn_file_actions_t *actions, const int *descriptors, int *lifted, int count) {
    int error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDWR, 0);
    if (error == 0) error = posix_spawn_file_actions_adddup2(actions, 0, 1);
    if (error == 0) error = posix_spawn_file_actions_adddup2(actions, 0, 2);
    for (int i = 0; i < count && error == 0; i++) {
        // Out of the way of the numbers that they become: those may be taken by one of the others.
        lifted[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, FIRST_FREE);
        if (lifted[i] < 0) return errno;
        error = posix_spawn_file_actions_adddup2(actions, lifted[i], 3 + i);
    }
    return error;
}

static int start(
    char *const arguments[], char *const environment[], const posix_spawn_file_actions_t *actions, pid_t *process) {
    posix_spawnattr_t attributes;
    int error = posix_spawnattr_init(&attributes);
    if (error != 0) return error;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    // Ctrl-C at the terminal is for the parent to decide about.
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    error = posix_spawn(process, "/proc/self/exe", actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    return error;
}

int cp_start_self(
    char *const arguments[], char *const environment[], const int *descriptors, int count, pid_t *process) {
    if (count > MOST_DESCRIPTORS) return EINVAL;
    int lifted[MOST_DESCRIPTORS];
    for (int i = 0; i < MOST_DESCRIPTORS; i++) lifted[i] = -1;
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) return error;
    error = describe(&actions, descriptors, lifted, count);
    if (error == 0) error = start(arguments, environment, &actions, process);
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < count; i++) {
        if (lifted[i] >= 0) close(lifted[i]);
    }
    return error;
}

void cp_wait(pid_t process, int *status) {
    *status = -1;
    while (waitpid(process, status, 0) < 0) {
        if (errno != EINTR) {
            *status = -1;
            return;
        }
    }
}

int cp_ended_by_signal(int status, int *code) {
    int by_signal = WIFSIGNALED(status);
    *code = by_signal ? WTERMSIG(status) : WEXITSTATUS(status);
    return by_signal;
}

int cp_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno; }

int cp_memory_file(void) { return memfd_create("checkpoint", MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int64_t cp_memory_room(int descriptor, int64_t wanted) {
    struct rlimit limit;
    // Going over the limit is a signal, not only an error.
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && (int64_t)limit.rlim_cur < wanted) {
        wanted = (int64_t)limit.rlim_cur;
    }
    if (ftruncate(descriptor, wanted) < 0 || fcntl(descriptor, F_ADD_SEALS, F_SEAL_GROW) < 0) return -1;
    return wanted;
}

int cp_seal(int descriptor, int64_t size) {
    if (ftruncate(descriptor, size) < 0) return -1;
    return fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
}
