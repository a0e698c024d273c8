#include "msm_vector.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)

#include "fp52.h"

bool msm_vector_is_available(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512ifma");
}

// MARK: One coordinate between limbs of 64 and of 52 bits

static void limbs_52_from_64(uint64_t out[8], const uint64_t in[6]) {
    const uint64_t mask = (1ull << 52) - 1;
    for (unsigned i = 0; i < 8; i++) {
        unsigned word = 52 * i / 64;
        unsigned shift = 52 * i % 64;
        uint64_t value = in[word] >> shift;
        if (shift > 12 && word < 5) value |= in[word + 1] << (64 - shift);
        out[i] = value & mask;
    }
}

// The value below p of carried limbs that stand for one below 2 p.
static void limbs_64_from_52(uint64_t out[6], const uint64_t in[8]) {
    uint64_t value[7] = {0};
    for (unsigned i = 0; i < 8; i++) {
        unsigned word = 52 * i / 64;
        unsigned shift = 52 * i % 64;
        value[word] |= in[i] << shift;
        if (shift > 12) value[word + 1] |= in[i] >> (64 - shift);
    }
    uint64_t less[6];
    uint64_t borrow = 0;
    for (int i = 0; i < 6; i++) {
        unsigned __int128 t = (unsigned __int128)value[i] - FP64_P[i] - borrow;
        less[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    memcpy(out, borrow ? value : less, 48);
}

// One coordinate of the plain form. The flags sit in the top bits of the first byte of a point.
static void limbs_64_from_bytes(uint64_t out[6], const uint8_t *bytes) {
    for (int i = 0; i < 6; i++) {
        uint64_t word;
        memcpy(&word, bytes + 40 - 8 * i, 8);
        out[i] = __builtin_bswap64(word);
    }
    out[5] &= 0x1fffffffffffffffull;
}

// Carries limbs that are not above 2^54 each.
static void carry_scalar(uint64_t out[8], const uint64_t in[8]) {
    int64_t carry = 0;
    for (int i = 0; i < 7; i++) {
        int64_t t = (int64_t)in[i] + carry;
        out[i] = (uint64_t)t & ((1ull << 52) - 1);
        carry = t >> 52;
    }
    out[7] = (uint64_t)((int64_t)in[7] + carry);
}

// From v * 2^416, at most 4 p, to v * 2^384: blst's product divides by 2^384, so a factor of 2^352 does it.
static void coordinate_to_blst(blst_fp *out, const uint64_t in[8]) {
    static const uint64_t two_352[6] = {0, 0, 0, 0, 0, 1ull << 32};
    uint64_t carried[8];
    carry_scalar(carried, in);
    // Below 2 p, judged by the top limb, which is enough for the next step.
    while (carried[7] > FP52_TOP + 16) {
        for (int i = 0; i < 8; i++) carried[i] -= FP52_P[i];
        carry_scalar(carried, carried);
    }
    blst_fp plain;
    limbs_64_from_52(plain.l, carried);
    blst_fp factor;
    memcpy(factor.l, two_352, 48);
    blst_fp_mul(out, &plain, &factor);
}

// From v * 2^384 to v * 2^416, by a factor of 2^416.
static void coordinate_from_blst(uint64_t out[8], const blst_fp *in) {
    blst_fp factor;
    limbs_64_from_52(factor.l, FP52_ONE);
    blst_fp product;
    blst_fp_mul(&product, in, &factor);
    limbs_52_from_64(out, product.l);
}

// MARK: The two groups

#define V_NAME(name) vector_g1_##name
#define V_DEGREE 1
#define V_BLST_AFFINE blst_p1_affine
#define V_BLST_POINT blst_p1
#define V_BLST_FIELD blst_fp
#define V_BLST_FIELD_OP(name) blst_fp_##name
#define V_BLST_POINT_OP(name) blst_p1_##name
#include "msm_vector_group.inc"
#undef V_NAME
#undef V_DEGREE
#undef V_BLST_AFFINE
#undef V_BLST_POINT
#undef V_BLST_FIELD
#undef V_BLST_FIELD_OP
#undef V_BLST_POINT_OP

#define V_NAME(name) vector_g2_##name
#define V_DEGREE 2
#define V_BLST_AFFINE blst_p2_affine
#define V_BLST_POINT blst_p2
#define V_BLST_FIELD blst_fp2
#define V_BLST_FIELD_OP(name) blst_fp2_##name
#define V_BLST_POINT_OP(name) blst_p2_##name
#include "msm_vector_group.inc"

// MARK: Either group

size_t msm_vector_point_size(bool is_g2) {
    return is_g2 ? sizeof(vector_g2_point) : sizeof(vector_g1_point);
}

FP52_TARGET void msm_vector_load(void *stored, const void *source, bool is_plain, bool is_g2,
                                 const uint32_t *indices, size_t from, size_t to) {
    // A point is 2 or 4 coordinates, stored as so many rows of 8 limbs.
    size_t coordinates = is_g2 ? 4 : 2;
    // The plain form of G2 has the imaginary parts first.
    size_t swap = is_plain && is_g2 ? 1 : 0;
    fe8 factor;
    fe_constant(&factor, is_plain ? FP52_FROM_PLAIN : FP52_FROM_BLST);
    uint64_t (*rows)[8] = stored;
    for (size_t row = from * coordinates; row < to * coordinates; row += 8) {
        size_t end = to * coordinates - row < 8 ? to * coordinates - row : 8;
        uint64_t limbs[8][8] __attribute__((aligned(64))) = {{0}};
        for (size_t k = 0; k < end; k++) {
            size_t point = (row + k) / coordinates;
            size_t coordinate = (row + k) % coordinates;
            const uint8_t *bytes = (const uint8_t *)source + indices[point] * coordinates * 48;
            uint64_t words[6] = {0};
            if (!is_plain) {
                memcpy(words, bytes + 48 * coordinate, 48);
            } else if (!(bytes[0] & 0x40)) {
                limbs_64_from_bytes(words, bytes + 48 * (coordinate ^ swap));
                // Only the first bytes of a point hold flags, which the mask above takes off.
            }
            limbs_52_from_64(limbs[k], words);
        }
        fe8 values;
        memcpy(&values, limbs, sizeof(values));
        fe_transpose(&values);
        fe_mul(&values, &values, &factor);
        fe_transpose(&values);
        memcpy(&rows[row], &values, end * 64);
    }
}

bool msm_vector_window(uint64_t *sum, const void *stored, bool is_g2, const msm_entry *entries,
                       size_t count, unsigned window_bits) {
    return is_g2 ? vector_g2_window((blst_p2 *)sum, stored, entries, count, window_bits)
                 : vector_g1_window((blst_p1 *)sum, stored, entries, count, window_bits);
}

bool msm_vector_sum(uint64_t *sum, const void *stored, bool is_g2, size_t count) {
    return is_g2 ? vector_g2_plain_sum((blst_p2 *)sum, stored, count)
                 : vector_g1_plain_sum((blst_p1 *)sum, stored, count);
}

#else

bool msm_vector_is_available(void) { return false; }
size_t msm_vector_point_size(bool is_g2) { return is_g2 ? 192 : 96; }

// Never called: nothing above says that the instructions are there.
void msm_vector_load(void *stored, const void *source, bool is_plain, bool is_g2, const uint32_t *indices,
                     size_t from, size_t to) {
    (void)stored, (void)source, (void)is_plain, (void)is_g2, (void)indices, (void)from, (void)to;
}

bool msm_vector_window(uint64_t *sum, const void *stored, bool is_g2, const msm_entry *entries,
                       size_t count, unsigned window_bits) {
    (void)sum, (void)stored, (void)is_g2, (void)entries, (void)count, (void)window_bits;
    return false;
}

bool msm_vector_sum(uint64_t *sum, const void *stored, bool is_g2, size_t count) {
    (void)sum, (void)stored, (void)is_g2, (void)count;
    return false;
}

#endif
