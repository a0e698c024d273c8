// Encoding: the replica is the sector's data plus the last layer, node by node, in the scalar field.
#include "CSealKernels.h"
#include "scalar_field.h"

void seal_encode(uint8_t *data, const uint8_t *key, size_t nodes) {
    for (size_t i = 0; i < nodes; i++)
        scalar_store(data + 32 * i,
                     scalar_add(scalar_load(data + 32 * i), scalar_load(key + 32 * i)));
}

void seal_decode(uint8_t *data, const uint8_t *key, size_t nodes) {
    for (size_t i = 0; i < nodes; i++)
        scalar_store(data + 32 * i,
                     scalar_subtract(scalar_load(data + 32 * i), scalar_load(key + 32 * i)));
}
