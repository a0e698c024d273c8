/// How the execution of a message ended, as its receipt records it.
///
/// | range | meaning |
/// |---|---|
/// | 0 | success |
/// | 1…15 | refused by the virtual machine |
/// | 16…31 | shared by all actors |
/// | 32… | one actor's own |
public struct ExitCode: ProtocolInteger, Error {
    /// The number in the receipt.
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Whether the message had its effect.
    public var isSuccess: Bool { self == .ok }

    /// Whether the message could not even be charged, so that its nonce stays free.
    public var isSendFailure: Bool { self == .senderInvalid || self == .senderStateInvalid }

    /// Success.
    public static let ok: ExitCode = 0
    /// The sender does not exist or is no account.
    public static let senderInvalid: ExitCode = 1
    /// The sender's nonce or balance does not allow the message.
    public static let senderStateInvalid: ExitCode = 2
    /// The receiver has no such method (native actors).
    public static let invalidMethod: ExitCode = 3
    /// An actor panicked (native actors, network version 4 and later).
    public static let reserved1: ExitCode = 4
    /// The receiver does not exist and cannot be created.
    public static let invalidReceiver: ExitCode = 5
    /// The caller cannot pay the value it sends.
    public static let insufficientFunds: ExitCode = 6
    /// The gas limit was reached.
    public static let outOfGas: ExitCode = 7
    /// The caller may not do this in the system (native actors).
    public static let systemForbidden: ExitCode = 8
    /// An actor broke a rule of the runtime.
    public static let illegalActor: ExitCode = 9
    /// An actor passed the system something senseless (native actors).
    public static let systemIllegalArgument: ExitCode = 10

    /// A parameter is wrong.
    public static let illegalArgument: ExitCode = 16
    /// Something that was asked for does not exist.
    public static let notFound: ExitCode = 17
    /// The caller may not do this.
    public static let forbidden: ExitCode = 18
    /// The actor cannot pay.
    public static let actorInsufficientFunds: ExitCode = 19
    /// The actor's state is broken.
    public static let illegalState: ExitCode = 20
    /// State or parameters cannot be decoded.
    public static let serialization: ExitCode = 21
    /// The actor does not handle this message (wasm actors).
    public static let unhandledMessage: ExitCode = 22
    /// No more is known.
    public static let unspecified: ExitCode = 23
    /// An assertion failed (wasm actors).
    public static let assertionFailed: ExitCode = 24
    /// A change was attempted in a read-only call.
    public static let readOnly: ExitCode = 25
    /// The method takes no value.
    public static let notPayable: ExitCode = 26
    /// The first code that an actor may define for itself.
    public static let firstActorSpecific: ExitCode = 32

    /// Name and number as lotus prints them, or the number alone.
    public var description: String {
        Self.names[rawValue].map { "\($0)(\(rawValue))" } ?? String(rawValue)
    }

    // The names of today's go-state-types, which the recorded answers show; some codes meant something
    // else to the native actors, for which the constants above are named.
    private static let names: [Int64: String] = [
        0: "Ok", 1: "SysErrSenderInvalid", 2: "SysErrSenderStateInvalid", 3: "SysErrReserved1",
        4: "SysErrIllegalInstruction", 5: "SysErrInvalidReceiver", 6: "SysErrInsufficientFunds",
        7: "SysErrOutOfGas", 8: "SysErrReserved2", 9: "SysErrIllegalExitCode", 10: "SysFatal",
        11: "SysErrMissingReturn", 12: "SysErrReserved3", 13: "SysErrReserved4",
        14: "SysErrReserved5", 15: "SysErrReserved6", 16: "ErrIllegalArgument",
        17: "ErrNotFound", 18: "ErrForbidden", 19: "ErrInsufficientFunds", 20: "ErrIllegalState",
        21: "ErrSerialization", 22: "ErrUnhandledMessage", 23: "ErrUnspecified",
        24: "ErrAssertionFailed", 25: "ErrReadOnly", 26: "ErrNotPayable",
    ]
}
