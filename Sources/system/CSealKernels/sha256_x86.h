// One SHA-256 compression with the x86 SHA extensions, shared by the kernels of this folder.
#ifndef SHA256_X86_H
#define SHA256_X86_H

#if defined(__x86_64__)
#include "sha256_constants.h"

#include <immintrin.h>

#define SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))
#define SHA_INLINE static inline __attribute__((always_inline)) SHA_TARGET

/// The state as the instructions want it: words a b e f and c d g h.
typedef struct {
    __m128i abef, cdgh;
} sha_state;

SHA_INLINE __m128i sha_swap_mask(void) {
    return _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
}

SHA_INLINE sha_state sha_from_words(const uint32_t words[8]) {
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)words), 0xb1);
    __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(words + 4)), 0x1b);
    return (sha_state){_mm_alignr_epi8(low, high, 8), _mm_blend_epi16(high, low, 0xf0)};
}

/// The words a b c d and e f g h in order.
SHA_INLINE void sha_to_words(sha_state s, __m128i *abcd, __m128i *efgh) {
    __m128i feba = _mm_shuffle_epi32(s.abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(s.cdgh, 0xb1);
    *abcd = _mm_blend_epi16(feba, dchg, 0xf0);
    *efgh = _mm_alignr_epi8(dchg, feba, 8);
}

/// The digest in bytes, the two top bits of the last byte cleared.
SHA_INLINE void sha_store_trimmed(uint8_t *out, sha_state s) {
    __m128i abcd, efgh;
    sha_to_words(s, &abcd, &efgh);
    const __m128i trim = _mm_set_epi64x(0x3fffffffffffffffLL, -1);
    _mm_storeu_si128((__m128i *)out, _mm_shuffle_epi8(abcd, sha_swap_mask()));
    _mm_storeu_si128((__m128i *)(out + 16),
                     _mm_and_si128(_mm_shuffle_epi8(efgh, sha_swap_mask()), trim));
}

/// Sixteen bytes of message as four words.
SHA_INLINE __m128i sha_load(const uint8_t *p) {
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)p), sha_swap_mask());
}

#define SHA_FOUR_ROUNDS(s, w, i)                                                                   \
    do {                                                                                           \
        __m128i wk = _mm_add_epi32(w, _mm_load_si128((const __m128i *)(sha256_k + 4 * (i))));      \
        s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, wk);                                        \
        s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(wk, 0x0e));               \
    } while (0)

/// w0 = the four schedule words after w3, from the sixteen before.
#define SHA_SCHEDULE(w0, w1, w2, w3)                                                               \
    w0 = _mm_sha256msg2_epu32(                                                                     \
        _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4)), w3)

/// Compresses one block, given as four vectors of words.
SHA_INLINE sha_state sha_compress(sha_state s, __m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    const sha_state before = s;
    SHA_FOUR_ROUNDS(s, w0, 0);
    SHA_FOUR_ROUNDS(s, w1, 1);
    SHA_FOUR_ROUNDS(s, w2, 2);
    SHA_FOUR_ROUNDS(s, w3, 3);
#pragma clang loop unroll(full)
    for (int i = 4; i < 16; i += 4) {
        SHA_SCHEDULE(w0, w1, w2, w3);
        SHA_FOUR_ROUNDS(s, w0, i);
        SHA_SCHEDULE(w1, w2, w3, w0);
        SHA_FOUR_ROUNDS(s, w1, i + 1);
        SHA_SCHEDULE(w2, w3, w0, w1);
        SHA_FOUR_ROUNDS(s, w2, i + 2);
        SHA_SCHEDULE(w3, w0, w1, w2);
        SHA_FOUR_ROUNDS(s, w3, i + 3);
    }
    s.abef = _mm_add_epi32(s.abef, before.abef);
    s.cdgh = _mm_add_epi32(s.cdgh, before.cdgh);
    return s;
}

/// Compresses the block made of two nodes.
SHA_INLINE sha_state sha_compress_nodes(sha_state s, const uint8_t *left, const uint8_t *right) {
    return sha_compress(s, sha_load(left), sha_load(left + 16), sha_load(right),
                        sha_load(right + 16));
}

#endif
#endif
