// Butterflies in eight lanes of AVX-512 IFMA: limbs of 52 bits, products divided by 2^260.
//
// Values stay in their own Montgomery form (R = 2^256), because a butterfly is linear in them; only the roots of
// the table are kept as root * 2^260, so that a product with one is the value times the root.
#include "fft_vector.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define FR52_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx512ifma")))
#define FR52_INLINE static inline __attribute__((always_inline)) FR52_TARGET

// r in limbs of 52 bits, and -1/r mod 2^52.
static const uint64_t FR52_R[5] = {
    0xfffff00000001ull, 0x2fffe5bfefffull, 0x9a1d80553bda4ull, 0x7d483339d8080ull, 0x73eda753299dull,
};
#define FR52_MINUS_INVERSE 0xffffeffffffffull

bool fft_vector_is_available(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512ifma");
}

// Limb k of eight elements.
typedef struct {
    __m512i l[5];
} fr8;

FR52_INLINE __m512i splat(uint64_t value) { return _mm512_set1_epi64((long long)value); }

// Words 0 ... 3 of eight elements to limbs.
FR52_INLINE void from_words(fr8 *r, const __m512i w[4]) {
    const __m512i mask = splat((1ull << 52) - 1);
    r->l[0] = _mm512_and_si512(w[0], mask);
    r->l[1] = _mm512_and_si512(
        _mm512_or_si512(_mm512_srli_epi64(w[0], 52), _mm512_slli_epi64(w[1], 12)), mask);
    r->l[2] = _mm512_and_si512(
        _mm512_or_si512(_mm512_srli_epi64(w[1], 40), _mm512_slli_epi64(w[2], 24)), mask);
    r->l[3] = _mm512_and_si512(
        _mm512_or_si512(_mm512_srli_epi64(w[2], 28), _mm512_slli_epi64(w[3], 36)), mask);
    r->l[4] = _mm512_srli_epi64(w[3], 16);
}

FR52_INLINE void to_words(__m512i w[4], const fr8 *r) {
    w[0] = _mm512_or_si512(r->l[0], _mm512_slli_epi64(r->l[1], 52));
    w[1] = _mm512_or_si512(_mm512_srli_epi64(r->l[1], 12), _mm512_slli_epi64(r->l[2], 40));
    w[2] = _mm512_or_si512(_mm512_srli_epi64(r->l[2], 24), _mm512_slli_epi64(r->l[3], 28));
    w[3] = _mm512_or_si512(_mm512_srli_epi64(r->l[3], 36), _mm512_slli_epi64(r->l[4], 16));
}

// Eight neighbours. The lanes are in the order 0, 2, 1, 3, 4, 6, 5, 7 that the two shuffles leave, the same for
// values and roots, so it does not matter.
FR52_INLINE void load(fr8 *r, const vk_fr *p) {
    __m512i a = _mm512_loadu_si512(p), b = _mm512_loadu_si512(p + 2);
    __m512i c = _mm512_loadu_si512(p + 4), d = _mm512_loadu_si512(p + 6);
    // Words 0 and 2, then 1 and 3, of two pairs of elements.
    __m512i ab02 = _mm512_unpacklo_epi64(a, b), ab13 = _mm512_unpackhi_epi64(a, b);
    __m512i cd02 = _mm512_unpacklo_epi64(c, d), cd13 = _mm512_unpackhi_epi64(c, d);
    __m512i w[4];
    w[0] = _mm512_shuffle_i64x2(ab02, cd02, 0x88);
    w[2] = _mm512_shuffle_i64x2(ab02, cd02, 0xdd);
    w[1] = _mm512_shuffle_i64x2(ab13, cd13, 0x88);
    w[3] = _mm512_shuffle_i64x2(ab13, cd13, 0xdd);
    from_words(r, w);
}

