// The scalar field, inlined into the kernels: r is 255 bits, so a carry never leaves the fourth limb.
#ifndef VENUS_FR_H
#define VENUS_FR_H

#include "CFieldKernels.h"

typedef unsigned __int128 u128;

#define FR_M0 0xffffffff00000001ull
#define FR_M1 0x53bda402fffe5bfeull
#define FR_M2 0x3339d80809a1d805ull
#define FR_M3 0x73eda753299d7d48ull
// -1/r mod 2^64.
#define FR_N0 0xfffffffeffffffffull

static inline uint64_t fr_adc(uint64_t a, uint64_t b, unsigned *carry) {
    u128 t = (u128)a + b + *carry;
    *carry = (unsigned)(t >> 64);
    return (uint64_t)t;
}

static inline uint64_t fr_sbb(uint64_t a, uint64_t b, unsigned *borrow) {
    u128 t = (u128)a - b - *borrow;
    *borrow = (unsigned)(t >> 64) & 1;
    return (uint64_t)t;
}

// Subtracts r once if the value is not below it; branch-free, because the outcome is a coin toss.
static inline vk_fr fr_reduce_once(vk_fr a) {
    unsigned borrow = 0;
    vk_fr s;
    s.l[0] = fr_sbb(a.l[0], FR_M0, &borrow);
    s.l[1] = fr_sbb(a.l[1], FR_M1, &borrow);
    s.l[2] = fr_sbb(a.l[2], FR_M2, &borrow);
    s.l[3] = fr_sbb(a.l[3], FR_M3, &borrow);
    uint64_t keep = 0 - (uint64_t)borrow;
    for (int i = 0; i < 4; i++) s.l[i] = (a.l[i] & keep) | (s.l[i] & ~keep);
    return s;
}

static inline vk_fr fr_add(vk_fr a, vk_fr b) {
    unsigned carry = 0;
    for (int i = 0; i < 4; i++) a.l[i] = fr_adc(a.l[i], b.l[i], &carry);
    return fr_reduce_once(a);
}

static inline vk_fr fr_sub(vk_fr a, vk_fr b) {
    unsigned borrow = 0;
    for (int i = 0; i < 4; i++) a.l[i] = fr_sbb(a.l[i], b.l[i], &borrow);
    uint64_t mask = 0 - (uint64_t)borrow;
    unsigned carry = 0;
    a.l[0] = fr_adc(a.l[0], FR_M0 & mask, &carry);
    a.l[1] = fr_adc(a.l[1], FR_M1 & mask, &carry);
    a.l[2] = fr_adc(a.l[2], FR_M2 & mask, &carry);
    a.l[3] = fr_adc(a.l[3], FR_M3 & mask, &carry);
    return a;
}

static inline bool fr_is_zero(vk_fr a) { return (a.l[0] | a.l[1] | a.l[2] | a.l[3]) == 0; }

// One row of the interleaved (CIOS) Montgomery product: t = (t + a * bi + m * r) / 2^64. The sum of the two
// carries fits one limb because the top limb of r is below 2^63 - 1.
#define FR_ROW(bi)                                                                  \
    do {                                                                            \
        u128 p = (u128)a.l[0] * (bi) + t0;                                          \
        uint64_t low = (uint64_t)p;                                                 \
        uint64_t ca = (uint64_t)(p >> 64);                                          \
        uint64_t m = low * FR_N0;                                                   \
        u128 q = (u128)m * FR_M0 + low;                                             \
        uint64_t cb = (uint64_t)(q >> 64);                                          \
        p = (u128)a.l[1] * (bi) + t1 + ca;                                          \
        ca = (uint64_t)(p >> 64);                                                   \
        q = (u128)m * FR_M1 + (uint64_t)p + cb;                                     \
        cb = (uint64_t)(q >> 64);                                                   \
        t0 = (uint64_t)q;                                                           \
        p = (u128)a.l[2] * (bi) + t2 + ca;                                          \
        ca = (uint64_t)(p >> 64);                                                   \
        q = (u128)m * FR_M2 + (uint64_t)p + cb;                                     \
        cb = (uint64_t)(q >> 64);                                                   \
        t1 = (uint64_t)q;                                                           \
        p = (u128)a.l[3] * (bi) + t3 + ca;                                          \
        ca = (uint64_t)(p >> 64);                                                   \
        q = (u128)m * FR_M3 + (uint64_t)p + cb;                                     \
        cb = (uint64_t)(q >> 64);                                                   \
        t2 = (uint64_t)q;                                                           \
        t3 = ca + cb;                                                               \
    } while (0)

static inline vk_fr fr_mul(vk_fr a, vk_fr b) {
    uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0;
    FR_ROW(b.l[0]);
    FR_ROW(b.l[1]);
    FR_ROW(b.l[2]);
    FR_ROW(b.l[3]);
    vk_fr r = {{t0, t1, t2, t3}};
    return fr_reduce_once(r);
}

// 2^256 mod r, the one of the Montgomery form, and 2^512 mod r.
static const vk_fr FR_ONE = {
    {0x00000001fffffffeull, 0x5884b7fa00034802ull, 0x998c4fefecbc4ff5ull, 0x1824b159acc5056full}};
static const vk_fr FR_R2 = {
    {0xc999e990f3f29c6dull, 0x2b6cedcb87925c23ull, 0x05d314967254398full, 0x0748d9d99f59ff11ull}};

#endif
