#pragma once

#include <stdbool.h>

/// Whether allocations are counted: on glibc, and not under AddressSanitizer or ThreadSanitizer, which have an
/// allocator of their own.
bool allocations_are_counted(void);

/// How often the calling thread has asked for memory.
long allocations_by_this_thread(void);

/// How many bytes the calling thread has asked for.
long allocated_bytes_by_this_thread(void);

/// How often any thread has asked for memory.
long allocations_by_all_threads(void);

/// How many blocks are in use.
long allocations_in_use(void);

/// How many bytes the blocks in use hold.
long allocated_bytes_in_use(void);

/// Gives memory that is not in use back to the system, so that what is resident is what is in use.
void allocations_trim(void);