FR52_INLINE void store(vk_fr *p, const fr8 *r) {
    __m512i w[4];
    to_words(w, r);
    // The inverse of the shuffles of `load`.
    __m512i ab02 = _mm512_shuffle_i64x2(w[0], w[2], 0x44), cd02 = _mm512_shuffle_i64x2(w[0], w[2], 0xee);
    __m512i ab13 = _mm512_shuffle_i64x2(w[1], w[3], 0x44), cd13 = _mm512_shuffle_i64x2(w[1], w[3], 0xee);
    ab02 = _mm512_shuffle_i64x2(ab02, ab02, 0xd8);
    cd02 = _mm512_shuffle_i64x2(cd02, cd02, 0xd8);
    ab13 = _mm512_shuffle_i64x2(ab13, ab13, 0xd8);
    cd13 = _mm512_shuffle_i64x2(cd13, cd13, 0xd8);
    _mm512_storeu_si512(p, _mm512_unpacklo_epi64(ab02, ab13));
    _mm512_storeu_si512(p + 2, _mm512_unpackhi_epi64(ab02, ab13));
    _mm512_storeu_si512(p + 4, _mm512_unpacklo_epi64(cd02, cd13));
    _mm512_storeu_si512(p + 6, _mm512_unpackhi_epi64(cd02, cd13));
}

// Elements p[0], p[8], ... p[56].
FR52_INLINE void load_strided(fr8 *r, const vk_fr *p) {
    const __m512i index = _mm512_setr_epi64(0, 32, 64, 96, 128, 160, 192, 224);
    __m512i w[4];
    for (int k = 0; k < 4; k++) w[k] = _mm512_i64gather_epi64(index, (const long long *)p + k, 8);
    from_words(r, w);
}

FR52_INLINE void store_strided(vk_fr *p, const fr8 *r) {
    const __m512i index = _mm512_setr_epi64(0, 32, 64, 96, 128, 160, 192, 224);
    __m512i w[4];
    to_words(w, r);
    for (int k = 0; k < 4; k++) _mm512_i64scatter_epi64((long long *)p + k, index, w[k], 8);
}

FR52_INLINE void carry(fr8 *r) {
    const __m512i mask = splat((1ull << 52) - 1);
    for (int i = 0; i < 4; i++) {
        r->l[i + 1] = _mm512_add_epi64(r->l[i + 1], _mm512_srai_epi64(r->l[i], 52));
        r->l[i] = _mm512_and_si512(r->l[i], mask);
    }
}

// Brings limbs that need carries, of a value below 2 r, below r.
FR52_INLINE void reduce_once(fr8 *r) {
    fr8 less;
    carry(r);
    for (int i = 0; i < 5; i++) less.l[i] = _mm512_sub_epi64(r->l[i], splat(FR52_R[i]));
    carry(&less);
    __mmask8 negative = _mm512_movepi64_mask(less.l[4]);
    for (int i = 0; i < 5; i++) r->l[i] = _mm512_mask_mov_epi64(less.l[i], negative, r->l[i]);
}

FR52_INLINE void add(fr8 *r, const fr8 *a, const fr8 *b) {
    for (int i = 0; i < 5; i++) r->l[i] = _mm512_add_epi64(a->l[i], b->l[i]);
    reduce_once(r);
}

// a - b + r, not reduced.
FR52_INLINE void sub_lifted(fr8 *r, const fr8 *a, const fr8 *b) {
    for (int i = 0; i < 5; i++) {
        __m512i lifted = _mm512_add_epi64(a->l[i], splat(FR52_R[i]));
        r->l[i] = _mm512_sub_epi64(lifted, b->l[i]);
    }
}

// a * b / 2^260, reduced, for a below 2 r and b below r; limbs of 52 bits.
FR52_INLINE void mul(fr8 *r, const fr8 *a, const fr8 *b) {
    const __m512i zero = _mm512_setzero_si512();
    __m512i t[5] = {zero, zero, zero, zero, zero};
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) {
        const __m512i bi = b->l[i];
        t[0] = _mm512_madd52lo_epu64(t[0], a->l[0], bi);
        const __m512i m = _mm512_madd52lo_epu64(zero, t[0], splat(FR52_MINUS_INVERSE));
        for (int j = 1; j < 5; j++) t[j] = _mm512_madd52lo_epu64(t[j], a->l[j], bi);
        for (int j = 0; j < 5; j++) t[j] = _mm512_madd52lo_epu64(t[j], m, splat(FR52_R[j]));
        const __m512i low = _mm512_srli_epi64(t[0], 52);
        for (int j = 0; j < 4; j++) {
            t[j] = _mm512_madd52hi_epu64(t[j + 1], a->l[j], bi);
            t[j] = _mm512_madd52hi_epu64(t[j], m, splat(FR52_R[j]));
        }
        t[0] = _mm512_add_epi64(t[0], low);
        t[4] = _mm512_madd52hi_epu64(zero, a->l[4], bi);
        t[4] = _mm512_madd52hi_epu64(t[4], m, splat(FR52_R[4]));
    }
    for (int j = 0; j < 5; j++) r->l[j] = t[j];
    reduce_once(r);
}

