#include "ck_internal.h"
#include <sched.h>
#include <unistd.h>

// libgomp's own entry point, which needs no compiler flag: one pool with OpenBLAS and oneDNN.
extern void GOMP_parallel(void (*function)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);

static int the_threads = 1;
static _Thread_local int own_threads;

void ck_set_threads(int threads) { the_threads = threads < 1 ? 1 : threads; }
void ck_set_own_threads(int threads) { own_threads = threads; }
int ck_threads(void) { return own_threads > 0 ? own_threads : the_threads; }

typedef struct {
    void (*body)(void *, long, long);
    void *context;
    long count, share;
} team;

/// The team may be smaller than was asked for (a limit in the environment, a loop inside another): shares go round.
static void member(void *data) {
    team *t = data;
    long stride = t->share * omp_get_num_threads();
    for (long begin = omp_get_thread_num() * t->share; begin < t->count; begin += stride)
        t->body(t->context, begin, ck_min(t->count, begin + t->share));
}

void ck_parallel(long count, long grain, void (*body)(void *, long, long), void *context) {
    long threads = ck_min(ck_threads(), grain > 0 ? count / grain : count);
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
