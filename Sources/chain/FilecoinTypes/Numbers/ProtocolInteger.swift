/// A whole number that stands for one kind of thing, so that an epoch is never added to an actor ID.
///
/// The conforming types differ in meaning only; construction, order, text, CBOR and Lotus JSON are shared:
/// an integer in each form.
public protocol ProtocolInteger: RawRepresentable, Hashable, Comparable, Sendable,
    ExpressibleByIntegerLiteral, CustomStringConvertible
where RawValue: FixedWidthInteger & Sendable {
    /// Wraps a number.
    init(rawValue: RawValue)
}

extension ProtocolInteger {
    /// Wraps a number.
    public init(_ rawValue: RawValue) { self.init(rawValue: rawValue) }

    public init(integerLiteral value: RawValue.IntegerLiteralType)
    where RawValue.IntegerLiteralType: Sendable {
        self.init(rawValue: RawValue(integerLiteral: value))
    }

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    public var description: String { String(rawValue) }
}

/// A quantity that can be added, subtracted and scaled.
///
/// Sums wrap around at the ends of 64 bits, as in the reference implementation: both must agree on every
/// number that a hostile block can contain, and neither may stop. Nothing within the protocol's bounds
/// comes near the ends.
public protocol ProtocolQuantity: ProtocolInteger, AdditiveArithmetic
where RawValue: SignedInteger {}

extension ProtocolQuantity {
    public static func + (a: Self, b: Self) -> Self { Self(rawValue: a.rawValue &+ b.rawValue) }
    public static func - (a: Self, b: Self) -> Self { Self(rawValue: a.rawValue &- b.rawValue) }
    public static func * (a: Self, b: Self) -> Self { Self(rawValue: a.rawValue &* b.rawValue) }
    public static prefix func - (a: Self) -> Self { Self(rawValue: 0 &- a.rawValue) }

    /// The quotient, rounded towards zero.
    ///
    /// - Precondition: `b` is not zero.
    public static func / (a: Self, b: Self) -> Self {
        Self(rawValue: a.rawValue.dividedReportingOverflow(by: b.rawValue).partialValue)
    }

    /// The remainder, with the sign of `a`.
    ///
    /// - Precondition: `b` is not zero.
    public static func % (a: Self, b: Self) -> Self {
        Self(rawValue: a.rawValue.remainderReportingOverflow(dividingBy: b.rawValue).partialValue)
    }
}
