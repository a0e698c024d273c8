internal import CBOR
public import Multiformats

/// A request to an actor: a transfer of value, a call of a method, or both.
///
/// | # | field | CBOR | meaning |
/// |---|---|---|---|
/// | 0 | version | unsigned | always 0 |
/// | 1 | to | address bytes | the actor that is called |
/// | 2 | from | address bytes | the account that signs and pays |
/// | 3 | nonce | unsigned | how many messages of the account precede it |
/// | 4 | value | big integer | attoFIL that go to the receiver |
/// | 5 | gasLimit | signed | the most gas that execution may use |
/// | 6 | gasFeeCap | big integer | the most attoFIL to pay for a unit of gas |
/// | 7 | gasPremium | big integer | attoFIL for a unit of gas that the block's miner gets |
/// | 8 | method | unsigned | the method, 0 for a plain transfer |
/// | 9 | params | bytes | what the method takes, encoded by its own rule |
///
/// Both kinds of key sign the bytes of the message's ``cid``.
public struct Message: Hashable, Sendable {
    /// The only version there is.
    public static let currentVersion: UInt64 = 0

    public var version: UInt64
    public var to: Address
    public var from: Address
    public var nonce: UInt64
    public var value: TokenAmount
    public var gasLimit: GasAmount
    public var gasFeeCap: TokenAmount
    public var gasPremium: TokenAmount
    public var method: MethodNumber
    public var params: [UInt8]
    /// How the API form shows empty parameters; no part of the message's identity.
    public var emptyParams: EmptyBytesForm

    /// Makes a message; gas fields left out are to be estimated.
    public init(
        version: UInt64 = Message.currentVersion,
        to: Address,
        from: Address,
        nonce: UInt64 = 0,
        value: TokenAmount = 0,
        gasLimit: GasAmount = 0,
        gasFeeCap: TokenAmount = 0,
        gasPremium: TokenAmount = 0,
        method: MethodNumber = .send,
        params: [UInt8] = []
    ) {
        self.version = version
        self.to = to
        self.from = from
        self.nonce = nonce
        self.value = value
        self.gasLimit = gasLimit
        self.gasFeeCap = gasFeeCap
        self.gasPremium = gasPremium
        self.method = method
        self.params = params
        self.emptyParams = .null
    }

    /// The CID of the chain form, which is what gets signed.
    ///
    /// - Complexity: One encoding and one BLAKE2b over it.
    public var cid: CID { CID.dagCBOR(hashing: cborBytes()) }

    /// The most that execution can take from the sender besides the value: fee cap times gas limit.
    public var requiredFunds: TokenAmount { gasFeeCap * gasLimit }

    /// The premium for a unit of gas that remains under the fee cap at a base fee; at least zero.
    public func effectiveGasPremium(baseFee: TokenAmount) -> TokenAmount {
        let available = gasFeeCap - baseFee
        guard !available.isNegative else { return 0 }
        return min(gasPremium, available)
    }
}

/// How an empty byte string of the API form was written, so that an answer repeats it.
///
/// Go tells a slice that was never filled (`null`, as everything read from the chain is) from an empty one
/// that a client sent (`""`).
public enum EmptyBytesForm: Hashable, Sendable {
    case null
    case text

    // What the chain sees is equal, so messages are too.
    public static func == (a: Self, b: Self) -> Bool { true }
    public func hash(into hasher: inout Hasher) {}

    /// Whether `""` is written.
    public var isText: Bool {
        switch self {
        case .null: false
        case .text: true
        }
    }
}

/// A message with the signature of its sender.
public struct SignedMessage: Hashable, Sendable {
    /// What is asked for.
    public var message: Message
    /// The sender's signature of the message's CID.
    public var signature: Signature

    /// Joins message and signature; whether they fit is not checked.
    public init(message: Message, signature: Signature) {
        self.message = message
        self.signature = signature
    }

    /// The CID under which the chain stores the message.
    ///
    /// BLS signatures are aggregated in the block, so only the bare message is stored and named; any other
    /// signature is stored with its message.
    public var cid: CID {
        signature.type == .bls ? message.cid : CID.dagCBOR(hashing: cborBytes())
    }

    /// How many bytes the message takes on the chain, which gas is charged for.
    public var chainByteCount: Int {
        signature.type == .bls ? message.cborBytes().count : cborBytes().count
    }
}
