/* Functions of newer C libraries, for a system whose own lacks them. packaging/glibc.py builds it
 * and makes the libraries of the artifact need it.
 *
 * What the system's C library has is found there first, because that is loaded with the program: a
 * function below runs only where there is none. The files of the artifact were compiled on a newer
 * system, so these take what that system's headers pass. x86-64 only.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef __x86_64__
#error "these system calls and structures are x86-64's"
#endif

/* glibc 2.33: before it, these were macros over __xstat. The kernel's structure is glibc's. */
int stat(const char *path, struct stat *out) { return syscall(SYS_stat, path, out); }
int lstat(const char *path, struct stat *out) { return syscall(SYS_lstat, path, out); }
int fstat(int fd, struct stat *out) { return syscall(SYS_fstat, fd, out); }
int fstatat(int fd, const char *path, struct stat *out, int flags) {
  return syscall(SYS_newfstatat, fd, path, out, flags);
}
int stat64(const char *path, struct stat64 *out) { return syscall(SYS_stat, path, out); }
int lstat64(const char *path, struct stat64 *out) { return syscall(SYS_lstat, path, out); }
int fstat64(int fd, struct stat64 *out) { return syscall(SYS_fstat, fd, out); }
int fstatat64(int fd, const char *path, struct stat64 *out, int flags) {
  return syscall(SYS_newfstatat, fd, path, out, flags);
}
int mknodat(int fd, const char *path, mode_t mode, dev_t device) {
  if (device != (uint32_t)device) {
    errno = EINVAL;
    return -1;
  }
  return syscall(SYS_mknodat, fd, path, mode, (uint32_t)device);
}
int mknod(const char *path, mode_t mode, dev_t device) {
  return mknodat(AT_FDCWD, path, mode, device);
}

/* glibc 2.28. On x86-64 an offset always has 64 bits. */
int fcntl64(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  return fcntl(fd, command, argument);
}

/* glibc 2.29 and 2.34. A kernel that lacks close_range says ENOSYS, and Python closes one by one. */
int getcpu(unsigned *cpu, unsigned *node) { return syscall(SYS_getcpu, cpu, node, NULL); }
int close_range(unsigned first, unsigned last, int flags) {
  return syscall(SYS_close_range, first, last, flags);
}

/* glibc 2.36. Seeds of hash tables and random_device: never without an answer. */
void arc4random_buf(void *out, size_t size) {
  for (char *next = out; size > 0;) {
    long got = syscall(SYS_getrandom, next, size, 0);
    if (got > 0) {
      next += got;
      size -= got;
    } else if (errno != EINTR) {
      abort();
    }
  }
}
uint32_t arc4random(void) {
  uint32_t value;
  arc4random_buf(&value, sizeof value);
  return value;
}

/* glibc 2.32: whether there is one thread only. "No" is always safe. */
char __libc_single_threaded = 0;

/* glibc 2.30: a wait against the monotonic clock. The older sem_timedwait knows the wall clock
 * only, so it is given short waits, and the monotonic clock decides when they have been enough. */
static int64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *until) {
  const int64_t longest = 500000000;
  if (until->tv_nsec < 0 || until->tv_nsec >= 1000000000) {
    errno = EINVAL;
    return -1;
  }
  int64_t end = until->tv_sec * INT64_C(1000000000) + until->tv_nsec;
  for (;;) {
    int64_t left = end - nanoseconds(clock);
    int64_t part = left < 0 ? 0 : left > longest ? longest : left;
    int64_t wall = nanoseconds(CLOCK_REALTIME) + part;
    struct timespec moment = {wall / 1000000000, wall % 1000000000};
    if (sem_timedwait(semaphore, &moment) == 0) return 0;
    if (errno != ETIMEDOUT || left <= 0) return -1;
  }
}

/* glibc 2.35: how libgcc finds the frames of an exception. dl_iterate_phdr says the same, slower. */
struct sought {
  uintptr_t address;
  struct dl_find_object *found;
};
static int look(struct dl_phdr_info *object, size_t size, void *data) {
  (void)size;
  struct sought *sought = data;
  uintptr_t start = UINTPTR_MAX, end = 0;
  void *frames = NULL;
  int inside = 0;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    uintptr_t begin = object->dlpi_addr + part->p_vaddr;
    if (part->p_type == PT_LOAD) {
      if (begin < start) start = begin;
      if (begin + part->p_memsz > end) end = begin + part->p_memsz;
      if (sought->address - begin < part->p_memsz) inside = 1;
    } else if (part->p_type == PT_GNU_EH_FRAME) {
      frames = (void *)begin;
    }
  }
  if (!inside || frames == NULL) return inside ? -1 : 0;
  *sought->found = (struct dl_find_object){
      .dlfo_map_start = (void *)start, .dlfo_map_end = (void *)end, .dlfo_eh_frame = frames};
  return 1;
}
int _dl_find_object(void *address, struct dl_find_object *found) {
  struct sought sought = {(uintptr_t)address, found};
  return dl_iterate_phdr(look, &sought) == 1 ? 0 : -1;
}

/* SIGSTKSZ was a number before glibc 2.34; since then headers ask sysconf, which older ones answer
 * with -1. Python's alternative stack for a crash would have that size. glibc.py renames the call. */
long edgebox_sysconf(int name) {
  long value = sysconf(name);
  if (value >= 0 || (name != _SC_SIGSTKSZ && name != _SC_MINSIGSTKSZ)) return value;
  long least = getauxval(AT_MINSIGSTKSZ);
  if (least < 2048) least = 2048;
  if (name == _SC_MINSIGSTKSZ) return least;
  return 4 * least > 8192 ? 4 * least : 8192;
}
