// The inner loops of sealing: SHA-256 of label preimages and tree rows, the parents of the stacked
// depth-robust graph, and Poseidon. Everything here is a pure function over memory of the caller; nothing
// allocates, locks or keeps state. Sizes are in nodes of 32 bytes unless said otherwise.
#ifndef CSEALKERNELS_H
#define CSEALKERNELS_H

#include <stddef.h>
#include <stdint.h>

// SHA-256 ----------------------------------------------------------------------------------------------

/// Whether the processor has the SHA extensions that the fast kernels use.
int seal_sha256_is_accelerated(void);

/// Compresses `count` blocks of 64 bytes into `state`, with the best kernel of this processor.
void seal_sha256_compress(uint32_t state[8], const uint8_t *blocks, size_t count);

/// The same in plain C, for processors without the extensions and for comparison in tests.
void seal_sha256_compress_portable(uint32_t state[8], const uint8_t *blocks, size_t count);

/// One row of a binary tree: `out[i]` = SHA-256(`in[2i]` || `in[2i+1]`) with the two top bits of the last byte
/// cleared. `in` holds 2 * `pairs` nodes, `out` receives `pairs`; `out` may equal `in`.
void seal_sha256_tree_row(uint8_t *out, const uint8_t *in, size_t pairs);

/// The same in plain C.
void seal_sha256_tree_row_portable(uint8_t *out, const uint8_t *in, size_t pairs);

// Stacked depth-robust graph -----------------------------------------------------------------------------

/// What defines the parents of a graph.
typedef struct {
    /// The number of nodes, a power of two up to 2^31.
    uint64_t nodes;
    /// The first 28 bytes of SHA-256("Filecoin_DRSample" || porep id).
    uint8_t drg_seed[28];
    /// The first three keys of SHA-256("Filecoin_Feistel" || porep id).
    uint64_t feistel_keys[3];
    /// 1 for api version 1.0.0: the predecessor comes last, expander indices are cut to 32 bits.
    int is_legacy;
} seal_graph;

/// Number of parents of a node: 6 base, then 8 expander.
#define SEAL_DEGREE 14

/// Writes the 14 parents of nodes `first` ..< `first + count`: 6 base parents, then 8 expander parents.
void seal_graph_parents(uint32_t *parents, const seal_graph *graph, uint64_t first, uint64_t count);

/// The same in plain C.
void seal_graph_parents_portable(uint32_t *parents, const seal_graph *graph, uint64_t first,
                                 uint64_t count);

/// Computes the labels of nodes `first` ..< `first + count` of a layer (counted from 1).
///
/// `labels` is the whole layer (labels below `first` are there already), `previous` the whole layer before or
/// null for layer 1, `parents` the parents of node `first` and the following.
void seal_labels(uint8_t *labels, const uint8_t *previous, const uint32_t *parents,
                 const uint8_t replica_id[32], uint32_t layer, uint64_t first, uint64_t count);

/// The same in plain C.
void seal_labels_portable(uint8_t *labels, const uint8_t *previous, const uint32_t *parents,
                          const uint8_t replica_id[32], uint32_t layer, uint64_t first,
                          uint64_t count);

// Poseidon ---------------------------------------------------------------------------------------------

/// The constants of one Poseidon instance over the scalar field of BLS12-381, made ready for the kernels.
/// Read-only after it is made, so any number of threads may use it.
typedef struct seal_poseidon seal_poseidon;

/// Prepares an instance of width `width` = arity + 1 (3 to 12).
///
/// `constants` holds field elements as 32 bytes, little-endian, below the modulus, in this order: domain tag;
/// 8 * width + partial_rounds compressed round constants; width * width MDS matrix by rows; the pre-sparse
/// matrix by rows; then for each partial round a sparse matrix: its first column (width) and the rest of its
/// first row (width - 1).
/// Returns null if the width is out of range or memory is short. Free it with seal_poseidon_free.
seal_poseidon *seal_poseidon_make(int width, int partial_rounds, const uint8_t *constants);
void seal_poseidon_free(seal_poseidon *instance);

/// Whether the processor has the vector instructions (AVX-512 IFMA) of the eight-lane kernel.
int seal_poseidon_is_accelerated(void);

/// Hashes `count` preimages: element k of preimage i is the node at `inputs[k] + i * stride` bytes, below the
/// modulus. `out` receives `count` nodes; it may not overlap the inputs unless it equals inputs[0] and
/// every preimage lies at or after its own output.
void seal_poseidon_hash(const seal_poseidon *instance, uint8_t *out, const uint8_t *const *inputs,
                        size_t stride, size_t count);

/// The same in plain C.
void seal_poseidon_hash_portable(const seal_poseidon *instance, uint8_t *out,
                                 const uint8_t *const *inputs, size_t stride, size_t count);

// Fr32 padding -----------------------------------------------------------------------------------------

/// Pads `quads` times 127 bytes to 128 bytes: every 254 bits of data take a node of 256.
void seal_fr32_pad(uint8_t *out, const uint8_t *in, size_t quads);

/// Undoes seal_fr32_pad: `quads` times 128 bytes to 127.
void seal_fr32_unpad(uint8_t *out, const uint8_t *in, size_t quads);

// Replicas ---------------------------------------------------------------------------------------------

/// `data[i]` = `data[i]` + `key[i]` modulo the order of the scalar field. All nodes are below the modulus.
void seal_encode(uint8_t *data, const uint8_t *key, size_t nodes);

/// `data[i]` = `data[i]` - `key[i]`: undoes seal_encode.
void seal_decode(uint8_t *data, const uint8_t *key, size_t nodes);

#endif
