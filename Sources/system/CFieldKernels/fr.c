#include "fr.h"

#include <blst.h>
#include <string.h>

vk_fr vk_fr_add(vk_fr a, vk_fr b) {
    blst_fr_add((blst_fr *)&a, (const blst_fr *)&a, (const blst_fr *)&b);
    return a;
}

vk_fr vk_fr_sub(vk_fr a, vk_fr b) {
    blst_fr_sub((blst_fr *)&a, (const blst_fr *)&a, (const blst_fr *)&b);
    return a;
}

vk_fr vk_fr_neg(vk_fr a) { return vk_fr_sub((vk_fr){{0, 0, 0, 0}}, a); }

vk_fr vk_fr_mul(vk_fr a, vk_fr b) {
    blst_fr_mul((blst_fr *)&a, (const blst_fr *)&a, (const blst_fr *)&b);
    return a;
}

vk_fr vk_fr_sqr(vk_fr a) { return vk_fr_mul(a, a); }

vk_fr vk_fr_inv(vk_fr a) {
    vk_fr r;
    blst_fr_eucl_inverse((blst_fr *)&r, (const blst_fr *)&a);
    return r;
}

vk_fr vk_fr_from_canonical(vk_fr limbs) { return fr_mul(limbs, FR_R2); }

vk_fr vk_fr_to_canonical(vk_fr a) { return fr_mul(a, (vk_fr){{1, 0, 0, 0}}); }

bool vk_fr_is_canonical(vk_fr limbs) {
    unsigned borrow = 0;
    (void)fr_sbb(limbs.l[0], FR_M0, &borrow);
    (void)fr_sbb(limbs.l[1], FR_M1, &borrow);
    (void)fr_sbb(limbs.l[2], FR_M2, &borrow);
    (void)fr_sbb(limbs.l[3], FR_M3, &borrow);
    return borrow == 1;
}

vk_fr vk_fr_dot(const vk_fr *a, const vk_fr *b, size_t count) {
    vk_fr sum = {{0, 0, 0, 0}};
    for (size_t i = 0; i < count; i++) sum = fr_add(sum, fr_mul(a[i], b[i]));
    return sum;
}

void vk_fr_mul_each(vk_fr *r, const vk_fr *a, const vk_fr *b, size_t count) {
    for (size_t i = 0; i < count; i++) r[i] = fr_mul(a[i], b[i]);
}

void vk_fr_scale(vk_fr *r, const vk_fr *a, vk_fr factor, size_t count) {
    for (size_t i = 0; i < count; i++) r[i] = fr_mul(a[i], factor);
}

void vk_fr_powers(vk_fr *r, vk_fr start, vk_fr ratio, size_t count) {
    for (size_t i = 0; i < count; i++) {
        r[i] = start;
        start = fr_mul(start, ratio);
    }
}

void vk_fr_invert_all(vk_fr *a, vk_fr *scratch, size_t count) {
    vk_fr product = FR_ONE;
    for (size_t i = 0; i < count; i++) {
        scratch[i] = product;
        if (!fr_is_zero(a[i])) product = fr_mul(product, a[i]);
    }
    product = vk_fr_inv(product);
    for (size_t i = count; i-- > 0;) {
        if (fr_is_zero(a[i])) continue;
        vk_fr next = fr_mul(product, a[i]);
        a[i] = fr_mul(product, scratch[i]);
        product = next;
    }
}

void vk_fr_to_bytes(uint8_t *out, const vk_fr *a, size_t count) {
    for (size_t i = 0; i < count; i++) {
        vk_fr plain = vk_fr_to_canonical(a[i]);
        memcpy(out + 32 * i, &plain, 32);
    }
}

void vk_fr_sub_scale(vk_fr *r, const vk_fr *a, vk_fr factor, size_t count) {
    for (size_t i = 0; i < count; i++) r[i] = fr_mul(fr_sub(r[i], a[i]), factor);
}
