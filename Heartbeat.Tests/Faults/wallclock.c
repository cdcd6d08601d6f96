/*
 * Preloaded into the program under test, this shifts its wall clock, and nothing else, by what a file says: eight bytes,
 * nanoseconds, mapped, so that a test can set the clock at any time while the program runs.
 *
 * Elapsed time, which the program reads from CLOCK_MONOTONIC, is left alone, as it is when a machine's clock is set.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift;

__attribute__((constructor)) static void map_the_file(void)
{
    const char *path = getenv("WALL_CLOCK_SHIFT");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) abort();
    shift = mapped;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    long result = syscall(SYS_clock_gettime, clock, time);
    if (result != 0 || shift == NULL || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return (int)result;

    int64_t shifted = time->tv_sec * INT64_C(1000000000) + time->tv_nsec + *shift;
    time->tv_sec = shifted / 1000000000;
    time->tv_nsec = shifted % 1000000000;
    return 0;
}
