// Labels of the stacked depth-robust graph.
#include "CSealKernels.h"
#include "sha256_x86.h"

#include <string.h>

#if defined(__x86_64__)

// How many nodes ahead parents are fetched: about 5 microseconds, more than a miss of the memory costs.
enum { PREFETCH_DISTANCE = 8 };

SHA_INLINE sha_state first_block(const uint8_t replica_id[32], uint32_t layer, uint64_t node) {
    return sha_compress(sha_from_words(sha256_initial), sha_load(replica_id),
                        sha_load(replica_id + 16),
                        _mm_set_epi32(0, (int)node, (int)(node >> 32), (int)layer),
                        _mm_setzero_si128());
}

SHA_INLINE void prefetch(const uint8_t *labels, const uint8_t *previous, const uint32_t *parents) {
    for (int i = 0; i < 6; i++) _mm_prefetch(labels + 32 * (size_t)parents[i], _MM_HINT_T0);
    if (!previous) return;
    for (int i = 6; i < SEAL_DEGREE; i++)
        _mm_prefetch(previous + 32 * (size_t)parents[i], _MM_HINT_T0);
}

SHA_TARGET static void labels_sha(uint8_t *labels, const uint8_t *previous,
                                  const uint32_t *parents, const uint8_t replica_id[32],
                                  uint32_t layer, uint64_t first, uint64_t count) {
    const __m128i padding = _mm_set_epi32(0, 0, 0, (int)0x80000000);
    const uint64_t end = first + count;
    if (first == 0 && count > 0) {
        sha_state s = first_block(replica_id, layer, 0);
        s = sha_compress(s, padding, _mm_setzero_si128(), _mm_setzero_si128(),
                         _mm_set_epi32(512, 0, 0, 0));
        sha_store_trimmed(labels, s);
        first = 1;
        parents += SEAL_DEGREE;
    }
    if (first >= end) return;
    const __m128i length = _mm_set_epi32(1248 * 8, 0, 0, 0);
    // The first block knows no parents, so the one of the next node is computed beside the last of this one.
    sha_state s = first_block(replica_id, layer, first);
    for (uint64_t node = first; node < end; node++, parents += SEAL_DEGREE) {
        if (node + PREFETCH_DISTANCE < end)
            prefetch(labels, previous, parents + PREFETCH_DISTANCE * SEAL_DEGREE);
        const uint8_t *p[SEAL_DEGREE];
        for (int i = 0; i < 6; i++) p[i] = labels + 32 * (size_t)parents[i];
        const uint8_t *last;
        if (previous) {
            for (int i = 6; i < SEAL_DEGREE; i++) p[i] = previous + 32 * (size_t)parents[i];
            for (int repeat = 0; repeat < 2; repeat++)
                for (int i = 0; i < SEAL_DEGREE; i += 2) s = sha_compress_nodes(s, p[i], p[i + 1]);
            for (int i = 0; i < 8; i += 2) s = sha_compress_nodes(s, p[i], p[i + 1]);
            last = p[8];
        } else {
            for (int repeat = 0; repeat < 6; repeat++)
                for (int i = 0; i < 6; i += 2) s = sha_compress_nodes(s, p[i], p[i + 1]);
            last = p[0];
        }
        sha_state next = first_block(replica_id, layer, node + 1);
        s = sha_compress(s, sha_load(last), sha_load(last + 16), padding, length);
        sha_store_trimmed(labels + 32 * node, s);
        s = next;
    }
}

#else
#define labels_sha seal_labels_portable
#endif

void seal_labels(uint8_t *labels, const uint8_t *previous, const uint32_t *parents,
                 const uint8_t replica_id[32], uint32_t layer, uint64_t first, uint64_t count) {
    if (seal_sha256_is_accelerated())
        labels_sha(labels, previous, parents, replica_id, layer, first, count);
    else seal_labels_portable(labels, previous, parents, replica_id, layer, first, count);
}
