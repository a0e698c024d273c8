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
/// Canonical little-endian bytes (32 each) of each element.
void vk_fr_to_bytes(uint8_t *out, const vk_fr *a, size_t count);

#endif
