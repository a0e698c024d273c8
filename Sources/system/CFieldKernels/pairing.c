#include "CFieldKernels.h"

#include <blst.h>
#include <string.h>

// The Miller loop over the lines of points that are known beforehand. blst has such a loop for one pair; here
// all pairs share the squarings, which are most of what remains.

// The doublings after each addition, from the highest bit of the curve's parameter 0xd201000000010000 down.
static const unsigned char doublings[] = {2, 3, 9, 32, 16};

void vk_pairing_lines(uint64_t *lines, const uint64_t *point) {
    blst_precompute_lines((blst_fp6 *)lines, (const blst_p2_affine *)point);
}

// What the lines of one pair are evaluated at: (-2x, 2y).
typedef struct {
    const blst_fp6 *lines;
    blst_fp x;
    blst_fp y;
} pair;

static void multiply_by_line(blst_fp12 *product, const pair *pair, size_t line) {
    blst_fp6 value = pair->lines[line];
    for (int k = 0; k < 2; k++) {
        blst_fp_mul(&value.fp2[1].fp[k], &value.fp2[1].fp[k], &pair->x);
        blst_fp_mul(&value.fp2[2].fp[k], &value.fp2[2].fp[k], &pair->y);
    }
    blst_fp12_mul_by_xy00z0(product, product, &value);
}

void vk_pairing_loop(uint64_t *product, const uint64_t *lines, const uint64_t *points, size_t count) {
    blst_fp12 *result = (blst_fp12 *)product;
    *result = *blst_fp12_one();
    pair pairs[VK_PAIRING_MAXIMUM];
    for (size_t i = 0; i < count; i++) {
        const blst_p1_affine *point = (const blst_p1_affine *)points + i;
        pairs[i].lines = (const blst_fp6 *)(lines + i * VK_PAIRING_LINE_WORDS);
        blst_fp_add(&pairs[i].x, &point->x, &point->x);
        blst_fp_cneg(&pairs[i].x, &pairs[i].x, true);
        blst_fp_add(&pairs[i].y, &point->y, &point->y);
    }
    size_t line = 0;
    for (size_t i = 0; i < count; i++) multiply_by_line(result, &pairs[i], line);
    line++;
    for (size_t step = 0; step < sizeof(doublings); step++) {
        for (size_t i = 0; i < count; i++) multiply_by_line(result, &pairs[i], line);
        line++;
        for (unsigned n = 0; n < doublings[step]; n++) {
            blst_fp12_sqr(result, result);
            for (size_t i = 0; i < count; i++) multiply_by_line(result, &pairs[i], line);
            line++;
        }
    }
    // The parameter is negative.
    blst_fp12_conjugate(result);
}
