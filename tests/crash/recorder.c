/* Records what a process does to the files of one folder, for tests/crash/power.py.
 *
 * LD_PRELOADed. RECORD_FOLDER names the folder (with a slash at its end), RECORD_LOG the log.
 * Each record: kind (1 byte), name length (1), name, offset (8), length (8), data; integers in
 * the machine's order. Writes to the log go past these functions, straight to the kernel.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE = 'c', WRITE = 'w', TRUNCATE = 't', SYNC = 's', UNLINK = 'u' };
enum { DESCRIPTORS = 1024, LONGEST = 200 };

static char names[DESCRIPTORS][LONGEST + 1]; /* "" : not one of ours; "/" : the folder itself */
static const char *folder;
static size_t folder_length;
static int journal = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static void append(const void *data, size_t length) {
  while (length > 0) {
    ssize_t done = syscall(SYS_write, journal, data, length);
    if (done <= 0) abort();
    data = (const char *)data + done;
    length -= (size_t)done;
  }
}

static void record(char kind, const char *name, uint64_t offset, uint64_t length, const void *data) {
  unsigned char head[2] = {(unsigned char)kind, (unsigned char)strlen(name)};
  uint64_t numbers[2] = {offset, length};
  pthread_mutex_lock(&lock);
  append(head, sizeof head);
  append(name, head[1]);
  append(numbers, sizeof numbers);
  if (data != NULL) append(data, length);
  pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void begin(void) {
  const char *log = getenv("RECORD_LOG");
  folder = getenv("RECORD_FOLDER");
  if (log == NULL || folder == NULL) return;
  folder_length = strlen(folder);
  journal = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The name inside the folder; "/" for the folder itself; NULL for anything else. */
static const char *ours(const char *path) {
  if (journal < 0 || path == NULL) return NULL;
  if (strncmp(path, folder, folder_length) == 0)
    return strlen(path + folder_length) <= LONGEST ? (path[folder_length] ? path + folder_length : "/") : NULL;
  if (strlen(path) == folder_length - 1 && strncmp(path, folder, folder_length - 1) == 0) return "/";
  return NULL;
}

static const char *of(int fd) {
  return fd >= 0 && fd < DESCRIPTORS && names[fd][0] ? names[fd] : NULL;
}

static int opened(int fd, const char *path, int existed, int flags) {
  const char *name = ours(path);
  if (fd >= 0 && fd < DESCRIPTORS) {
    names[fd][0] = 0;
    if (name != NULL) strcpy(names[fd], name);
  }
  if (fd >= 0 && name != NULL && (flags & O_CREAT) && !existed) record(CREATE, name, 0, 0, NULL);
  if (fd >= 0 && name != NULL && (flags & O_TRUNC)) record(TRUNCATE, name, 0, 0, NULL);
  return fd;
}

#define OPEN(symbol)                                                                 \
  int symbol(const char *path, int flags, ...) {                                     \
    va_list more;                                                                    \
    va_start(more, flags);                                                           \
    mode_t mode = va_arg(more, mode_t);                                              \
    va_end(more);                                                                    \
    int existed = ours(path) != NULL && access(path, F_OK) == 0;                     \
    int (*call)(const char *, int, ...) = real(#symbol);                             \
    return opened(call(path, flags, mode), path, existed, flags);                    \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (fd >= 0 && fd < DESCRIPTORS) names[fd][0] = 0;
  int (*call)(int) = real("close");
  return call(fd);
}

ssize_t write(int fd, const void *data, size_t length) {
  ssize_t (*call)(int, const void *, size_t) = real("write");
  off_t at = of(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t done = call(fd, data, length);
  if (done > 0 && of(fd)) record(WRITE, of(fd), (uint64_t)at, (uint64_t)done, data);
  return done;
}

#define PWRITE(symbol, offset_type)                                                  \
  ssize_t symbol(int fd, const void *data, size_t length, offset_type at) {          \
    ssize_t (*call)(int, const void *, size_t, offset_type) = real(#symbol);         \
    ssize_t done = call(fd, data, length, at);                                       \
    if (done > 0 && of(fd)) record(WRITE, of(fd), (uint64_t)at, (uint64_t)done, data); \
    return done;                                                                     \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define FTRUNCATE(symbol, offset_type)                                               \
  int symbol(int fd, offset_type length) {                                           \
    int (*call)(int, offset_type) = real(#symbol);                                   \
    int failed = call(fd, length);                                                   \
    if (!failed && of(fd)) record(TRUNCATE, of(fd), (uint64_t)length, 0, NULL);      \
    return failed;                                                                   \
  }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

#define SYNCS(symbol)                                                                \
  int symbol(int fd) {                                                               \
    int (*call)(int) = real(#symbol);                                                \
    int failed = call(fd);                                                           \
    if (!failed && of(fd)) record(SYNC, of(fd), 0, 0, NULL);                         \
    return failed;                                                                   \
  }
SYNCS(fsync)
SYNCS(fdatasync)

int unlink(const char *path) {
  int (*call)(const char *) = real("unlink");
  int failed = call(path);
  if (!failed && ours(path)) record(UNLINK, ours(path), 0, 0, NULL);
  return failed;
}
