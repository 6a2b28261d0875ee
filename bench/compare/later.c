// Moves the wall clock on by LATER_SECONDS for the process that it is preloaded into. Used by tools.py only.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int (*real)(clockid_t, struct timespec *);
static long seconds;

__attribute__((constructor)) static void init(void)
{
    const char *text = getenv("LATER_SECONDS");
    seconds = text ? atol(text) : 0;
    real = dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = real ? real(clock, time) : -1;
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    {
        time->tv_sec += seconds;
    }

    return result;
}
