// SHA-256 in plain C: the fallback, and the measure that the fast kernels are compared with.
#include "CSealKernels.h"
#include "sha256_constants.h"

#include <string.h>

static inline uint32_t rotate(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

static inline uint32_t load_be32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void store_be32(uint8_t *p, uint32_t x) {
    p[0] = (uint8_t)(x >> 24);
    p[1] = (uint8_t)(x >> 16);
    p[2] = (uint8_t)(x >> 8);
    p[3] = (uint8_t)x;
}

void seal_sha256_compress_portable(uint32_t state[8], const uint8_t *blocks, size_t count) {
    for (; count > 0; count--, blocks += 64) {
        uint32_t w[64];
        for (int i = 0; i < 16; i++) w[i] = load_be32(blocks + 4 * i);
        for (int i = 16; i < 64; i++) {
            uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3);
            uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < 64; i++) {
            uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
            uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + sha256_k[i] + w[i];
            uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
            uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
}

static void store_trimmed(uint8_t *out, const uint32_t state[8]) {
    for (int i = 0; i < 8; i++) store_be32(out + 4 * i, state[i]);
    out[31] &= 0x3f;
}

void seal_sha256_tree_row_portable(uint8_t *out, const uint8_t *in, size_t pairs) {
    // The message is always 64 bytes, so the second block is constant: 0x80, zeros, bit length 512.
    static const uint8_t padding[64] = {0x80, [62] = 0x02};
    for (size_t i = 0; i < pairs; i++) {
        uint32_t state[8];
        memcpy(state, sha256_initial, sizeof state);
        seal_sha256_compress_portable(state, in + 64 * i, 1);
        seal_sha256_compress_portable(state, padding, 1);
        store_trimmed(out + 32 * i, state);
    }
}

void seal_labels_portable(uint8_t *labels, const uint8_t *previous, const uint32_t *parents,
                          const uint8_t replica_id[32], uint32_t layer, uint64_t first,
                          uint64_t count) {
    // 32 bytes replica id, 4 layer, 8 node, 20 zeros, 37 parents, then the SHA-256 padding: 20 blocks.
    uint8_t preimage[1280];
    for (uint64_t node = first; node < first + count; node++, parents += SEAL_DEGREE) {
        size_t length = node == 0 ? 64 : 1248;
        memset(preimage, 0, sizeof preimage);
        memcpy(preimage, replica_id, 32);
        store_be32(preimage + 32, layer);
        store_be32(preimage + 36, (uint32_t)(node >> 32));
        store_be32(preimage + 40, (uint32_t)node);
        if (node > 0) {
            int degree = previous ? 14 : 6;
            for (int i = 0; i < 37; i++) {
                int j = i % degree;
                const uint8_t *row = j < 6 ? labels : previous;
                memcpy(preimage + 64 + 32 * i, row + 32 * (size_t)parents[j], 32);
            }
        }
        size_t blocks = length / 64 + 1;
        preimage[length] = 0x80;
        store_be32(preimage + 64 * blocks - 4, (uint32_t)(length * 8));
        uint32_t state[8];
        memcpy(state, sha256_initial, sizeof state);
        seal_sha256_compress_portable(state, preimage, blocks);
        store_trimmed(labels + 32 * node, state);
    }
}
