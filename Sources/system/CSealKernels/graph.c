// Parents of the stacked depth-robust graph: bucket sampling for the 6 base parents, a Feistel permutation
// for the 8 expander parents.
#include "CSealKernels.h"

#include <string.h>

static inline uint32_t rotate32(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }
static inline uint64_t rotate64(uint64_t x, int n) { return (x >> n) | (x << (64 - n)); }

static inline uint32_t load_le32(const uint8_t *p) {
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

#define QUARTER(a, b, c, d)                                                                        \
    a += b; d = rotate32(d ^ a, 16);                                                               \
    c += d; b = rotate32(b ^ c, 12);                                                               \
    a += b; d = rotate32(d ^ a, 8);                                                                \
    c += d; b = rotate32(b ^ c, 7)

/// One block of ChaCha8 with a 64-bit counter and nonce 0.
static void chacha8(uint32_t out[16], const uint32_t key[8], uint64_t counter) {
    uint32_t in[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(in + 4, key, 32);
    in[12] = (uint32_t)counter;
    in[13] = (uint32_t)(counter >> 32);
    uint32_t x[16];
    memcpy(x, in, sizeof x);
    for (int i = 0; i < 4; i++) {
        QUARTER(x[0], x[4], x[8], x[12]);
        QUARTER(x[1], x[5], x[9], x[13]);
        QUARTER(x[2], x[6], x[10], x[14]);
        QUARTER(x[3], x[7], x[11], x[15]);
        QUARTER(x[0], x[5], x[10], x[15]);
        QUARTER(x[1], x[6], x[11], x[12]);
        QUARTER(x[2], x[7], x[8], x[13]);
        QUARTER(x[3], x[4], x[9], x[14]);
    }
    for (int i = 0; i < 16; i++) out[i] = x[i] + in[i];
}

static void base_parents(uint32_t parents[6], const seal_graph *graph, const uint32_t seed[7],
                         uint64_t node) {
    if (node < 2) {
        memset(parents, 0, 6 * sizeof *parents);
        return;
    }
    uint32_t key[8];
    memcpy(key, seed, 28);
    key[7] = (uint32_t)node;
    // Ten 64-bit draws are twenty words, the low word first.
    uint32_t stream[32];
    chacha8(stream, key, 0);
    chacha8(stream + 16, key, 1);
    const uint64_t metanode = node * 5;
    const uint64_t buckets = 64 - (uint64_t)__builtin_clzll(metanode - 1);
    uint32_t *sampled = graph->is_legacy ? parents : parents + 1;
    for (int i = 0; i < 5; i++) {
        const uint32_t *word = stream + 4 * i;
        uint64_t bucket = (((uint64_t)word[1] << 32 | word[0]) % buckets) + 1;
        uint64_t high = (uint64_t)1 << bucket;
        if (metanode < high) high = metanode;
        uint64_t low = high >> 1;
        if (low < 2) low = 2;
        uint64_t distance = low + ((uint64_t)word[3] << 32 | word[2]) % (high - low + 1);
        uint64_t parent = (metanode - distance) / 5;
        sampled[i] = (uint32_t)(parent == node ? node - 1 : parent);
    }
    parents[graph->is_legacy ? 5 : 0] = (uint32_t)(node - 1);
}

static const uint64_t blake2b_iv[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static const uint8_t blake2b_sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

#define MIX(a, b, c, d, x, y)                                                                      \
    a += b + (x); d = rotate64(d ^ a, 32);                                                         \
    c += d; b = rotate64(b ^ c, 24);                                                               \
    a += b + (y); d = rotate64(d ^ a, 16);                                                         \
    c += d; b = rotate64(b ^ c, 63)

/// The first 8 bytes, big-endian, of BLAKE2b-512(BE64(right) || BE64(key)) (RFC 7693), one block.
static uint64_t feistel_round(uint64_t right, uint64_t key) {
    uint64_t m[16] = {__builtin_bswap64(right), __builtin_bswap64(key)};
    uint64_t v[16];
    memcpy(v, blake2b_iv, 64);
    memcpy(v + 8, blake2b_iv, 64);
    v[0] ^= 0x01010040;  // digest of 64 bytes, no key, sequential
    const uint64_t h0 = v[0];
    v[12] ^= 16;  // message length
    v[14] = ~v[14];  // last block
#pragma clang loop unroll(full)
    for (int round = 0; round < 12; round++) {
        const uint8_t *s = blake2b_sigma[round % 10];
        MIX(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);
        MIX(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);
        MIX(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);
        MIX(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);
        MIX(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);
        MIX(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);
        MIX(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);
        MIX(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]]);
    }
    return __builtin_bswap64(h0 ^ v[0] ^ v[8]);
}

/// Version 1.0.0 cut the index to 32 bits first, which matters for 64 GiB only and must be kept.
static inline uint32_t node_of(uint64_t index, int is_legacy) {
    return is_legacy ? (uint32_t)index / 8 : (uint32_t)(index / 8);
}

static void expander_parents(uint32_t *parents, const seal_graph *graph, int half, uint64_t first,
                             uint64_t count) {
    const uint64_t size = graph->nodes * 8;
    const uint64_t mask = ((uint64_t)1 << half) - 1;
    for (uint64_t i = 0; i < 8 * count; i++) {
        uint64_t x = first * 8 + i;
        // The permutation is on a power of four; indices outside the graph are permuted again.
        do {
            uint64_t left = (x >> half) & mask, right = x & mask;
            for (int round = 0; round < 3; round++) {
                uint64_t next = left ^ (feistel_round(right, graph->feistel_keys[round]) & mask);
                left = right;
                right = next;
            }
            x = left << half | right;
        } while (x >= size);
        parents[i / 8 * SEAL_DEGREE + 6 + i % 8] = node_of(x, graph->is_legacy);
    }
}

#if defined(__x86_64__)

#include <stdatomic.h>

#define LANES_TARGET __attribute__((target("avx512f,avx512bw")))
#define LANES_INLINE static inline __attribute__((always_inline)) LANES_TARGET

enum { LANES = 8 };

/// Eight 64-bit integers; arithmetic is lane by lane.
typedef uint64_t lanes __attribute__((vector_size(64)));
typedef uint8_t lane_bytes __attribute__((vector_size(64)));

LANES_INLINE lanes swap_bytes(lanes x) {
    return (lanes)__builtin_shufflevector(
        (lane_bytes)x, (lane_bytes)x, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 23, 22,
        21, 20, 19, 18, 17, 16, 31, 30, 29, 28, 27, 26, 25, 24, 39, 38, 37, 36, 35, 34, 33, 32, 47,
        46, 45, 44, 43, 42, 41, 40, 55, 54, 53, 52, 51, 50, 49, 48, 63, 62, 61, 60, 59, 58, 57, 56);
}

#define ROTATE_LANES(x, n) (((x) >> (n)) | ((x) << (64 - (n))))
#define MIX_LANES(a, b, c, d, x, y)                                                                \
    a += b + (x); d ^= a; d = ROTATE_LANES(d, 32);                                                 \
    c += d; b ^= c; b = ROTATE_LANES(b, 24);                                                       \
    a += b + (y); d ^= a; d = ROTATE_LANES(d, 16);                                                 \
    c += d; b ^= c; b = ROTATE_LANES(b, 63)

/// feistel_round for eight indices.
LANES_INLINE lanes feistel_round_lanes(lanes right, uint64_t key) {
    const lanes zero = {0};
    lanes m[16] = {swap_bytes(right), zero + __builtin_bswap64(key)};
    lanes v[16];
    for (int i = 0; i < 16; i++) v[i] = zero + blake2b_iv[i % 8];
    v[0] ^= 0x01010040;
    const lanes h0 = v[0];
    v[12] ^= 16;
    v[14] = ~v[14];
#pragma clang loop unroll(full)
    for (int round = 0; round < 12; round++) {
        const uint8_t *s = blake2b_sigma[round % 10];
        MIX_LANES(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);
        MIX_LANES(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);
        MIX_LANES(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);
        MIX_LANES(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);
        MIX_LANES(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);
        MIX_LANES(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);
        MIX_LANES(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);
        MIX_LANES(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]]);
    }
    return swap_bytes(h0 ^ v[0] ^ v[8]);
}

