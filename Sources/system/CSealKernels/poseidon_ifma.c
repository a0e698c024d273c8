// Poseidon on eight preimages at once with AVX-512 IFMA.
//
// A vector of eight field elements is five vectors of 52-bit limbs, in Montgomery form with R = 2^260. The
// modulus r has 255 bits, so 5 bits are free: a Montgomery product of a and b is below a * b / 2^260 + r, and
// a * b / 2^260 is below 0.0284 * (a / r) * (b / r) * r. Values are let grow to 8r and nothing is compared.
#include "poseidon_internal.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define IFMA_TARGET __attribute__((target("avx512f,avx512ifma")))
#define IFMA_INLINE static inline __attribute__((always_inline)) IFMA_TARGET

enum { LANES = 8 };

/// Eight field elements; limbs below 2^52 between operations.
typedef struct {
    __m512i l[5];
} lanes;

/// A sum of products before reduction: columns of weight 2^(52 i), each far below 2^64.
typedef struct {
    __m512i c[10];
} columns;

static const uint64_t modulus52[5] = {0xfffff00000001, 0x02fffe5bfefff, 0x9a1d80553bda4, 0x7d483339d8080, 0x073eda753299d};
/// 2^255 - r.
static const uint64_t complement52[5] = {0x00000ffffffff, 0xfd0001a401000, 0x65e27faac425b, 0x82b7ccc627f7f, 0x00c1258acd662};
#define INVERSE52 0xffffeffffffffULL

IFMA_INLINE __m512i low52(void) { return _mm512_set1_epi64(0xfffffffffffffLL); }
IFMA_INLINE __m512i every(uint64_t x) { return _mm512_set1_epi64((long long)x); }

IFMA_INLINE columns zero_columns(void) {
    columns acc;
#pragma clang loop unroll(full)
    for (int i = 0; i < 10; i++) acc.c[i] = _mm512_setzero_si512();
    return acc;
}

/// Columns whose reduction is a + what is accumulated on top.
IFMA_INLINE columns columns_of(lanes a) {
    columns acc = zero_columns();
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) acc.c[5 + i] = a.l[i];
    return acc;
}

IFMA_INLINE void accumulate(columns *acc, lanes a, lanes b) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < 5; j++) {
            acc->c[i + j] = _mm512_madd52lo_epu64(acc->c[i + j], a.l[i], b.l[j]);
            acc->c[i + j + 1] = _mm512_madd52hi_epu64(acc->c[i + j + 1], a.l[i], b.l[j]);
        }
    }
}

/// The same with one constant for all lanes.
IFMA_INLINE void accumulate_constant(columns *acc, lanes a, const limbs52 *b) {
#pragma clang loop unroll(full)
    for (int j = 0; j < 5; j++) {
        const __m512i limb = every(b->l[j]);
#pragma clang loop unroll(full)
        for (int i = 0; i < 5; i++) {
            acc->c[i + j] = _mm512_madd52lo_epu64(acc->c[i + j], a.l[i], limb);
            acc->c[i + j + 1] = _mm512_madd52hi_epu64(acc->c[i + j + 1], a.l[i], limb);
        }
    }
}

IFMA_INLINE void add_constant(columns *acc, const limbs52 *b) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) acc->c[5 + i] = _mm512_add_epi64(acc->c[5 + i], every(b->l[i]));
}

IFMA_INLINE lanes carried(lanes a) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        a.l[i + 1] = _mm512_add_epi64(a.l[i + 1], _mm512_srli_epi64(a.l[i], 52));
        a.l[i] = _mm512_and_si512(a.l[i], low52());
    }
    return a;
}

