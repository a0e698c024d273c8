// What the two Poseidon kernels share.
#ifndef POSEIDON_INTERNAL_H
#define POSEIDON_INTERNAL_H

#include "CSealKernels.h"
#include "scalar_field.h"

enum { MAX_WIDTH = 12, HALF_FULL_ROUNDS = 4 };

/// A field element in Montgomery form with R = 2^260, as five limbs of 52 bits.
typedef struct {
    uint64_t l[5];
} limbs52;

/// One set of constants, in the order that seal_poseidon_make documents.
struct seal_poseidon {
    int width, partial_rounds;
    size_t count;
    /// Montgomery form with R = 2^256.
    scalar *scalars;
    limbs52 *limbs;
};

/// Where each kind of constant starts.
typedef struct {
    size_t round, mds, pre_sparse, sparse;
} constant_offsets;

static inline constant_offsets offsets_of(const seal_poseidon *p) {
    const size_t t = (size_t)p->width;
    constant_offsets o;
    o.round = 1;
    o.mds = o.round + 8 * t + (size_t)p->partial_rounds;
    o.pre_sparse = o.mds + t * t;
    o.sparse = o.pre_sparse + t * t;
    return o;
}

void seal_poseidon_hash_ifma(const seal_poseidon *instance, uint8_t *out,
                             const uint8_t *const *inputs, size_t stride, size_t count);

#endif
