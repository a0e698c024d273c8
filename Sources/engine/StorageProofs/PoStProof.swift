package import Bytes

/// A sector that a proof of space-time covers, and where its files are.
package struct PoStSector: Hashable, Sendable {
    /// The sector number.
    package let number: UInt64
    /// The commitment of the replica, as the chain has it.
    package let commR: Bytes32
    /// The path of the replica.
    package let replica: String
    /// The cache folder, with `p_aux` and tree-r-last.
    package let cache: String

    /// Creates a sector.
    package init(number: UInt64, commR: Bytes32, replica: String, cache: String) {
        self.number = number
        self.commR = commR
        self.replica = replica
        self.cache = cache
    }
}

/// The vanilla proof of space-time of one sector: paths from the challenged leaves to the root.
///
/// The binary form (bincode of the reference's `FallbackPoStSectorProof`):
///
/// | field | form |
/// |---|---|
/// | sector number | LE64 |
/// | CommR | 32 bytes |
/// | number of sector proofs, always 1 | LE64 |
/// | paths | LE64 count, then each path |
/// | CommC, CommR-last | 32 bytes each |
package struct PoStSectorProof: Hashable, Sendable {
    /// The sector number.
    package let sector: UInt64
    /// The commitment of the replica, H2(CommC, CommR-last).
    package let commR: Bytes32
    /// The root of the tree over the column hashes.
    package let commC: Bytes32
    /// The root of the tree over the replica.
    package let commRLast: Bytes32
    /// A path for each challenge, in order.
    package let paths: [MerkleProof]

    /// Opens the challenged leaves of a sector.
    ///
    /// - Throws: If files are missing, malformed or do not belong together, or if they are not those of
    ///   the sector's CommR. To the caller each means that the sector is faulty.
    package init(
        _ sector: PoStSector,
        challenges: [Int],
        parameters: SectorParameters
    ) throws(SealError) {
        let aux = try PersistentAux(cache: sector.cache)
        guard MerkleProof.poseidon([aux.commC, aux.commRLast]) == sector.commR else {
            throw SealError(
                .commitmentMismatch,
                "p_aux in \(sector.cache) is not that of sector \(sector.number)'s commitment"
            )
        }
        let tree = try ReplicaTree(
            replica: sector.replica,
            cache: sector.cache,
            parameters: parameters
        )
        guard tree.root == aux.commRLast else {
            throw SealError(
                .commitmentMismatch,
                "tree-r-last in \(sector.cache) is not that of sector \(sector.number)"
            )
        }
        var paths: [MerkleProof] = []
        for challenge in challenges { paths.append(try tree.open(challenge)) }
        self.sector = sector.number
        self.commR = sector.commR
        commC = aux.commC
        commRLast = aux.commRLast
        self.paths = paths
    }

    /// Reads the binary form.
    package init(_ bytes: [UInt8]) throws(SealError) {
        var reader = BincodeReader(bytes, name: "a PoSt sector proof")
        sector = try reader.unsigned64()
        commR = try reader.node()
        guard try reader.count(unit: 72) == 1 else {
            throw SealError(.malformedFile, "a PoSt sector proof has not exactly one sector")
        }
        paths = try reader.list(unit: 76) { (reader) throws(SealError) in
            try MerkleProof(from: &reader)
        }
        commC = try reader.node()
        commRLast = try reader.node()
        try reader.finish()
    }

    /// The binary form.
    package var bytes: [UInt8] {
        var writer = BincodeWriter()
        writer.unsigned64(sector)
        writer.node(commR)
        writer.count(1)
        writer.list(paths) { $1.write(to: &$0) }
        writer.node(commC)
        writer.node(commRLast)
        return writer.bytes
    }

    /// Whether the paths open the challenged leaves of a replica with this CommR.
    package func isValid(for challenges: [Int]) -> Bool {
        paths.count == challenges.count
            && MerkleProof.poseidon([commC, commRLast]) == commR
            && zip(paths, challenges).allSatisfy { path, challenge in
                path.root == commRLast && path.isValid(for: challenge, .poseidon)
            }
    }
}
