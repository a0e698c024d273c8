// The base field in eight lanes of AVX-512 IFMA: limbs of 52 bits, Montgomery form with R = 2^416.
//
// 416 - 381 = 35 spare bits make reduction lazy: a product of factors below 64 p is below 1.001 p, so only
// stored coordinates are brought below 2 p. Limbs of factors must be non-negative and below 2^52.
#ifndef VENUS_FP52_H
#define VENUS_FP52_H

#include "fp52_constants.h"

#include <immintrin.h>

#define FP52_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx512ifma")))
#define FP52_INLINE static inline __attribute__((always_inline)) FP52_TARGET

// Limb k of eight elements.
typedef struct {
    __m512i l[8];
} fe8;

FP52_INLINE __m512i fe_splat(uint64_t value) { return _mm512_set1_epi64((long long)value); }

FP52_INLINE void fe_constant(fe8 *r, const uint64_t limbs[8]) {
    for (int i = 0; i < 8; i++) r->l[i] = fe_splat(limbs[i]);
}

// Brings limbs (signed) to 52 bits; the value must not be negative.
FP52_INLINE void fe_carry(fe8 *r) {
    const __m512i mask = fe_splat((1ull << 52) - 1);
    for (int i = 0; i < 7; i++) {
        r->l[i + 1] = _mm512_add_epi64(r->l[i + 1], _mm512_srai_epi64(r->l[i], 52));
        r->l[i] = _mm512_and_si512(r->l[i], mask);
    }
}

// a * b / R.
static __attribute__((noinline)) FP52_TARGET void fe_mul(fe8 *r, const fe8 *a, const fe8 *b) {
    __m512i t[8];
    const __m512i n0 = fe_splat(FP52_MINUS_INVERSE);
    const __m512i zero = _mm512_setzero_si512();
    for (int j = 0; j < 8; j++) t[j] = zero;
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
        const __m512i bi = b->l[i];
        t[0] = _mm512_madd52lo_epu64(t[0], a->l[0], bi);
        const __m512i m = _mm512_madd52lo_epu64(zero, t[0], n0);
#pragma clang loop unroll(full)
        for (int j = 1; j < 8; j++) t[j] = _mm512_madd52lo_epu64(t[j], a->l[j], bi);
#pragma clang loop unroll(full)
        for (int j = 0; j < 8; j++) t[j] = _mm512_madd52lo_epu64(t[j], m, fe_splat(FP52_P[j]));
        const __m512i carry = _mm512_srli_epi64(t[0], 52);
#pragma clang loop unroll(full)
        for (int j = 0; j < 7; j++) {
            t[j] = _mm512_madd52hi_epu64(t[j + 1], a->l[j], bi);
            t[j] = _mm512_madd52hi_epu64(t[j], m, fe_splat(FP52_P[j]));
        }
        t[0] = _mm512_add_epi64(t[0], carry);
        t[7] = _mm512_madd52hi_epu64(zero, a->l[7], bi);
        t[7] = _mm512_madd52hi_epu64(t[7], m, fe_splat(FP52_P[7]));
    }
    for (int j = 0; j < 8; j++) r->l[j] = t[j];
    fe_carry(r);
}

// a - b + 16 p, as a factor.
FP52_INLINE void fe_sub(fe8 *r, const fe8 *a, const fe8 *b) {
    for (int i = 0; i < 8; i++) {
        __m512i lifted = _mm512_add_epi64(a->l[i], fe_splat(FP52_16P[i]));
        r->l[i] = _mm512_sub_epi64(lifted, b->l[i]);
    }
    fe_carry(r);
}

// a + b, as a factor.
FP52_INLINE void fe_add(fe8 *r, const fe8 *a, const fe8 *b) {
    for (int i = 0; i < 8; i++) r->l[i] = _mm512_add_epi64(a->l[i], b->l[i]);
    fe_carry(r);
}

