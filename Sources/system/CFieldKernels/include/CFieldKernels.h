/// Kernels over the scalar field and the curve groups of BLS12-381.
///
/// Field elements are in Montgomery form, little-endian limbs, the layout of blst: `vk_fr` is `blst_fr`,
/// an affine G1 point is 12 words (`blst_p1_affine`), an affine G2 point 24 words, all zero at infinity.
/// Every function is pure over its arguments and safe to call from several threads on disjoint outputs.
#ifndef VENUS_FIELD_KERNELS_H
#define VENUS_FIELD_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A scalar: four little-endian limbs in Montgomery form, below r.
typedef struct {
    uint64_t l[4];
} vk_fr;

// MARK: One element

vk_fr vk_fr_add(vk_fr a, vk_fr b);
vk_fr vk_fr_sub(vk_fr a, vk_fr b);
vk_fr vk_fr_neg(vk_fr a);
vk_fr vk_fr_mul(vk_fr a, vk_fr b);
vk_fr vk_fr_sqr(vk_fr a);
/// The inverse; zero for zero.
vk_fr vk_fr_inv(vk_fr a);
/// From canonical limbs, which must be below r.
vk_fr vk_fr_from_canonical(vk_fr limbs);
/// To canonical limbs.
vk_fr vk_fr_to_canonical(vk_fr a);
/// Whether plain limbs are below r.
bool vk_fr_is_canonical(vk_fr limbs);

// MARK: Arrays

/// The sum of a[i] * b[i].
vk_fr vk_fr_dot(const vk_fr *a, const vk_fr *b, size_t count);
/// r[i] = a[i] * b[i]; r may be a or b.
void vk_fr_mul_each(vk_fr *r, const vk_fr *a, const vk_fr *b, size_t count);
/// r[i] = a[i] * factor; r may be a.
void vk_fr_scale(vk_fr *r, const vk_fr *a, vk_fr factor, size_t count);
/// r[i] = start * ratio^i.
void vk_fr_powers(vk_fr *r, vk_fr start, vk_fr ratio, size_t count);
/// Replaces each element by its inverse (zero stays), with one inversion in all. `scratch` holds `count`.
void vk_fr_invert_all(vk_fr *a, vk_fr *scratch, size_t count);
/// r[i] = (r[i] - a[i]) * factor.
void vk_fr_sub_scale(vk_fr *r, const vk_fr *a, vk_fr factor, size_t count);
/// Canonical little-endian bytes (32 each) of each element.
void vk_fr_to_bytes(uint8_t *out, const vk_fr *a, size_t count);

// MARK: Fourier transforms
//
// Decimation in frequency takes values in natural order and leaves them in bit-reversed order; decimation in
// time takes them bit-reversed and leaves them in natural order. Forward and inverse transforms differ in the
// root only; the division by the size is left to the caller.

/// Whether the processor has the vector instructions (AVX-512 IFMA) of the eight-lane butterflies.
bool vk_fft_is_accelerated(void);
/// Fills the table for transforms of up to 2^log_size values: the powers root_m^j, j < m/2, for every m = 2,
/// 4, ... 2^log_size, at offset m/2, where root_m = root^(2^log_size / m). The table has 2^log_size entries.
/// A table made for the vector kernels (`is_vector`) serves only calls that say the same, for transforms of
/// at least 64 values and parts of stages that are multiples of 8.
void vk_fft_table(vk_fr *table, unsigned log_size, vk_fr root, bool is_vector);
/// A whole transform of 2^log_size values by decimation in frequency.
void vk_fft_dif(vk_fr *data, unsigned log_size, const vk_fr *table, bool is_vector);
/// A whole transform of 2^log_size values by decimation in time.
void vk_fft_dit(vk_fr *data, unsigned log_size, const vk_fr *table, bool is_vector);
/// Butterflies `from` ..< `to` of one stage over a block of 2 * half values.
void vk_fft_dif_stage(vk_fr *data, size_t half, const vk_fr *table, bool is_vector, size_t from,
                      size_t to);
void vk_fft_dit_stage(vk_fr *data, size_t half, const vk_fr *table, bool is_vector, size_t from,
                      size_t to);
/// Moves each of the 2^log_size values to the place with reversed index bits.
void vk_fft_reverse_bits(vk_fr *data, unsigned log_size);
/// data[i] *= start * ratio^(bit-reversed i), for `from` <= i < `to` of 2^log_size values.
void vk_fft_scale_reversed(vk_fr *data, unsigned log_size, vk_fr start, vk_fr ratio, size_t from,
                           size_t to);

