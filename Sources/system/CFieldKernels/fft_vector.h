// Fourier transforms in eight lanes; fft.c decides when they are used.
#ifndef VENUS_FFT_VECTOR_H
#define VENUS_FFT_VECTOR_H

#include "CFieldKernels.h"

// Whether the processor has the instructions.
bool fft_vector_is_available(void);
// As the portable stages; half, from and to are multiples of 8 and the table's roots are times 16.
void fft_vector_dif_stage(vk_fr *data, size_t half, const vk_fr *table, size_t from, size_t to);
void fft_vector_dit_stage(vk_fr *data, size_t half, const vk_fr *table, size_t from, size_t to);
// The stages with half = 4, 2, 1 (dif) or 1, 2, 4 (dit) of all blocks of `size` values, a multiple of 64.
void fft_vector_dif_last(vk_fr *data, size_t size, const vk_fr *table);
void fft_vector_dit_first(vk_fr *data, size_t size, const vk_fr *table);

#endif
