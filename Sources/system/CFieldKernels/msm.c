#include "msm.h"

#include "fr.h"
#include "msm_vector.h"

#include <stdlib.h>
#include <string.h>

size_t vk_msm_prepare(const vk_fr *scalars, size_t count, vk_fr *limbs, uint32_t *indices, uint32_t *ones,
                      size_t *ones_count, unsigned *scalar_bits) {
    vk_fr any = {{0, 0, 0, 0}};
    size_t rest = 0;
    size_t one = 0;
    for (size_t i = 0; i < count; i++) {
        if (fr_is_zero(scalars[i])) continue;
        vk_fr plain = vk_fr_to_canonical(scalars[i]);
        if (plain.l[0] == 1 && (plain.l[1] | plain.l[2] | plain.l[3]) == 0) {
            ones[one++] = (uint32_t)i;
        } else {
            for (int k = 0; k < 4; k++) any.l[k] |= plain.l[k];
            limbs[rest] = plain;
            indices[rest++] = (uint32_t)i;
        }
    }
    *ones_count = one;
    *scalar_bits = 0;
    for (int k = 3; k >= 0 && *scalar_bits == 0; k--)
        if (any.l[k] != 0) *scalar_bits = (unsigned)(64 * k + 64 - __builtin_clzll(any.l[k]));
    return rest;
}

unsigned vk_msm_window_count(unsigned window_bits, unsigned scalar_bits) {
    // n signed digits of b bits reach (2^(b-1) - 1) / (2^b - 1) of 2^(n b), a little less than half: two bits
    // more than the scalars have are always enough. Reduced scalars are below 0.453 * 2^256, which 256 bits
    // reach from four bits a digit on.
    unsigned needed = scalar_bits == 255 && window_bits >= 4 ? 256 : scalar_bits + 2;
    return (needed + window_bits - 1) / window_bits;
}

unsigned vk_msm_window_bits(size_t count, unsigned scalar_bits) {
    unsigned best = 2;
    double least = -1;
    for (unsigned bits = 2; bits <= 20; bits++) {
        double buckets = (double)((size_t)1 << (bits - 1));
        double filled = buckets < (double)count ? buckets : (double)count;
        // Each point is added once, each filled bucket twice more; the rest of the reduction is about 1,200
        // additions' worth for a window of 14 bits and grows with the square root of the buckets.
        double root = 1;
        while (root * root < buckets) root *= 2;
        double cost = vk_msm_window_count(bits, scalar_bits) * ((double)count + 2 * filled + 10 * root + 100);
        if (least < 0 || cost < least) {
            least = cost;
            best = bits;
        }
    }
    return best;
}

// Adding half a digit to every window makes the carries of the signed form part of one addition:
// digit = window of (scalar + offset) - half.
static void signed_digit_offset(uint64_t offset[5], unsigned bits) {
    for (int k = 0; k < 5; k++) offset[k] = 0;
    for (unsigned at = bits - 1; at < 258 + bits; at += bits) offset[at / 64] |= (uint64_t)1 << (at % 64);
}

static int32_t signed_digit(const vk_fr *limbs, const uint64_t offset[5], unsigned bits, unsigned window) {
    unsigned word = window * bits / 64;
    unsigned shift = window * bits % 64;
    uint64_t sum[6];
    unsigned carry = 0;
    for (int k = 0; k < 4; k++) sum[k] = fr_adc(limbs->l[k], offset[k], &carry);
    sum[4] = offset[4] + carry;
    sum[5] = 0;
    uint64_t value = sum[word] >> shift;
    if (shift != 0) value |= sum[word + 1] << (64 - shift);
    int32_t half = (int32_t)1 << (bits - 1);
    return (int32_t)(value & (uint64_t)(2 * half - 1)) - half;
}

