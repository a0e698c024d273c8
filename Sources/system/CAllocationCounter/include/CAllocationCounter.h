/// Counts the allocations of a program that links this: for benchmarks.
///
/// It stands in front of the C library's functions, so that those of Swift's runtime are counted too.
#ifndef VENUS_ALLOCATION_COUNTER_H
#define VENUS_ALLOCATION_COUNTER_H

#include <stdint.h>

/// How many blocks of memory the calling thread has taken so far; one that was resized counts again.
uint64_t vk_allocation_count(void);

#endif