// MARK: Multi-exponentiation
//
// Pippenger's method with signed digits. The points of one bucket are added pairwise in affine coordinates, one
// inversion serving a block of thousands of additions. The windows are independent jobs.

/// Sorts scalars into zeros (dropped), ones and the rest.
///
/// Writes the indices of the ones to `ones` and their number to `ones_count`, the indices of the rest to
/// `indices` and their canonical limbs to `limbs`; all three have room for `count` entries. `scalar_bits`
/// receives the length of the longest scalar. Returns the number of the rest.
size_t vk_msm_prepare(const vk_fr *scalars, size_t count, vk_fr *limbs, uint32_t *indices, uint32_t *ones,
                      size_t *ones_count, unsigned *scalar_bits);
/// The window width that costs the fewest additions for `count` scalars of `scalar_bits` bits.
unsigned vk_msm_window_bits(size_t count, unsigned scalar_bits);
/// The number of windows of that width.
unsigned vk_msm_window_count(unsigned window_bits, unsigned scalar_bits);

/// Points made ready for the windows of one multi-exponentiation.
typedef struct vk_msm_points vk_msm_points;

/// Whether the processor has the vector instructions (AVX-512 IFMA) of the eight-lane kernels.
bool vk_msm_is_accelerated(void);
/// Room for `count` points of G1 (`is_g2` false) or G2, for the best kernels of this processor or, if
/// `is_portable`, for those in plain C. Free it with vk_msm_points_free.
vk_msm_points *vk_msm_points_make(size_t count, bool is_g2, bool is_portable);
void vk_msm_points_free(vk_msm_points *points);
/// Takes points indices[from] ..< indices[to] of `source` as points from ..< to. The source is affine points in
/// Montgomery form (12 or 24 words each) or, if `is_plain`, in the uncompressed big-endian form of Zcash (96 or
/// 192 bytes), which is not checked.
void vk_msm_points_load(vk_msm_points *points, const void *source, bool is_plain,
                        const uint32_t *indices, size_t from, size_t to);
/// The sum of digit(window) * point over all loaded points; `sum` receives a projective point (18 or 36 words).
/// Returns false if memory is short.
bool vk_msm_window(uint64_t *sum, const vk_msm_points *points, const vk_fr *limbs, unsigned window_bits,
                   unsigned window);
/// The plain sum of all loaded points.
bool vk_msm_sum(uint64_t *sum, const vk_msm_points *points);
/// The sum of `count` window sums (18 or 36 words each), window i times 2^(window_bits * i), and of the one plain
/// sum that follows them.
void vk_msm_combine(uint64_t *sum, const uint64_t *windows, unsigned count, unsigned window_bits,
                    bool is_g2);

// MARK: Many multiples of one point

/// The multiples of a point that its products with scalars are put together from.
typedef struct vk_fixed_base vk_fixed_base;

/// Prepares the table of a projective point (18 words, or 36 of G2). Null if memory is short.
vk_fixed_base *vk_fixed_base_make(const uint64_t *point, bool is_g2);
void vk_fixed_base_free(vk_fixed_base *base);
/// Writes the products with `count` scalars as affine points in the uncompressed big-endian form (96 or 192 bytes
/// each). Returns false if memory is short.
bool vk_fixed_base_multiply(uint8_t *out, const vk_fixed_base *base, const vk_fr *scalars, size_t count);

// MARK: Pairings
//
// A pairing needs the lines through multiples of its point of G2. For points that stay the same they are computed
// once.

/// The most pairs of one product.
#define VK_PAIRING_MAXIMUM 4
/// The words that the lines of one point take: 68 elements of the sextic extension.
#define VK_PAIRING_LINE_WORDS (68 * 36)

/// Computes the lines of an affine point of G2 (24 words), which is not at infinity.
void vk_pairing_lines(uint64_t *lines, const uint64_t *point);
/// The product of the Miller loops of up to VK_PAIRING_MAXIMUM pairs: the lines of a point of G2
/// (VK_PAIRING_LINE_WORDS words) and an affine point of G1 (12 words), each one after another, none at infinity. `product` receives 72 words, the value that
/// blst's loop gives, to be raised to the final exponent.
void vk_pairing_loop(uint64_t *product, const uint64_t *lines, const uint64_t *points, size_t count);

#endif
