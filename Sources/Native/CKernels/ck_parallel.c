#include "ck_internal.h"
#include <sched.h>
#include <unistd.h>

// libgomp's own entry point, which needs no compiler flag: one pool with OpenBLAS and oneDNN.
extern void GOMP_parallel(void (*function)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);

static int the_threads = 1;

void ck_set_threads(int threads) { the_threads = threads < 1 ? 1 : threads; }
int ck_threads(void) { return the_threads; }

typedef struct {
    void (*body)(void *, long, long);
    void *context;
    long count, share;
} team;

static void member(void *data) {
    team *t = data;
    long begin = ck_min(t->count, omp_get_thread_num() * t->share), end = ck_min(t->count, begin + t->share);
    if (begin < end) t->body(t->context, begin, end);
}

void ck_parallel(long count, long grain, void (*body)(void *, long, long), void *context) {
    long threads = grain > 0 ? ck_min(the_threads, count / grain) : the_threads;
    if (threads < 2) {
        if (count > 0) body(context, 0, count);
        return;
    }
    // Whole cache lines of floats each.
    long share = (count + threads - 1) / threads;
    if (count > 1024) share = (share + 15) / 16 * 16;
    team t = {body, context, count, share};
    GOMP_parallel(member, &t, (unsigned)threads, 0);
}

int ck_usable_cores(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : (int)online;
}
