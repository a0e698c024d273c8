/// A moment of the chain, counted from genesis, or a span of such moments.
///
/// One epoch is one round of block production; how many seconds it lasts is a network parameter. Negative
/// values occur: upgrades "before genesis" and the marker "never" (-1).
public struct ChainEpoch: ProtocolQuantity {
    /// Epochs since genesis.
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The epoch that stands for "none" in actor state.
    public static let undefined: ChainEpoch = -1
}

/// Computation and storage that a message uses or may use, in units of gas.
public struct GasAmount: ProtocolQuantity {
    /// Units of gas.
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}
