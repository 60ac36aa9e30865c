/* Makes a call fail that a process does on the files of one folder, for tests/crash/failing.py.
 *
 * LD_PRELOADed, and harmless until fail_at() is called. A write that fails with EIO has written
 * half of its bytes, as on a disk that breaks.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { OPEN = 1, WRITE = 2, SYNC = 4, TRUNCATE = 8, NAME = 16, READ = 32 };
enum { DESCRIPTORS = 1024, LONGEST = 4000 };

static char folder[LONGEST]; /* "": nothing fails */
static size_t folder_length;
static char ours[DESCRIPTORS];
static int kinds, number, lasting;
static long nth, count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* Fail the nth call of these kinds from now on, and with `lasts` each one after it. */
void fail_at(const char *where, long n, int with, int of, int lasts) {
  pthread_mutex_lock(&lock);
  snprintf(folder, sizeof folder, "%s", where);
  folder_length = strlen(folder);
  nth = n;
  number = with;
  kinds = of;
  lasting = lasts;
  count = 0;
  pthread_mutex_unlock(&lock);
}

long fail_count(void) { return count; }

static int fails(int kind) {
  if (!folder_length || !(kinds & kind)) return 0;
  pthread_mutex_lock(&lock);
  count++;
  int now = nth > 0 && (count == nth || (lasting && count > nth));
  pthread_mutex_unlock(&lock);
  if (now) errno = number;
  return now;
}

static int is_ours(const char *path) {
  return folder_length && path != NULL && strncmp(path, folder, folder_length) == 0;
}

static int of(int fd) { return fd >= 0 && fd < DESCRIPTORS && ours[fd]; }

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < DESCRIPTORS) ours[fd] = (char)is_ours(path);
  return fd;
}

#define OPENS(symbol)                                                                \
  int symbol(const char *path, int flags, ...) {                                     \
    va_list more;                                                                    \
    va_start(more, flags);                                                           \
    mode_t mode = va_arg(more, mode_t);                                              \
    va_end(more);                                                                    \
    if (is_ours(path) && fails(OPEN)) return -1;                                     \
    int (*call)(const char *, int, ...) = real(#symbol);                             \
    return opened(call(path, flags, mode), path);                                    \
  }
OPENS(open)
OPENS(open64)

int close(int fd) {
  if (fd >= 0 && fd < DESCRIPTORS) ours[fd] = 0;
  int (*call)(int) = real("close");
  return call(fd);
}

ssize_t write(int fd, const void *data, size_t length) {
  ssize_t (*call)(int, const void *, size_t) = real("write");
  if (of(fd) && fails(WRITE)) {
    if (number == EIO && call(fd, data, length / 2) < 0) return -1;
    errno = number;
    return -1;
  }
  return call(fd, data, length);
}

#define PWRITES(symbol, offset_type)                                                 \
  ssize_t symbol(int fd, const void *data, size_t length, offset_type at) {          \
    ssize_t (*call)(int, const void *, size_t, offset_type) = real(#symbol);         \
    if (of(fd) && fails(WRITE)) {                                                    \
      if (number == EIO && call(fd, data, length / 2, at) < 0) return -1;            \
      errno = number;                                                                \
      return -1;                                                                     \
    }                                                                                \
    return call(fd, data, length, at);                                               \
  }
PWRITES(pwrite, off_t)
PWRITES(pwrite64, off64_t)

#define PREADS(symbol, offset_type)                                                  \
  ssize_t symbol(int fd, void *data, size_t length, offset_type at) {                \
    ssize_t (*call)(int, void *, size_t, offset_type) = real(#symbol);               \
    return of(fd) && fails(READ) ? -1 : call(fd, data, length, at);                  \
  }
PREADS(pread, off_t)
PREADS(pread64, off64_t)

#define FTRUNCATES(symbol, offset_type)                                              \
  int symbol(int fd, offset_type length) {                                           \
    int (*call)(int, offset_type) = real(#symbol);                                   \
    return of(fd) && fails(TRUNCATE) ? -1 : call(fd, length);                        \
  }
FTRUNCATES(ftruncate, off_t)
FTRUNCATES(ftruncate64, off64_t)

#define SYNCS(symbol)                                                                \
  int symbol(int fd) {                                                               \
    int (*call)(int) = real(#symbol);                                                \
    return of(fd) && fails(SYNC) ? -1 : call(fd);                                    \
  }
SYNCS(fsync)
SYNCS(fdatasync)

int unlink(const char *path) {
  int (*call)(const char *) = real("unlink");
  return is_ours(path) && fails(NAME) ? -1 : call(path);
}

int rename(const char *from, const char *to) {
  int (*call)(const char *, const char *) = real("rename");
  return is_ours(to) && fails(NAME) ? -1 : call(from, to);
}
