// Fr32 padding: 127 bytes of data become four nodes of 254 bits, each with two zero bits on top.
#include "CSealKernels.h"

void seal_fr32_pad(uint8_t *out, const uint8_t *in, size_t quads) {
    for (; quads > 0; quads--, out += 128, in += 127) {
        for (int i = 0; i < 32; i++) out[i] = in[i];
        for (int i = 0; i < 32; i++) out[32 + i] = (uint8_t)(in[31 + i] >> 6 | in[32 + i] << 2);
        for (int i = 0; i < 32; i++) out[64 + i] = (uint8_t)(in[63 + i] >> 4 | in[64 + i] << 4);
        for (int i = 0; i < 31; i++) out[96 + i] = (uint8_t)(in[95 + i] >> 2 | in[96 + i] << 6);
        out[127] = in[126] >> 2;
        for (int node = 0; node < 4; node++) out[32 * node + 31] &= 0x3f;
    }
}

void seal_fr32_unpad(uint8_t *out, const uint8_t *in, size_t quads) {
    for (; quads > 0; quads--, out += 127, in += 128) {
        for (int i = 0; i < 31; i++) out[i] = in[i];
        for (int i = 31; i < 63; i++)
            out[i] = (uint8_t)((i == 31 ? in[31] : in[i] >> 2) | in[i + 1] << 6);
        // Byte 31 takes six bits of node 0 and two of node 1, byte 63 four of node 1, byte 95 two of node 2.
        for (int i = 63; i < 95; i++)
            out[i] = (uint8_t)((i == 63 ? in[63] >> 2 : in[i] >> 4) | in[i + 1] << 4);
        for (int i = 95; i < 127; i++)
            out[i] = (uint8_t)((i == 95 ? in[95] >> 4 : in[i] >> 6) | in[i + 1] << 2);
    }
}
