// Multi-exponentiation in eight lanes of AVX-512 IFMA; the portable one is in msm_group.inc.
#ifndef VENUS_MSM_VECTOR_H
#define VENUS_MSM_VECTOR_H

#include "msm.h"

// Whether the processor has the instructions.
bool msm_vector_is_available(void);
// The size of a stored point.
size_t msm_vector_point_size(bool is_g2);
// Converts points indices[from] ..< indices[to] of `source` to stored points from ..< to.
void msm_vector_load(void *stored, const void *source, bool is_plain, bool is_g2, const uint32_t *indices,
                     size_t from, size_t to);
bool msm_vector_window(uint64_t *sum, const void *stored, bool is_g2, const msm_entry *entries,
                       size_t count, unsigned window_bits);
bool msm_vector_sum(uint64_t *sum, const void *stored, bool is_g2, size_t count);

#endif