msm_entry *msm_sort_window(const vk_fr *limbs, size_t count, unsigned bits, unsigned window,
                           size_t *entry_count) {
    uint64_t offset[5];
    signed_digit_offset(offset, bits);
    uint32_t half = (uint32_t)1 << (bits - 1);
    int32_t *digits = malloc(count * sizeof(int32_t));
    uint32_t *starts = calloc((size_t)half + 2, sizeof(uint32_t));
    msm_entry *entries = NULL;
    if (digits != NULL && starts != NULL) {
        for (size_t i = 0; i < count; i++) {
            int32_t digit = signed_digit(&limbs[i], offset, bits, window);
            digits[i] = digit;
            starts[(digit < 0 ? -digit : digit) + 1]++;
        }
        size_t total = count - starts[1];
        starts[1] = 0;
        for (uint32_t b = 1; b <= half; b++) starts[b + 1] += starts[b];
        entries = malloc((total + 1) * sizeof(msm_entry));
        if (entries != NULL) {
            for (size_t i = 0; i < count; i++) {
                int32_t digit = digits[i];
                if (digit == 0) continue;
                uint32_t bucket = (uint32_t)(digit < 0 ? -digit : digit);
                entries[starts[bucket]++] =
                    (msm_entry){bucket, (uint32_t)(2 * i) | (digit < 0 ? 1 : 0)};
            }
            *entry_count = total;
        }
    }
    free(digits);
    free(starts);
    return entries;
}

// MARK: The two groups

// One in Montgomery form, in either field (the first half is the base field's).
static const uint64_t g2_one[12] = {
    0x760900000002fffdull, 0xebf4000bc40c0002ull, 0x5f48985753c758baull,
    0x77ce585370525745ull, 0x5c071a97a256ec6dull, 0x15f65ec3fa80e493ull,
};
#define g1_one g2_one

// Thirteen bits: 20 additions a product, and a table that stays in the last-level cache.
#define FIXED_BASE_BITS 13
#define FIXED_BASE_HALF (1u << (FIXED_BASE_BITS - 1))
#define FIXED_BASE_WINDOWS (255 / FIXED_BASE_BITS + 1)

#define MSM_NAME(name) g1_##name
#define MSM_FIELD blst_fp
#define MSM_AFFINE blst_p1_affine
#define MSM_POINT blst_p1
#define MSM_MANY_OP(name) blst_p1s_##name
#define MSM_FIELD_OP(name) blst_fp_##name
#define MSM_POINT_OP(name) blst_p1_##name
#include "msm_group.inc"
#undef MSM_NAME
#undef MSM_FIELD
#undef MSM_AFFINE
#undef MSM_POINT
#undef MSM_MANY_OP
#undef MSM_FIELD_OP
#undef MSM_POINT_OP

#define MSM_NAME(name) g2_##name
#define MSM_FIELD blst_fp2
#define MSM_AFFINE blst_p2_affine
#define MSM_POINT blst_p2
#define MSM_MANY_OP(name) blst_p2s_##name
#define MSM_FIELD_OP(name) blst_fp2_##name
#define MSM_POINT_OP(name) blst_p2_##name
#include "msm_group.inc"

// MARK: Many multiples of one point

struct vk_fixed_base {
    bool is_g2;
    void *table;
};

vk_fixed_base *vk_fixed_base_make(const uint64_t *point, bool is_g2) {
    vk_fixed_base *base = malloc(sizeof(*base));
    if (base == NULL) return NULL;
    base->is_g2 = is_g2;
    base->table = is_g2 ? (void *)g2_fixed_base_table((const blst_p2 *)point)
                        : (void *)g1_fixed_base_table((const blst_p1 *)point);
    if (base->table == NULL) {
        free(base);
        return NULL;
    }
    return base;
}

void vk_fixed_base_free(vk_fixed_base *base) {
    if (base == NULL) return;
    free(base->table);
    free(base);
}

bool vk_fixed_base_multiply(uint8_t *out, const vk_fixed_base *base, const vk_fr *scalars, size_t count) {
    return base->is_g2 ? g2_fixed_base_multiply(out, base->table, scalars, count)
                       : g1_fixed_base_multiply(out, base->table, scalars, count);
}

