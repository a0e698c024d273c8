// The scalar field of BLS12-381 on four 64-bit limbs, little-endian.
#ifndef SCALAR_FIELD_H
#define SCALAR_FIELD_H

#include <stdint.h>
#include <string.h>

typedef struct {
    uint64_t l[4];
} scalar;

static const scalar scalar_modulus = {
    {0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48}};

/// -modulus^-1 modulo 2^64.
#define SCALAR_INVERSE 0xfffffffeffffffffULL

static inline scalar scalar_load(const uint8_t *bytes) {
    scalar x;
    memcpy(x.l, bytes, 32);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    for (int i = 0; i < 4; i++) x.l[i] = __builtin_bswap64(x.l[i]);
#endif
    return x;
}

static inline void scalar_store(uint8_t *bytes, scalar x) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    for (int i = 0; i < 4; i++) x.l[i] = __builtin_bswap64(x.l[i]);
#endif
    memcpy(bytes, x.l, 32);
}

/// a - b, and the borrow (0 or 1).
static inline scalar scalar_subtract_raw(scalar a, scalar b, uint64_t *borrow) {
    scalar out;
    unsigned __int128 t = 0;
    for (int i = 0; i < 4; i++) {
        t = (unsigned __int128)a.l[i] - b.l[i] - (uint64_t)t;
        out.l[i] = (uint64_t)t;
        t = (uint64_t)(t >> 64) & 1;
    }
    *borrow = (uint64_t)t;
    return out;
}

static inline scalar scalar_add_raw(scalar a, scalar b) {
    scalar out;
    unsigned __int128 t = 0;
    for (int i = 0; i < 4; i++) {
        t = (unsigned __int128)a.l[i] + b.l[i] + (uint64_t)(t >> 64);
        out.l[i] = (uint64_t)t;
    }
    return out;
}

/// x if x is below the modulus, else x - modulus.
static inline scalar scalar_reduce_once(scalar x) {
    uint64_t borrow;
    scalar reduced = scalar_subtract_raw(x, scalar_modulus, &borrow);
    const uint64_t keep = 0 - borrow;
    for (int i = 0; i < 4; i++) reduced.l[i] = (x.l[i] & keep) | (reduced.l[i] & ~keep);
    return reduced;
}

/// a + b; both below the modulus, whose top bit is free, so the sum cannot overflow.
static inline scalar scalar_add(scalar a, scalar b) {
    return scalar_reduce_once(scalar_add_raw(a, b));
}

static inline scalar scalar_subtract(scalar a, scalar b) {
    uint64_t borrow;
    scalar out = scalar_subtract_raw(a, b, &borrow);
    scalar correction;
    for (int i = 0; i < 4; i++) correction.l[i] = scalar_modulus.l[i] & (0 - borrow);
    return scalar_add_raw(out, correction);
}

/// Montgomery product a * b / 2^256, below the modulus.
static inline scalar scalar_multiply(scalar a, scalar b) {
    uint64_t t[5] = {0};
    for (int i = 0; i < 4; i++) {
        unsigned __int128 x = 0;
        for (int j = 0; j < 4; j++) {
            x = (unsigned __int128)a.l[j] * b.l[i] + t[j] + (uint64_t)(x >> 64);
            t[j] = (uint64_t)x;
        }
        t[4] = (uint64_t)(x >> 64);
        const uint64_t m = t[0] * SCALAR_INVERSE;
        x = (unsigned __int128)m * scalar_modulus.l[0] + t[0];
        for (int j = 1; j < 4; j++) {
            x = (unsigned __int128)m * scalar_modulus.l[j] + t[j] + (uint64_t)(x >> 64);
            t[j - 1] = (uint64_t)x;
        }
        // The modulus is below 2^255, so this word cannot overflow.
        t[3] = t[4] + (uint64_t)(x >> 64);
    }
    return scalar_reduce_once((scalar){{t[0], t[1], t[2], t[3]}});
}

#endif
