// Counts what a program allocates, libraries included: a program's own malloc takes the place of glibc's for all of
// them, and here it counts and hands on to what glibc calls it by its second name.

#include "CAllocations.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_OTHER_ALLOCATOR 1
#endif
#endif

#if defined(__GLIBC__) && !defined(HAS_OTHER_ALLOCATOR)

// Initial-exec, as the other model may itself allocate when a thread first touches them.
static __thread long own_count __attribute__((tls_model("initial-exec")));
static __thread long own_bytes __attribute__((tls_model("initial-exec")));
static atomic_long all_count;
static atomic_long blocks_in_use;
static atomic_long bytes_in_use;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static void *count(void *block, size_t size)
{
    if (block == NULL)
        return NULL;
    own_count++;
    own_bytes += (long) size;
    atomic_fetch_add_explicit(&all_count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&blocks_in_use, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&bytes_in_use, (long) malloc_usable_size(block), memory_order_relaxed);
    return block;
}

static void forget(void *block)
{
    if (block == NULL)
        return;
    atomic_fetch_sub_explicit(&blocks_in_use, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&bytes_in_use, (long) malloc_usable_size(block), memory_order_relaxed);
}

void *malloc(size_t size)
{
    return count(__libc_malloc(size), size);
}

void *calloc(size_t number, size_t size)
{
    return count(__libc_calloc(number, size), number * size);
}

void *realloc(void *block, size_t size)
{
    long before = block == NULL ? 0 : (long) malloc_usable_size(block);
    void *moved = __libc_realloc(block, size);
    // Where there is no memory, the old block stays; where no bytes are asked for, it is freed.
    if (moved == NULL && size != 0)
        return NULL;
    if (block != NULL) {
        atomic_fetch_sub_explicit(&blocks_in_use, 1, memory_order_relaxed);
        atomic_fetch_sub_explicit(&bytes_in_use, before, memory_order_relaxed);
    }
    return count(moved, size);
}

void *memalign(size_t alignment, size_t size)
{
    return count(__libc_memalign(alignment, size), size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **place, size_t alignment, size_t size)
{
    void *block = memalign(alignment, size);
    if (block == NULL)
        return ENOMEM;
    *place = block;
    return 0;
}

void free(void *block)
{
    forget(block);
    __libc_free(block);
}

bool allocations_are_counted(void) { return true; }
long allocations_by_this_thread(void) { return own_count; }
long allocated_bytes_by_this_thread(void) { return own_bytes; }
long allocations_by_all_threads(void) { return atomic_load_explicit(&all_count, memory_order_relaxed); }
long allocations_in_use(void) { return atomic_load_explicit(&blocks_in_use, memory_order_relaxed); }
long allocated_bytes_in_use(void) { return atomic_load_explicit(&bytes_in_use, memory_order_relaxed); }
void allocations_trim(void) { malloc_trim(0); }

#else

bool allocations_are_counted(void) { return false; }
long allocations_by_this_thread(void) { return 0; }
long allocated_bytes_by_this_thread(void) { return 0; }
long allocations_by_all_threads(void) { return 0; }
long allocations_in_use(void) { return 0; }
long allocated_bytes_in_use(void) { return 0; }
void allocations_trim(void) {}

#endif