// a - b - c with any limbs, left without carries.
FP52_INLINE void fe_sub2_raw(fe8 *r, const fe8 *a, const fe8 *b, const fe8 *c) {
    for (int i = 0; i < 8; i++)
        r->l[i] = _mm512_sub_epi64(_mm512_sub_epi64(a->l[i], b->l[i]), c->l[i]);
}

FP52_INLINE void fe_sub_raw(fe8 *r, const fe8 *a, const fe8 *b) {
    for (int i = 0; i < 8; i++) r->l[i] = _mm512_sub_epi64(a->l[i], b->l[i]);
}

// Brings a value between -8 p and 8 p with any limbs to [0, 1.001 p).
//
// The quotient is estimated from the top limb, on the low side: 10 units of it less than it seems, because
// of the carries that are not done yet and of the rounding of p's own top limb.
FP52_INLINE void fe_reduce(fe8 *r) {
    __m512i top = _mm512_add_epi64(r->l[7], _mm512_srai_epi64(r->l[6], 52));
    top = _mm512_add_epi64(top, fe_splat(8 * FP52_TOP - 10));
    __m512i q = _mm512_srli_epi64(_mm512_mullo_epi64(top, fe_splat(FP52_QUOTIENT)), 40);
    q = _mm512_sub_epi64(q, fe_splat(8));
    for (int i = 0; i < 8; i++)
        r->l[i] = _mm512_sub_epi64(r->l[i], _mm512_mullo_epi64(q, fe_splat(FP52_P[i])));
    fe_carry(r);
}

// The lanes whose value, a carried one below 2^10 p, is a multiple of p. One other in 2^42 is named too.
FP52_INLINE __mmask8 fe_zero_lanes(const fe8 *a) {
    __m512i k = _mm512_madd52lo_epu64(_mm512_setzero_si512(), a->l[0], fe_splat(FP52_INVERSE));
    return _mm512_cmplt_epu64_mask(k, fe_splat(1 << 10));
}

// Takes `b` in the lanes of the mask.
FP52_INLINE void fe_select(fe8 *r, __mmask8 mask, const fe8 *b) {
    for (int i = 0; i < 8; i++) r->l[i] = _mm512_mask_mov_epi64(r->l[i], mask, b->l[i]);
}

// Eight rows of eight words to eight columns.
FP52_INLINE void fe_transpose(fe8 *r) {
    __m512i a[8];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = _mm512_unpacklo_epi64(r->l[2 * i], r->l[2 * i + 1]);
        a[2 * i + 1] = _mm512_unpackhi_epi64(r->l[2 * i], r->l[2 * i + 1]);
    }
    __m512i b[8];
    for (int i = 0; i < 2; i++) {
        // Pairs of words (0,1), (2,3), (4,5), (6,7) of rows 4i ... 4i + 3.
        b[i] = _mm512_shuffle_i64x2(a[4 * i], a[4 * i + 2], 0x88);
        b[i + 2] = _mm512_shuffle_i64x2(a[4 * i], a[4 * i + 2], 0xdd);
        b[i + 4] = _mm512_shuffle_i64x2(a[4 * i + 1], a[4 * i + 3], 0x88);
        b[i + 6] = _mm512_shuffle_i64x2(a[4 * i + 1], a[4 * i + 3], 0xdd);
    }
    // b[0], b[1]: even words' blocks 0 and 2; b[2], b[3]: blocks 1 and 3; b[4] ... b[7]: odd words.
    r->l[0] = _mm512_shuffle_i64x2(b[0], b[1], 0x88);
    r->l[4] = _mm512_shuffle_i64x2(b[0], b[1], 0xdd);
    r->l[2] = _mm512_shuffle_i64x2(b[2], b[3], 0x88);
    r->l[6] = _mm512_shuffle_i64x2(b[2], b[3], 0xdd);
    r->l[1] = _mm512_shuffle_i64x2(b[4], b[5], 0x88);
    r->l[5] = _mm512_shuffle_i64x2(b[4], b[5], 0xdd);
    r->l[3] = _mm512_shuffle_i64x2(b[6], b[7], 0x88);
    r->l[7] = _mm512_shuffle_i64x2(b[6], b[7], 0xdd);
}

#endif
