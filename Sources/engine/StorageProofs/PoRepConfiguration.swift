package import Bytes

/// The version of the proof interface: it decides the order of parents and the PoSt challenges.
package enum ProofVersion: String, Hashable, Sendable, CaseIterable {
    case v1_0 = "1.0.0"
    case v1_1 = "1.1.0"
    case v1_2 = "1.2.0"
}

/// One registered proof of replication: a sector size with a version, a variant and an id.
///
/// The numbers are those on the chain: 0 to 4 StackedDrg…V1, 5 to 9 …V1_1, 10 to 14
/// …V1_1_Feat_SyntheticPoRep, 15 to 19 …V1_2_Feat_NonInteractivePoRep, each for 2 KiB, 8 MiB, 512 MiB,
/// 32 GiB and 64 GiB.
package struct PoRepConfiguration: Hashable, Sendable {
    /// Where the challenges of a proof come from.
    package enum Variant: String, Hashable, Sendable {
        /// From the chain's randomness.
        case interactive
        /// From a set fixed at pre-commitment, of which the chain's randomness selects.
        case synthetic
        /// From the commitment of the replica alone.
        case nonInteractive
    }

    /// The numbers of the sector size.
    package let parameters: SectorParameters
    /// The version of the proof interface.
    package let version: ProofVersion
    /// Where challenges come from.
    package let variant: Variant
    /// What makes graph and replica specific to this proof type.
    package let poRepID: Bytes32

    /// Creates a configuration of one's own, for tests and for sizes without a registered number.
    package init(
        parameters: SectorParameters,
        version: ProofVersion,
        variant: Variant = .interactive,
        poRepID: Bytes32
    ) {
        self.parameters = parameters
        self.version = version
        self.variant = variant
        self.poRepID = poRepID
    }

    /// Returns the configuration of a registered seal proof, or nil if the number is unknown.
    package init?(registeredProof number: Int) {
        guard (0..<20).contains(number), let name = Self.sizes[safe: number % 5],
            let parameters = SectorParameters.of(sectorSize: name.bytes)
        else { return nil }
        let group = number / 5
        // 8 bytes of number, 8 of a nonce that is always 0, 16 zeros.
        var id: [UInt8] = [UInt8](repeating: 0, count: 32)
        id[0] = UInt8(number)
        self.init(
            parameters: parameters,
            version: group == 0 ? .v1_0 : group == 1 ? .v1_1 : .v1_2,
            variant: group == 2 ? .synthetic : group == 3 ? .nonInteractive : .interactive,
            poRepID: Bytes32(id) ?? Bytes32()
        )
    }

    /// The sizes that have registered numbers, in the order of the numbers.
    private static let sizes: [(bytes: UInt64, name: String)] = [
        (2 << 10, "2KiB"), (8 << 20, "8MiB"), (512 << 20, "512MiB"), (32 << 30, "32GiB"),
        (64 << 30, "64GiB"),
    ]

    /// The name of the size in the names of registered proofs, such as `2KiB`.
    package var sizeName: String {
        Self.sizes.first { $0.bytes == parameters.sectorSize }?.name ?? "\(parameters.sectorSize)B"
    }

    /// The name of the registered proof in the reference's JSON, such as `StackedDrg2KiBV1_1`.
    package var name: String {
        let base = "StackedDrg\(sizeName)"
        return switch (version, variant) {
        case (.v1_0, _): base + "V1"
        case (.v1_1, .interactive), (.v1_2, .interactive): base + "V1_1"
        case (_, .synthetic): base + "V1_1_Feat_SyntheticPoRep"
        case (_, .nonInteractive): base + "V1_2_Feat_NonInteractivePoRep"
        }
    }

    /// The number of challenges of one partition.
    package var challengesPerPartition: Int {
        variant == .nonInteractive
            ? parameters.nonInteractiveChallenges : parameters.poRepChallenges
    }

    /// The number of partitions, each with a proof of 192 bytes.
    package var partitions: Int {
        variant == .nonInteractive
            ? parameters.nonInteractivePartitions : parameters.poRepPartitions
    }
}

extension Array {
    /// The element at `index`, or nil outside the array.
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
