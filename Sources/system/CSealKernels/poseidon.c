// Poseidon in the optimised form of the neptune library: most rounds have one S-box and a sparse matrix.
#include "poseidon_internal.h"

#include <stdatomic.h>
#include <stdlib.h>

static scalar doubled(scalar x, int times) {
    for (int i = 0; i < times; i++) x = scalar_add(x, x);
    return x;
}

/// Cuts four limbs of 64 bits into five of 52.
static limbs52 to_limbs52(scalar x) {
    const uint64_t mask = ((uint64_t)1 << 52) - 1;
    return (limbs52){{x.l[0] & mask, (x.l[0] >> 52 | x.l[1] << 12) & mask,
                      (x.l[1] >> 40 | x.l[2] << 24) & mask, (x.l[2] >> 28 | x.l[3] << 36) & mask,
                      x.l[3] >> 16}};
}

seal_poseidon *seal_poseidon_make(int width, int partial_rounds, const uint8_t *constants) {
    if (width < 2 || width > MAX_WIDTH || partial_rounds < 1 || partial_rounds > 1000) return NULL;
    seal_poseidon *p = malloc(sizeof *p);
    if (!p) return NULL;
    const size_t t = (size_t)width, partial = (size_t)partial_rounds;
    p->width = width;
    p->partial_rounds = partial_rounds;
    p->count = 1 + 8 * t + partial + 2 * t * t + partial * (2 * t - 1);
    p->scalars = malloc(p->count * sizeof *p->scalars);
    p->limbs = malloc(p->count * sizeof *p->limbs);
    if (!p->scalars || !p->limbs) {
        seal_poseidon_free(p);
        return NULL;
    }
    for (size_t i = 0; i < p->count; i++) {
        // x * 2^256 and x * 2^260 by doubling: some milliseconds, once per process.
        p->scalars[i] = doubled(scalar_load(constants + 32 * i), 256);
        p->limbs[i] = to_limbs52(doubled(p->scalars[i], 4));
    }
    return p;
}

void seal_poseidon_free(seal_poseidon *p) {
    if (!p) return;
    free(p->scalars);
    free(p->limbs);
    free(p);
}

static scalar fifth_power(scalar x) {
    scalar square = scalar_multiply(x, x);
    return scalar_multiply(scalar_multiply(square, square), x);
}

/// new[j] = sum of s[i] * matrix[i][j].
static void mix(scalar *s, const scalar *matrix, int t) {
    scalar mixed[MAX_WIDTH];
    for (int j = 0; j < t; j++) {
        mixed[j] = scalar_multiply(s[0], matrix[j]);
        for (int i = 1; i < t; i++)
            mixed[j] = scalar_add(mixed[j], scalar_multiply(s[i], matrix[i * t + j]));
    }
    memcpy(s, mixed, (size_t)t * sizeof *s);
}

static void permute(const seal_poseidon *p, scalar *s) {
    const int t = p->width;
    const constant_offsets o = offsets_of(p);
    const scalar *next = p->scalars + o.round;
    for (int i = 0; i < t; i++) s[i] = scalar_add(s[i], *next++);
    for (int round = 0; round < HALF_FULL_ROUNDS; round++) {
        for (int i = 0; i < t; i++) s[i] = scalar_add(fifth_power(s[i]), *next++);
        mix(s, p->scalars + (round == HALF_FULL_ROUNDS - 1 ? o.pre_sparse : o.mds), t);
    }
    const scalar *sparse = p->scalars + o.sparse;
    for (int round = 0; round < p->partial_rounds; round++, sparse += 2 * t - 1) {
        s[0] = scalar_add(fifth_power(s[0]), *next++);
        scalar first = scalar_multiply(s[0], sparse[0]);
        for (int i = 1; i < t; i++) {
            first = scalar_add(first, scalar_multiply(s[i], sparse[i]));
            s[i] = scalar_add(s[i], scalar_multiply(s[0], sparse[t + i - 1]));
        }
        s[0] = first;
    }
    for (int round = 0; round < HALF_FULL_ROUNDS; round++) {
        for (int i = 0; i < t; i++) {
            s[i] = fifth_power(s[i]);
            if (round < HALF_FULL_ROUNDS - 1) s[i] = scalar_add(s[i], *next++);
        }
        mix(s, p->scalars + o.mds, t);
    }
}

void seal_poseidon_hash_portable(const seal_poseidon *p, uint8_t *out,
                                 const uint8_t *const *inputs, size_t stride, size_t count) {
    // 2^512 modulo the modulus: the factor into Montgomery form.
    const scalar into_montgomery = {
        {0xc999e990f3f29c6d, 0x2b6cedcb87925c23, 0x05d314967254398f, 0x0748d9d99f59ff11}};
    const scalar one = {{1, 0, 0, 0}};
    for (size_t i = 0; i < count; i++) {
        scalar s[MAX_WIDTH];
        s[0] = p->scalars[0];
        for (int k = 1; k < p->width; k++)
            s[k] = scalar_multiply(scalar_load(inputs[k - 1] + i * stride), into_montgomery);
        permute(p, s);
        scalar_store(out + 32 * i, scalar_multiply(s[1], one));
    }
}

int seal_poseidon_is_accelerated(void) {
#if defined(__x86_64__)
    static _Atomic int known = -1;
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer < 0) {
        __builtin_cpu_init();
        answer = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512ifma");
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer;
#else
    return 0;
#endif
}

void seal_poseidon_hash(const seal_poseidon *p, uint8_t *out, const uint8_t *const *inputs,
                        size_t stride, size_t count) {
#if defined(__x86_64__)
    if (seal_poseidon_is_accelerated()) {
        seal_poseidon_hash_ifma(p, out, inputs, stride, count);
        return;
    }
#endif
    seal_poseidon_hash_portable(p, out, inputs, stride, count);
}