/// expander_parents on eight indices at once; a lane that is done takes the next index.
LANES_TARGET static void expander_parents_lanes(uint32_t *parents, const seal_graph *graph,
                                                int half, uint64_t first, uint64_t count) {
    const uint64_t size = graph->nodes * 8, total = 8 * count;
    const uint64_t mask = ((uint64_t)1 << half) - 1;
    lanes x;
    uint64_t index[LANES], next = 0, active = 0;
    for (int lane = 0; lane < LANES; lane++) {
        // Lanes without an index compute something that nobody reads.
        index[lane] = next < total ? next : total;
        x[lane] = first * 8 + index[lane];
        if (next < total) {
            next++;
            active++;
        }
    }
    while (active > 0) {
        lanes left = (x >> half) & mask, right = x & mask;
        for (int round = 0; round < 3; round++) {
            lanes mixed = left ^ (feistel_round_lanes(right, graph->feistel_keys[round]) & mask);
            left = right;
            right = mixed;
        }
        x = left << half | right;
        for (int lane = 0; lane < LANES; lane++) {
            const uint64_t i = index[lane];
            if (x[lane] >= size || i >= total) continue;
            parents[i / 8 * SEAL_DEGREE + 6 + i % 8] = node_of(x[lane], graph->is_legacy);
            index[lane] = next < total ? next : total;
            x[lane] = first * 8 + index[lane];
            if (next < total) next++;
            else active--;
        }
    }
}

static int has_lanes(void) {
    static _Atomic int known = -1;
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer < 0) {
        __builtin_cpu_init();
        answer = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer;
}

#else

static int has_lanes(void) { return 0; }
#define expander_parents_lanes expander_parents

#endif

static void graph_parents(uint32_t *parents, const seal_graph *graph, uint64_t first,
                          uint64_t count, int use_lanes) {
    uint32_t seed[7];
    for (int i = 0; i < 7; i++) seed[i] = load_le32(graph->drg_seed + 4 * i);
    int half = 1;
    while (((uint64_t)1 << (2 * half)) < graph->nodes * 8) half++;
    for (uint64_t i = 0; i < count; i++)
        base_parents(parents + i * SEAL_DEGREE, graph, seed, first + i);
    if (use_lanes) expander_parents_lanes(parents, graph, half, first, count);
    else expander_parents(parents, graph, half, first, count);
}

void seal_graph_parents(uint32_t *parents, const seal_graph *graph, uint64_t first,
                        uint64_t count) {
    graph_parents(parents, graph, first, count, has_lanes());
}

void seal_graph_parents_portable(uint32_t *parents, const seal_graph *graph, uint64_t first,
                                 uint64_t count) {
    graph_parents(parents, graph, first, count, 0);
}