/// Montgomery reduction: (columns) / 2^260 modulo r, not fully reduced.
IFMA_INLINE lanes reduced(columns acc) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) {
        const __m512i m =
            _mm512_madd52lo_epu64(_mm512_setzero_si512(), acc.c[i], every(INVERSE52));
#pragma clang loop unroll(full)
        for (int j = 0; j < 5; j++) {
            acc.c[i + j] = _mm512_madd52lo_epu64(acc.c[i + j], m, every(modulus52[j]));
            acc.c[i + j + 1] = _mm512_madd52hi_epu64(acc.c[i + j + 1], m, every(modulus52[j]));
        }
        acc.c[i + 1] = _mm512_add_epi64(acc.c[i + 1], _mm512_srli_epi64(acc.c[i], 52));
    }
    lanes out;
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) out.l[i] = acc.c[5 + i];
    return carried(out);
}

IFMA_INLINE lanes product(lanes a, lanes b) {
    columns acc = zero_columns();
    accumulate(&acc, a, b);
    return reduced(acc);
}

/// a^5 + constant, or a^5 without one.
IFMA_INLINE lanes fifth_power_plus(lanes a, const limbs52 *constant) {
    lanes square = product(a, a);
    lanes fourth = product(square, square);
    columns acc = zero_columns();
    accumulate(&acc, fourth, a);
    if (constant) add_constant(&acc, constant);
    return reduced(acc);
}

IFMA_TARGET static void mix(lanes *s, const limbs52 *matrix, int t) {
    lanes mixed[MAX_WIDTH];
    for (int j = 0; j < t; j++) {
        columns acc = zero_columns();
        for (int i = 0; i < t; i++) accumulate_constant(&acc, s[i], matrix + i * t + j);
        mixed[j] = reduced(acc);
    }
    for (int j = 0; j < t; j++) s[j] = mixed[j];
}

IFMA_TARGET static void full_round(lanes *s, const limbs52 *constants, int t) {
    for (int i = 0; i < t; i++) s[i] = fifth_power_plus(s[i], constants ? constants + i : NULL);
}

/// Takes off the bits from 2^255 up: x - q * 2^255 + q * (2^255 - r).
IFMA_INLINE lanes shrunk(lanes a) {
    const __m512i q = _mm512_srli_epi64(a.l[4], 47);
    a.l[4] = _mm512_and_si512(a.l[4], every(((uint64_t)1 << 47) - 1));
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) {
        a.l[i] = _mm512_madd52lo_epu64(a.l[i], q, every(complement52[i]));
        if (i < 4) a.l[i + 1] = _mm512_madd52hi_epu64(a.l[i + 1], q, every(complement52[i]));
    }
    return carried(a);
}

IFMA_TARGET static void partial_rounds(lanes *s, const limbs52 *constants, const limbs52 *sparse,
                                       int t, int rounds) {
    for (int round = 0; round < rounds; round++, sparse += 2 * t - 1) {
        s[0] = fifth_power_plus(s[0], constants + round);
        columns first = zero_columns();
        accumulate_constant(&first, s[0], sparse);
        for (int i = 1; i < t; i++) {
            accumulate_constant(&first, s[i], sparse + i);
            // Each round adds less than 1.2 r here, so every fourth takes the surplus off again.
            columns acc = columns_of(round % 4 == 3 ? shrunk(s[i]) : s[i]);
            accumulate_constant(&acc, s[0], sparse + t + i - 1);
            s[i] = reduced(acc);
        }
        s[0] = reduced(first);
    }
}

IFMA_TARGET static void permute(const seal_poseidon *p, lanes *s) {
    const int t = p->width;
    const constant_offsets o = offsets_of(p);
    const limbs52 *next = p->limbs + o.round;
    for (int i = 0; i < t; i++, next++) {
        for (int k = 0; k < 5; k++) s[i].l[k] = _mm512_add_epi64(s[i].l[k], every(next->l[k]));
        s[i] = carried(s[i]);
    }
    for (int round = 0; round < HALF_FULL_ROUNDS; round++, next += t) {
        full_round(s, next, t);
        mix(s, p->limbs + (round == HALF_FULL_ROUNDS - 1 ? o.pre_sparse : o.mds), t);
    }
    partial_rounds(s, next, p->limbs + o.sparse, t, p->partial_rounds);
    next += p->partial_rounds;
    for (int round = 0; round < HALF_FULL_ROUNDS; round++, next += t) {
        full_round(s, round < HALF_FULL_ROUNDS - 1 ? next : NULL, t);
        mix(s, p->limbs + o.mds, t);
    }
}

