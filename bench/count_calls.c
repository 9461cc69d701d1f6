/* Preloaded into a server by bench/stages.py: counts what it allocates, and how long its sockets' calls take. The
 * counts lie in the file that COUNT_CALLS_FILE names, 64-bit numbers in the order of the struct, so that they can be
 * read while it runs.
 *
 *   cc -O2 -shared -fPIC -o count_calls.so count_calls.c
 *
 * operator new of libstdc++ calls malloc. Only what goes through the dynamic linker is seen. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);

struct counts {
  _Atomic uint64_t allocations, allocated_bytes, receives, receive_ns, sends, send_ns;
};
static struct counts unread;
static struct counts* counts = &unread;

__attribute__((constructor)) static void open_file(void) {
  const char* name = getenv("COUNT_CALLS_FILE");
  const int file = name ? open(name, O_RDWR) : -1;
  if (file < 0) return;
  void* place = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (place != MAP_FAILED) counts = place;
}

static void add(_Atomic uint64_t* count, uint64_t more) {
  atomic_fetch_add_explicit(count, more, memory_order_relaxed);
}

static void allocated(size_t bytes) {
  add(&counts->allocations, 1);
  add(&counts->allocated_bytes, bytes);
}

void* malloc(size_t size) {
  allocated(size);
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  allocated(count * size);
  return __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
  allocated(size);
  return __libc_realloc(old, size);
}
void* memalign(size_t alignment, size_t size) {
  allocated(size);
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** out, size_t alignment, size_t size) {
  *out = memalign(alignment, size);
  return *out || size == 0 ? 0 : 12; /* ENOMEM */
}

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void received(ssize_t bytes, uint64_t begin) {
  if (bytes <= 0) return; /* those that found nothing are waiting, not reading */
  add(&counts->receives, 1);
  add(&counts->receive_ns, now_ns() - begin);
}
ssize_t recv(int socket, void* place, size_t size, int flags) {
  static ssize_t (*real)(int, void*, size_t, int);
  if (!real) real = (ssize_t(*)(int, void*, size_t, int))dlsym(RTLD_NEXT, "recv");
  const uint64_t begin = now_ns();
  const ssize_t done = real(socket, place, size, flags);
  received(done, begin);
  return done;
}
ssize_t recvmsg(int socket, struct msghdr* message, int flags) {
  static ssize_t (*real)(int, struct msghdr*, int);
  if (!real) real = (ssize_t(*)(int, struct msghdr*, int))dlsym(RTLD_NEXT, "recvmsg");
  const uint64_t begin = now_ns();
  const ssize_t done = real(socket, message, flags);
  received(done, begin);
  return done;
}
ssize_t sendmsg(int socket, const struct msghdr* message, int flags) {
  static ssize_t (*real)(int, const struct msghdr*, int);
  if (!real) real = (ssize_t(*)(int, const struct msghdr*, int))dlsym(RTLD_NEXT, "sendmsg");
  const uint64_t begin = now_ns();
  const ssize_t done = real(socket, message, flags);
  add(&counts->sends, 1);
  add(&counts->send_ns, now_ns() - begin);
  return done;
}
