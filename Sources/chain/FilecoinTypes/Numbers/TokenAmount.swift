public import BigIntegers

/// An amount of FIL, kept in its smallest unit, the attoFIL (10^-18 FIL).
///
/// Amounts may be negative where a difference is meant; what a message or an actor may hold is checked by
/// the rule that reads it.
public struct TokenAmount: Hashable, Comparable, Sendable, AdditiveArithmetic,
    ExpressibleByIntegerLiteral
{
    /// The amount in attoFIL.
    public let attoFIL: BigInt

    /// Wraps a number of attoFIL.
    public init(attoFIL: BigInt) {
        self.attoFIL = attoFIL
    }

    /// Wraps a small number of attoFIL.
    public init(integerLiteral value: Int64) {
        attoFIL = BigInt(value)
    }

    /// A whole number of FIL.
    public static func fil(_ count: Int64) -> TokenAmount {
        TokenAmount(attoFIL: BigInt(count) * attoFILPerFIL)
    }

    /// Nothing.
    public static let zero: TokenAmount = 0
    /// How many attoFIL one FIL has.
    public static let attoFILPerFIL: BigInt = 1_000_000_000_000_000_000
    /// All FIL that will ever exist: 2 000 000 000.
    public static let totalSupply: TokenAmount = .fil(2_000_000_000)

    /// Whether this is nothing.
    public var isZero: Bool { attoFIL.isZero }
    /// Whether this is less than nothing.
    public var isNegative: Bool { attoFIL.signum < 0 }
    /// Whether this is more than nothing.
    public var isPositive: Bool { attoFIL.signum > 0 }

    public static func < (a: Self, b: Self) -> Bool { a.attoFIL < b.attoFIL }
    public static func + (a: Self, b: Self) -> Self { Self(attoFIL: a.attoFIL + b.attoFIL) }
    public static func - (a: Self, b: Self) -> Self { Self(attoFIL: a.attoFIL - b.attoFIL) }
    public static prefix func - (a: Self) -> Self { Self(attoFIL: BigInt(0) - a.attoFIL) }

    /// Returns the amount taken `factor` times.
    public static func * (a: Self, factor: BigInt) -> Self { Self(attoFIL: a.attoFIL * factor) }
    /// Returns the amount taken `factor` times.
    public static func * (a: Self, factor: Int64) -> Self { a * BigInt(factor) }
    /// Returns the price of `gas` units at this amount each.
    public static func * (a: Self, gas: GasAmount) -> Self { a * BigInt(gas.rawValue) }
}
