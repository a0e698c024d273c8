// What the generic multi-exponentiation and its vector kernels share.
#ifndef VENUS_MSM_H
#define VENUS_MSM_H

#include "CFieldKernels.h"

#include <blst.h>

// Points of one block: small enough that block, sums and inversion scratch stay in the second-level cache.
#define MSM_BLOCK 4096

struct vk_msm_points {
    size_t count;
    bool is_g2;
    // Whether `data` is in the form of the vector kernels, otherwise it is affine points of blst.
    bool is_vector;
    void *data;
};

// One entry of a window: the number of a point and whether to subtract it.
typedef struct {
    uint32_t bucket;
    uint32_t point;  // number * 2 + (1 if negative)
} msm_entry;

// The entries of a window sorted by bucket; entries with digit zero are left out. Null if memory is short.
msm_entry *msm_sort_window(const vk_fr *limbs, size_t count, unsigned bits, unsigned window,
                           size_t *entry_count);

#endif
