package import FilecoinTypes

/// The price of one operation, in gas.
package struct GasCharge: Equatable, Sendable {
    /// The operation's name in traces.
    package let name: StaticString
    /// Gas for work.
    package let compute: Int64
    /// Gas for space.
    package let storage: Int64

    @inlinable
    package init(_ name: StaticString, compute: Int64, storage: Int64 = 0) {
        self.name = name
        self.compute = compute
        self.storage = storage
    }

    /// Both parts together.
    @inlinable package var total: Int64 { compute + storage }

    package static func == (a: Self, b: Self) -> Bool {
        a.compute == b.compute && a.storage == b.storage && a.name.description == b.name.description
    }
}

/// What each operation of the native machine costs.
///
/// Source: lotus v1.15, `chain/vm/gas.go`. There are two lists; which one a network charges is one of its
/// parameters, not a function of the epoch.
package struct GasPriceList: Sendable {
    /// A step of the aggregate price: from `start` proofs on, `gas`.
    typealias Step = (start: Int, gas: Int64)

    /// A price of a WindowPoSt: a part for the proof and one per challenged sector.
    struct ProofPrice: Sendable {
        let flat: Int64
        let perSector: Int64
    }

    private let storageMultiplier: Int64
    private let ipldGetBase: Int64
    private let ipldPutBase: Int64
    private let postSmall: ProofPrice
    private let postLarge: ProofPrice
    private let postHalved: Bool
    private let pricesAggregates: Bool
    private let replicaUpdate: Int64

    /// The list from epoch 0 of the main network, and for ever on the `2k` development network.
    package static let genesis = GasPriceList(
        storageMultiplier: 1000,
        ipldGetBase: 75_242,
        ipldPutBase: 84_070,
        postSmall: ProofPrice(flat: 123_861_062, perSector: 9_226_981),
        postLarge: ProofPrice(flat: 748_593_537, perSector: 85_639),
        postHalved: true,
        pricesAggregates: false,
        replicaUpdate: 0
    )

    /// The list from the Calico upgrade (network version 7) to network version 15.
    package static let calico = GasPriceList(
        storageMultiplier: 1300,
        ipldGetBase: 114_617,
        ipldPutBase: 353_640,
        postSmall: ProofPrice(flat: 117_680_921, perSector: 43_780),
        postLarge: ProofPrice(flat: 117_680_921, perSector: 43_780),
        postHalved: false,
        pricesAggregates: true,
        replicaUpdate: 36_316_136
    )

    /// Storing a message of `sizeBytes` in the chain.
    package func onChainMessage(sizeBytes: Int) -> GasCharge {
        GasCharge(
            "OnChainMessage",
            compute: 38_863,
            storage: (36 + Int64(sizeBytes)) * storageMultiplier
        )
    }

    /// Storing a return value of `sizeBytes` in the chain.
    package func onChainReturnValue(sizeBytes: Int) -> GasCharge {
        GasCharge("OnChainReturnValue", compute: 0, storage: Int64(sizeBytes) * storageMultiplier)
    }

    /// Sending value, calling a method, or both.
    package func onMethodInvocation(transfersValue: Bool, method: MethodNumber) -> GasCharge {
        var gas: Int64 = 29_233
        if transfersValue {
            gas += 27_500
            if method == .send { gas += 159_672 }
        }
        // Cheaper than a bare send because the callee charges for what it does.
        if method != .send { gas -= 5_377 }
        return GasCharge("OnMethodInvocation", compute: gas)
    }

    /// Reading a block.
    package var onIPLDGet: GasCharge { GasCharge("OnIpldGet", compute: ipldGetBase) }

    /// Writing a block of `sizeBytes`.
    package func onIPLDPut(sizeBytes: Int) -> GasCharge {
        GasCharge(
            "OnIpldPut",
            compute: ipldPutBase,
            storage: Int64(sizeBytes) * storageMultiplier
        )
    }

    /// Creating an actor.
    package var onCreateActor: GasCharge {
        GasCharge("OnCreateActor", compute: 1_108_454, storage: 76 * storageMultiplier)
    }

    /// Deleting an actor: a refund.
    package var onDeleteActor: GasCharge {
        GasCharge("OnDeleteActor", compute: 0, storage: -76 * storageMultiplier)
    }

    /// Verifying a signature; nil for a kind of signature that has no price.
    package func onVerifySignature(_ kind: SignatureType) -> GasCharge? {
        switch kind {
        case .bls: GasCharge("OnVerifySignature", compute: 16_598_605)
        case .secp256k1: GasCharge("OnVerifySignature", compute: 1_637_292)
        default: nil
        }
    }

    /// Hashing, whatever the length.
    package var onHashing: GasCharge { GasCharge("OnHashing", compute: 31_355) }

    /// Computing the data commitment of a sector.
    package var onComputeUnsealedSectorCID: GasCharge {
        GasCharge("OnComputeUnsealedSectorCid", compute: 98_647)
    }

    /// Verifying one seal proof; no actor does it outside a batch, which is free here.
    package var onVerifySeal: GasCharge { GasCharge("OnVerifySeal", compute: 2_000) }

    /// Verifying an aggregate of `count` seal proofs.
    package func onVerifyAggregateSeals(_ proof: RegisteredSealProof, count: Int) -> GasCharge {
        guard pricesAggregates else { return GasCharge("OnVerifyAggregateSeals", compute: 0) }
        let is64GiB = proof == .stackedDrg64GiBV1_1
        let perProof: Int64 = is64GiB ? 359_272 : 449_900
        let steps = is64GiB ? Self.steps64GiB : Self.steps32GiB
        let step = steps.last { $0.start <= count }?.gas ?? 0
        return GasCharge("OnVerifyAggregateSeals", compute: perProof * Int64(count) + step)
    }

    /// Verifying a replica update.
    package var onVerifyReplicaUpdate: GasCharge {
        GasCharge("OnVerifyReplicaUpdate", compute: replicaUpdate)
    }

    /// Verifying a WindowPoSt over `sectorCount` sectors; `proof` is the type of the first proof, if any.
    package func onVerifyPoSt(_ proof: RegisteredPoStProof?, sectorCount: Int) -> GasCharge {
        let isLarge = proof == .stackedDrgWindow32GiBV1 || proof == .stackedDrgWindow64GiBV1
        let price = isLarge ? postLarge : postSmall
        let gas = price.flat + Int64(sectorCount) * price.perSector
        return GasCharge("OnVerifyPost", compute: postHalved ? gas / 2 : gas)
    }

    /// Comparing two block headers.
    package var onVerifyConsensusFault: GasCharge {
        GasCharge("OnVerifyConsensusFault", compute: 495_422)
    }

    private static let steps32GiB: [Step] = [
        (4, 103_994_170), (7, 112_356_810), (13, 122_912_610), (26, 137_559_930),
        (52, 162_039_100), (103, 210_960_780), (205, 318_351_180), (410, 528_274_980),
    ]

    private static let steps64GiB: [Step] = [
        (4, 102_581_240), (7, 110_803_030), (13, 120_803_700), (26, 134_642_130),
        (52, 157_357_890), (103, 203_017_690), (205, 304_253_590), (410, 509_880_640),
    ]
}