/// Reads the nodes of eight preimages into Montgomery form.
IFMA_TARGET static lanes load(const uint8_t *const *nodes) {
    uint64_t words[4][LANES] __attribute__((aligned(64)));
    for (int lane = 0; lane < LANES; lane++) {
        const scalar x = scalar_load(nodes[lane]);
        for (int i = 0; i < 4; i++) words[i][lane] = x.l[i];
    }
    __m512i w[4];
    for (int i = 0; i < 4; i++) w[i] = _mm512_load_si512(words[i]);
    lanes a;
    a.l[0] = _mm512_and_si512(w[0], low52());
    a.l[1] = _mm512_and_si512(
        _mm512_or_si512(_mm512_srli_epi64(w[0], 52), _mm512_slli_epi64(w[1], 12)), low52());
    a.l[2] = _mm512_and_si512(
        _mm512_or_si512(_mm512_srli_epi64(w[1], 40), _mm512_slli_epi64(w[2], 24)), low52());
    a.l[3] = _mm512_and_si512(
        _mm512_or_si512(_mm512_srli_epi64(w[2], 28), _mm512_slli_epi64(w[3], 36)), low52());
    a.l[4] = _mm512_srli_epi64(w[3], 16);
    // 2^520 modulo r.
    static const limbs52 into_montgomery = {{0x99103f29c6cf0, 0x57927663d999e, 0xa1c0ed631138b, 0x3c829f7715f1b, 0x009ff646cc027}};
    columns acc = zero_columns();
    accumulate_constant(&acc, a, &into_montgomery);
    return reduced(acc);
}

IFMA_TARGET static void store(uint8_t *out, lanes a, size_t count) {
    columns acc = zero_columns();
    for (int i = 0; i < 5; i++) acc.c[i] = a.l[i];
    a = reduced(acc);
    uint64_t limbs[5][LANES] __attribute__((aligned(64)));
    for (int i = 0; i < 5; i++) _mm512_store_si512(limbs[i], a.l[i]);
    for (size_t lane = 0; lane < count; lane++) {
        const uint64_t l0 = limbs[0][lane], l1 = limbs[1][lane], l2 = limbs[2][lane];
        const uint64_t l3 = limbs[3][lane], l4 = limbs[4][lane];
        const scalar x = {
            {l0 | l1 << 52, l1 >> 12 | l2 << 40, l2 >> 24 | l3 << 28, l3 >> 36 | l4 << 16}};
        scalar_store(out + 32 * lane, scalar_reduce_once(x));
    }
}

void seal_poseidon_hash_ifma(const seal_poseidon *p, uint8_t *out, const uint8_t *const *inputs,
                             size_t stride, size_t count);

IFMA_TARGET void seal_poseidon_hash_ifma(const seal_poseidon *p, uint8_t *out,
                                         const uint8_t *const *inputs, size_t stride,
                                         size_t count) {
    for (size_t first = 0; first < count; first += LANES) {
        const size_t used = count - first < LANES ? count - first : LANES;
        lanes s[MAX_WIDTH];
        for (int i = 0; i < 5; i++) s[0].l[i] = every(p->limbs[0].l[i]);
        for (int k = 1; k < p->width; k++) {
            const uint8_t *nodes[LANES];
            // The last group repeats its last preimage in the lanes that are left over.
            for (size_t lane = 0; lane < LANES; lane++)
                nodes[lane] = inputs[k - 1] + (first + (lane < used ? lane : used - 1)) * stride;
            s[k] = load(nodes);
        }
        permute(p, s);
        store(out + 32 * first, s[1], used);
    }
}

#endif
