#include "fft_vector.h"
#include "fr.h"

#include <blst.h>
#include <blst_aux.h>

// Blocks up to this size stay in the first-level cache while all their stages are done.
#define FFT_CACHED_LOG 9

bool vk_fft_is_accelerated(void) { return fft_vector_is_available(); }

void vk_fft_table(vk_fr *table, unsigned log_size, vk_fr root, bool is_vector) {
    size_t size = (size_t)1 << log_size;
    // The vector kernels divide products by 2^260, the form of the elements by 2^256.
    vk_fr one = FR_ONE;
    for (int i = 0; i < 4 && is_vector; i++) one = fr_add(one, one);
    table[0] = one;
    if (log_size == 0) return;
    size_t half = size / 2;
    vk_fr power = one;
    for (size_t j = 0; j < half; j++) {
        table[half + j] = power;
        power = fr_mul(power, root);
    }
    // A smaller transform's roots are every second of the next larger one's.
    for (half /= 2; half > 0; half /= 2) {
        for (size_t j = 0; j < half; j++) table[half + j] = table[2 * half + 2 * j];
    }
}

void vk_fft_dif_stage(vk_fr *data, size_t half, const vk_fr *table, bool is_vector, size_t from,
                      size_t to) {
    if (is_vector) {
        fft_vector_dif_stage(data, half, table, from, to);
        return;
    }
    const vk_fr *roots = table + half;
    for (size_t j = from; j < to; j++) {
        blst_fr_gs_bfly((blst_fr *)&data[j], (blst_fr *)&data[j + half], (const blst_fr *)&roots[j]);
    }
}

void vk_fft_dit_stage(vk_fr *data, size_t half, const vk_fr *table, bool is_vector, size_t from,
                      size_t to) {
    if (is_vector) {
        fft_vector_dit_stage(data, half, table, from, to);
        return;
    }
    const vk_fr *roots = table + half;
    for (size_t j = from; j < to; j++) {
        blst_fr_ct_bfly((blst_fr *)&data[j], (blst_fr *)&data[j + half], (const blst_fr *)&roots[j]);
    }
}

void vk_fft_dif(vk_fr *data, unsigned log_size, const vk_fr *table, bool is_vector) {
    size_t size = (size_t)1 << log_size;
    if (log_size > FFT_CACHED_LOG) {
        size_t half = size / 2;
        vk_fft_dif_stage(data, half, table, is_vector, 0, half);
        vk_fft_dif(data, log_size - 1, table, is_vector);
        vk_fft_dif(data + half, log_size - 1, table, is_vector);
        return;
    }
    size_t least = is_vector ? 8 : 1;
    for (size_t half = size / 2; half >= least; half /= 2) {
        for (size_t block = 0; block < size; block += 2 * half)
            vk_fft_dif_stage(data + block, half, table, is_vector, 0, half);
    }
    if (is_vector) fft_vector_dif_last(data, size, table);
}

void vk_fft_dit(vk_fr *data, unsigned log_size, const vk_fr *table, bool is_vector) {
    size_t size = (size_t)1 << log_size;
    if (log_size > FFT_CACHED_LOG) {
        size_t half = size / 2;
        vk_fft_dit(data, log_size - 1, table, is_vector);
        vk_fft_dit(data + half, log_size - 1, table, is_vector);
        vk_fft_dit_stage(data, half, table, is_vector, 0, half);
        return;
    }
    if (is_vector) fft_vector_dit_first(data, size, table);
    for (size_t half = is_vector ? 8 : 1; half < size; half *= 2) {
        for (size_t block = 0; block < size; block += 2 * half)
            vk_fft_dit_stage(data + block, half, table, is_vector, 0, half);
    }
}

static size_t reverse_bits(size_t value, unsigned bits) {
    size_t result = 0;
    for (unsigned i = 0; i < bits; i++) {
        result = (result << 1) | (value & 1);
        value >>= 1;
    }
    return result;
}

void vk_fft_reverse_bits(vk_fr *data, unsigned log_size) {
    size_t size = (size_t)1 << log_size;
    for (size_t i = 0; i < size; i++) {
        size_t j = reverse_bits(i, log_size);
        if (i < j) {
            vk_fr t = data[i];
            data[i] = data[j];
            data[j] = t;
        }
    }
}

static vk_fr power_of(vk_fr base, size_t exponent) {
    vk_fr result = FR_ONE;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1) result = fr_mul(result, base);
        base = fr_mul(base, base);
    }
    return result;
}

void vk_fft_scale_reversed(vk_fr *data, unsigned log_size, vk_fr start, vk_fr ratio, size_t from,
                           size_t to) {
    // Runs of up to 256 neighbours share the high part of the exponent, and their low parts come from a table.
    enum { LOW_LOG = 8 };
    unsigned low_log = log_size < LOW_LOG ? log_size : LOW_LOG;
    size_t run = (size_t)1 << low_log;
    vk_fr low[1 << LOW_LOG];
    // Index i = block * run + k reverses to reverse(k) * (size / run) + reverse(block).
    vk_fr step = power_of(ratio, ((size_t)1 << log_size) >> low_log);
    vk_fr power = start;
    for (size_t k = 0; k < run; k++) {
        low[reverse_bits(k, low_log)] = power;
        power = fr_mul(power, step);
    }
    for (size_t i = from; i < to;) {
        size_t block = i >> low_log;
        vk_fr high = power_of(ratio, reverse_bits(block, log_size - low_log));
        size_t end = (block + 1) << low_log;
        if (end > to) end = to;
        for (; i < end; i++) data[i] = fr_mul(data[i], fr_mul(high, low[i & (run - 1)]));
    }
}
