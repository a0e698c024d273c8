package import Bytes
internal import CSodium
internal import Hashing

/// Which nodes a proof of replication opens.
package enum SealChallenges {
    /// The challenges of one partition, of whichever variant.
    ///
    /// - Parameters:
    ///   - configuration: The proof type.
    ///   - replicaID: The id of the replica.
    ///   - commR: The commitment of the replica; the interactive variant does not use it.
    ///   - seed: The randomness of the seed epoch; the non-interactive variant does not use it.
    ///   - partition: The number of the partition.
    /// - Returns: The challenged nodes, in order.
    package static func challenges(
        _ configuration: PoRepConfiguration,
        replicaID: Bytes32,
        commR: Bytes32,
        seed: Bytes32,
        partition: Int
    ) -> [Int] {
        let count = configuration.challengesPerPartition
        let nodes = configuration.parameters.nodes
        switch configuration.variant {
        case .interactive:
            return interactive(
                replicaID: replicaID,
                seed: seed,
                partition: partition,
                count: count,
                nodes: nodes
            )
        case .nonInteractive:
            return nonInteractive(
                replicaID: replicaID,
                commR: commR,
                partition: partition,
                count: count,
                nodes: nodes
            )
        case .synthetic:
            let set = syntheticSet(replicaID: replicaID, commR: commR, nodes: nodes)
            return syntheticIndices(
                replicaID: replicaID,
                seed: seed,
                setSize: set.count,
                partition: partition,
                count: count
            ).map { set[$0] }
        }
    }

    /// Challenges from the chain's randomness (interactive PoRep).
    ///
    /// Of `nodes` nodes, `count` are challenged in each partition.
    package static func interactive(
        replicaID: Bytes32,
        seed: Bytes32,
        partition: Int,
        count: Int,
        nodes: Int
    ) -> [Int] {
        let prefix = replicaID.bytes + seed.bytes
        return derived(from: prefix, partition: partition, count: count, nodes: nodes)
    }

    /// Challenges from the replica's commitment alone (non-interactive PoRep).
    package static func nonInteractive(
        replicaID: Bytes32,
        commR: Bytes32,
        partition: Int,
        count: Int,
        nodes: Int
    ) -> [Int] {
        let prefix =
            Array("filecoin.io|PoRep|1|NonInteractive|1".utf8) + replicaID.bytes + commR.bytes
        return derived(from: prefix, partition: partition, count: count, nodes: nodes)
    }

    private static func derived(
        from prefix: [UInt8],
        partition: Int,
        count: Int,
        nodes: Int
    ) -> [Int] {
        (0..<count).map { index in
            var preimage = prefix
            preimage.appendLittleEndian(UInt32(truncatingIfNeeded: count * partition + index))
            return node(from: SHA256.hash(preimage), nodes: nodes)
        }
    }

    /// A node other than the first: the little-endian integer modulo (nodes - 1), plus 1.
    private static func node(from bytes: [UInt8], nodes: Int) -> Int {
        let modulus = UInt64(nodes - 1)
        // Less than 2^36 nodes, so a remainder shifted by a byte fits into 64 bits.
        let remainder = bytes.reversed().reduce(UInt64(0)) { ($0 << 8 | UInt64($1)) % modulus }
        return Int(remainder) + 1
    }

    /// The largest number of synthetic challenges of a sector.
    package static let synthetic: Int = 1 << 18

    /// The whole set of synthetic challenges, fixed by the replica.
    ///
    /// By default there are as many as nodes, at most 2^18.
    package static func syntheticSet(
        replicaID: Bytes32,
        commR: Bytes32,
        nodes: Int,
        count: Int? = nil
    ) -> [Int] {
        let count = count ?? min(nodes, synthetic)
        let stream = keyStream(
            "Generation",
            replicaID.bytes + commR.bytes,
            byteCount: 32 * count
        )
        return (0..<count).map { node(from: Array(stream[32 * $0..<32 * $0 + 32]), nodes: nodes) }
    }

    /// Which of the sector's `setSize` synthetic challenges the chain's randomness selects for a partition.
    package static func syntheticIndices(
        replicaID: Bytes32,
        seed: Bytes32,
        setSize: Int,
        partition: Int,
        count: Int
    ) -> [Int] {
        let end = count * (partition + 1)
        let stream = keyStream("Selection", replicaID.bytes + seed.bytes, byteCount: 4 * end)
        return (count * partition..<end).map { index in
            let word = stream[4 * index..<4 * index + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
            return word % setSize
        }
    }

    /// ChaCha20 keyed with a keyed BLAKE2b of `data`.
    private static func keyStream(_ use: String, _ data: [UInt8], byteCount: Int) -> [UInt8] {
        let label = Array("filecoin.io|PoRep|1|Synthetic|1|\(use)".utf8)
        let key = BLAKE2b.hash(data, outputLength: 32, key: label)
        let nonce = Array("synth-porep\0".utf8)
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { out, count in
            if let base = out.baseAddress {
                unsafe crypto_stream_chacha20_ietf(base, UInt64(byteCount), nonce, key)
            }
            count = byteCount
        }
    }
}
