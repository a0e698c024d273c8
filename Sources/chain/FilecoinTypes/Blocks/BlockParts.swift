public import Bytes
internal import Hashing

/// A random value that each block carries on from its parents; it orders the blocks of a tipset.
public struct Ticket: Hashable, Sendable {
    /// The worker's verifiable random function of the parents' ticket: a BLS signature.
    public var vrfProof: [UInt8]

    /// Wraps a proof.
    public init(vrfProof: [UInt8]) {
        self.vrfProof = vrfProof
    }

    /// The value that tickets are compared by: BLAKE2b-256 of the proof.
    public var digest: Bytes32 { BLAKE2b.digest(vrfProof) }
}

/// The right to make a block: a draw of the worker, and how many times it won.
public struct ElectionProof: Hashable, Sendable {
    /// How often the miner won in this epoch; zero is no right.
    public var winCount: Int64
    /// The worker's verifiable random function of the epoch: a BLS signature.
    public var vrfProof: [UInt8]

    /// Joins count and proof; whether they fit is not checked.
    public init(winCount: Int64, vrfProof: [UInt8]) {
        self.winCount = winCount
        self.vrfProof = vrfProof
    }
}

/// A value of the public random beacon.
public struct BeaconEntry: Hashable, Sendable {
    /// Which value it is.
    public var round: UInt64
    /// The value: for drand, the signature of the round.
    public var data: [UInt8]

    /// Joins round and value.
    public init(round: UInt64, data: [UInt8]) {
        self.round = round
        self.data = data
    }
}
