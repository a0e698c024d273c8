// SHA-256 with the kernel that this processor runs best.
#include "CSealKernels.h"
#include "sha256_x86.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <stdatomic.h>

static int detect(void) {
    // Intel SDM volume 2, CPUID: leaf 7 EBX bit 29 is SHA; leaf 1 ECX bits 9 and 19 are SSSE3 and SSE4.1.
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & (1u << 29))) return 0;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 9)) && (c & (1u << 19));
}

int seal_sha256_is_accelerated(void) {
    // CPUID costs microseconds in a virtual machine, so the answer is kept. Two threads may both find it.
    static _Atomic int known = -1;
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer < 0) {
        answer = detect();
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer;
}

SHA_TARGET static void compress_sha(uint32_t state[8], const uint8_t *blocks, size_t count) {
    sha_state s = sha_from_words(state);
    for (; count > 0; count--, blocks += 64) s = sha_compress_nodes(s, blocks, blocks + 32);
    __m128i abcd, efgh;
    sha_to_words(s, &abcd, &efgh);
    _mm_storeu_si128((__m128i *)state, abcd);
    _mm_storeu_si128((__m128i *)(state + 4), efgh);
}

// Pairs are independent, so two are in flight at once: the instructions wait for their own results otherwise.
SHA_TARGET static void tree_row_sha(uint8_t *out, const uint8_t *in, size_t pairs) {
    const sha_state initial = sha_from_words(sha256_initial);
    const __m128i pad0 = _mm_set_epi32(0, 0, 0, (int)0x80000000), zero = _mm_setzero_si128();
    const __m128i pad3 = _mm_set_epi32(512, 0, 0, 0);
    size_t i = 0;
    for (; i + 2 <= pairs; i += 2) {
        const uint8_t *p = in + 64 * i;
        sha_state s = sha_compress_nodes(initial, p, p + 32);
        sha_state t = sha_compress_nodes(initial, p + 64, p + 96);
        s = sha_compress(s, pad0, zero, zero, pad3);
        t = sha_compress(t, pad0, zero, zero, pad3);
        sha_store_trimmed(out + 32 * i, s);
        sha_store_trimmed(out + 32 * i + 32, t);
    }
    if (i < pairs) {
        const uint8_t *p = in + 64 * i;
        sha_state s = sha_compress_nodes(initial, p, p + 32);
        sha_store_trimmed(out + 32 * i, sha_compress(s, pad0, zero, zero, pad3));
    }
}

#else

int seal_sha256_is_accelerated(void) { return 0; }

#define compress_sha seal_sha256_compress_portable
#define tree_row_sha seal_sha256_tree_row_portable

#endif

void seal_sha256_compress(uint32_t state[8], const uint8_t *blocks, size_t count) {
    if (seal_sha256_is_accelerated()) compress_sha(state, blocks, count);
    else seal_sha256_compress_portable(state, blocks, count);
}

void seal_sha256_tree_row(uint8_t *out, const uint8_t *in, size_t pairs) {
    if (seal_sha256_is_accelerated()) tree_row_sha(out, in, pairs);
    else seal_sha256_tree_row_portable(out, in, pairs);
}