// (a, b) = (a + b, (a - b) * root)
FR52_INLINE void dif(fr8 *a, fr8 *b, const fr8 *root) {
    fr8 difference;
    sub_lifted(&difference, a, b);
    carry(&difference);
    add(a, a, b);
    mul(b, &difference, root);
}

// (a, b) = (a + b * root, a - b * root)
FR52_INLINE void dit(fr8 *a, fr8 *b, const fr8 *root) {
    fr8 product;
    mul(&product, b, root);
    sub_lifted(b, a, &product);
    reduce_once(b);
    add(a, a, &product);
}

FR52_TARGET void fft_vector_dif_stage(vk_fr *data, size_t half, const vk_fr *table, size_t from, size_t to) {
    for (size_t j = from; j < to; j += 8) {
        fr8 a, b, root;
        load(&a, data + j);
        load(&b, data + j + half);
        load(&root, table + half + j);
        dif(&a, &b, &root);
        store(data + j, &a);
        store(data + j + half, &b);
    }
}

FR52_TARGET void fft_vector_dit_stage(vk_fr *data, size_t half, const vk_fr *table, size_t from, size_t to) {
    for (size_t j = from; j < to; j += 8) {
        fr8 a, b, root;
        load(&a, data + j);
        load(&b, data + j + half);
        load(&root, table + half + j);
        dit(&a, &b, &root);
        store(data + j, &a);
        store(data + j + half, &b);
    }
}

// One root in all lanes.
FR52_INLINE void load_root(fr8 *r, const vk_fr *root) {
    __m512i w[4];
    for (int k = 0; k < 4; k++) w[k] = splat(root->l[k]);
    from_words(r, w);
}

FR52_TARGET void fft_vector_dif_last(vk_fr *data, size_t size, const vk_fr *table) {
    // Lane k holds block k of eight: a butterfly of neighbours is one of two vectors.
    for (size_t start = 0; start < size; start += 64) {
        fr8 v[8];
        for (int j = 0; j < 8; j++) load_strided(&v[j], data + start + j);
        for (int half = 4; half > 0; half /= 2) {
            for (int j = 0; j < 8; j++) {
                if (j & half) continue;
                fr8 root;
                load_root(&root, table + half + (j & (half - 1)));
                dif(&v[j], &v[j + half], &root);
            }
        }
        for (int j = 0; j < 8; j++) store_strided(data + start + j, &v[j]);
    }
}

FR52_TARGET void fft_vector_dit_first(vk_fr *data, size_t size, const vk_fr *table) {
    for (size_t start = 0; start < size; start += 64) {
        fr8 v[8];
        for (int j = 0; j < 8; j++) load_strided(&v[j], data + start + j);
        for (int half = 1; half < 8; half *= 2) {
            for (int j = 0; j < 8; j++) {
                if (j & half) continue;
                fr8 root;
                load_root(&root, table + half + (j & (half - 1)));
                dit(&v[j], &v[j + half], &root);
            }
        }
        for (int j = 0; j < 8; j++) store_strided(data + start + j, &v[j]);
    }
}

#else

bool fft_vector_is_available(void) { return false; }

// Never called: nothing above says that the instructions are there.
void fft_vector_dif_stage(vk_fr *data, size_t half, const vk_fr *table, size_t from, size_t to) {
    (void)data, (void)half, (void)table, (void)from, (void)to;
}
void fft_vector_dit_stage(vk_fr *data, size_t half, const vk_fr *table, size_t from, size_t to) {
    (void)data, (void)half, (void)table, (void)from, (void)to;
}
void fft_vector_dif_last(vk_fr *data, size_t size, const vk_fr *table) {
    (void)data, (void)size, (void)table;
}
void fft_vector_dit_first(vk_fr *data, size_t size, const vk_fr *table) {
    (void)data, (void)size, (void)table;
}

#endif
