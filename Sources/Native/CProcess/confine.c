#define _GNU_SOURCE 1
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Address space and private memory in use, in bytes.
static int in_use(uint64_t *mapped, uint64_t *data) {
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) return errno;
    unsigned long size = 0, private = 0;
    int found = fscanf(file, "%lu %*u %*u %*u %*u %lu", &size, &private);
    fclose(file);
    if (found != 2) return EINVAL;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    *mapped = size * page;
    *data = private * page;
    return 0;
}

/// Lowers a limit; one that is lower already stays.
static int lower(int resource, uint64_t value) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) < 0) return errno;
    // Between the two a process that computes too long gets a signal that tells why; at the second SIGKILL.
    uint64_t most = resource == RLIMIT_CPU ? value + 1 : value;
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > most) limit.rlim_max = most;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > value) limit.rlim_cur = value;
    return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

static void close_from(unsigned first, unsigned last) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
#endif
    for (unsigned descriptor = first; descriptor < last; descriptor++) close((int)descriptor);
}

int cp_confine(pid_t parent, const cp_limits *limits) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return errno;
    // The parent may have died before the line above.
    if (getppid() != parent) return ESRCH;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return errno;
    prctl(PR_SET_DUMPABLE, 0);
    uint64_t mapped = 0, data = 0;
    int error = in_use(&mapped, &data);
    if (error != 0) return error;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0) return errno;
    close_from((unsigned)limits->descriptors, (unsigned)(files.rlim_cur > 65536 ? 65536 : files.rlim_cur));
    if ((error = lower(RLIMIT_NOFILE, limits->descriptors)) != 0) return error;
    if ((error = lower(RLIMIT_CORE, 0)) != 0) return error;
    if ((error = lower(RLIMIT_FSIZE, 0)) != 0) return error;
    if ((error = lower(RLIMIT_CPU, limits->cpu_seconds)) != 0) return error;
    if ((error = lower(RLIMIT_DATA, data + limits->heap_bytes)) != 0) return error;
    return lower(RLIMIT_AS, mapped + limits->heap_bytes + limits->mapped_bytes);
}

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define ALLOW(name) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

int cp_renounce(void) {
#ifdef THIS_ARCHITECTURE
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(read), ALLOW(pread64), ALLOW(readv), ALLOW(write), ALLOW(lseek), ALLOW(close), ALLOW(fstat),
        ALLOW(newfstatat),
        ALLOW(mmap), ALLOW(munmap), ALLOW(mremap), ALLOW(mprotect), ALLOW(madvise), ALLOW(brk),
        ALLOW(futex), ALLOW(sched_yield), ALLOW(clock_gettime), ALLOW(gettimeofday), ALLOW(getrandom),
        ALLOW(getpid), ALLOW(gettid), ALLOW(getrusage), ALLOW(rt_sigaction), ALLOW(rt_sigprocmask),
        ALLOW(rt_sigreturn), ALLOW(sigaltstack), ALLOW(tgkill), ALLOW(exit), ALLOW(exit_group),
        ALLOW(restart_syscall),
        // Nothing is opened, sent, started or signalled: a file's own words lead nowhere.
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : errno;
#else
    return ENOSYS;
#endif
}