// MARK: Either group

bool vk_msm_is_accelerated(void) { return msm_vector_is_available(); }

vk_msm_points *vk_msm_points_make(size_t count, bool is_g2, bool is_portable) {
    vk_msm_points *points = malloc(sizeof(*points));
    if (points == NULL) return NULL;
    points->count = count;
    points->is_g2 = is_g2;
    points->is_vector = !is_portable && msm_vector_is_available();
    size_t size = points->is_vector ? msm_vector_point_size(is_g2)
                  : is_g2           ? sizeof(blst_p2_affine)
                                    : sizeof(blst_p1_affine);
    // Whole cache lines, which the vector kernels need.
    points->data = aligned_alloc(64, ((count + 1) * size + 63) / 64 * 64);
    if (points->data == NULL) {
        free(points);
        return NULL;
    }
    return points;
}

void vk_msm_points_free(vk_msm_points *points) {
    if (points == NULL) return;
    free(points->data);
    free(points);
}

// One coordinate of the plain form. The flags sit in the top bits of the first byte of a point.
static void read_coordinate(blst_fp *out, const uint8_t *bytes) {
    uint8_t clean[48];
    memcpy(clean, bytes, 48);
    clean[0] &= 0x1f;
    blst_fp_from_bendian(out, clean);
}

static void read_plain(uint64_t *out, const uint8_t *bytes, bool is_g2) {
    size_t coordinates = is_g2 ? 4 : 2;
    if (bytes[0] & 0x40) {
        memset(out, 0, coordinates * 48);
        return;
    }
    blst_fp *fields = (blst_fp *)out;
    // G2 is written imaginary part first.
    size_t swap = is_g2 ? 1 : 0;
    for (size_t i = 0; i < coordinates; i++) read_coordinate(&fields[i ^ swap], bytes + 48 * i);
}

void vk_msm_points_load(vk_msm_points *points, const void *source, bool is_plain,
                        const uint32_t *indices, size_t from, size_t to) {
    if (points->is_vector) {
        msm_vector_load(points->data, source, is_plain, points->is_g2, indices, from, to);
        return;
    }
    size_t words = points->is_g2 ? 24 : 12;
    uint64_t *data = points->data;
    for (size_t i = from; i < to; i++) {
        const uint8_t *point = (const uint8_t *)source + indices[i] * words * 8;
        if (is_plain) {
            read_plain(data + i * words, point, points->is_g2);
        } else {
            memcpy(data + i * words, point, words * 8);
        }
    }
}

bool vk_msm_window(uint64_t *sum, const vk_msm_points *points, const vk_fr *limbs, unsigned window_bits,
                   unsigned window) {
    size_t count = 0;
    msm_entry *entries = msm_sort_window(limbs, points->count, window_bits, window, &count);
    if (entries == NULL) return false;
    bool ok;
    if (points->is_vector) {
        ok = msm_vector_window(sum, points->data, points->is_g2, entries, count, window_bits);
    } else if (points->is_g2) {
        ok = g2_window((blst_p2 *)sum, points->data, entries, count, window_bits);
    } else {
        ok = g1_window((blst_p1 *)sum, points->data, entries, count, window_bits);
    }
    free(entries);
    return ok;
}

bool vk_msm_sum(uint64_t *sum, const vk_msm_points *points) {
    if (points->is_vector)
        return msm_vector_sum(sum, points->data, points->is_g2, points->count);
    return points->is_g2 ? g2_plain_sum((blst_p2 *)sum, points->data, points->count)
                         : g1_plain_sum((blst_p1 *)sum, points->data, points->count);
}

void vk_msm_combine(uint64_t *sum, const uint64_t *windows, unsigned count, unsigned window_bits,
                    bool is_g2) {
    if (is_g2) {
        g2_combine((blst_p2 *)sum, (const blst_p2 *)windows, count, window_bits);
    } else {
        g1_combine((blst_p1 *)sum, (const blst_p1 *)windows, count, window_bits);
    }
}
