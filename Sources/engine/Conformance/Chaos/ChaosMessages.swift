internal import CBOR
internal import FilecoinTypes
internal import Multiformats

// CBOR of each: a tuple of the fields in the order of declaration.

/// What the actor keeps: a text, and a list that stays empty.
struct ChaosState: Hashable, Sendable, CBORCodable {
    var value: String

    init(value: String) {
        self.value = value
    }

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.text(value)
        encoder.array(0)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        value = try decoder.text()
        try decoder.array(count: 0)
    }
}

/// Parameters of CallerValidation: how, and whom to let in.
struct ChaosCallerValidation: Hashable, Sendable, CBORCodable {
    var branch: Int64
    var addresses: [Address]
    var codes: [CID]

    init(branch: Int64, addresses: [Address], codes: [CID]) {
        self.branch = branch
        self.addresses = addresses
        self.codes = codes
    }

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.signed(branch)
        encoder.list(addresses)
        encoder.list(codes)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        branch = try decoder.signed()
        addresses = try decoder.list()
        codes = try decoder.list()
    }
}

/// Parameters of CreateActor.
struct ChaosCreateActor: Hashable, Sendable, CBORCodable {
    /// Whether the code is left undefined, whatever it says.
    var hasNoCode: Bool
    var code: CID
    /// Whether the address is left undefined.
    var hasNoAddress: Bool
    var address: Address

    init(hasNoCode: Bool, code: CID, hasNoAddress: Bool, address: Address) {
        self.hasNoCode = hasNoCode
        self.code = code
        self.hasNoAddress = hasNoAddress
        self.address = address
    }

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.bool(hasNoCode)
        encoder.encode(code)
        encoder.bool(hasNoAddress)
        encoder.encode(address)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        hasNoCode = try decoder.bool()
        code = try decoder.value()
        hasNoAddress = try decoder.bool()
        address = try decoder.value()
    }
}

/// Result of ResolveAddress.
struct ChaosResolution: Hashable, Sendable, CBORCodable {
    /// The ID; f00 without one.
    var address: Address
    var isFound: Bool

    init(address: Address, isFound: Bool) {
        self.address = address
        self.isFound = isFound
    }

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(address)
        encoder.bool(isFound)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        address = try decoder.value()
        isFound = try decoder.bool()
    }
}

/// Parameters of Send.
struct ChaosSend: Hashable, Sendable, CBORCodable {
    var to: Address
    var value: TokenAmount
    var method: MethodNumber
    var params: [UInt8]

    init(to: Address, value: TokenAmount, method: MethodNumber, params: [UInt8]) {
        self.to = to
        self.value = value
        self.method = method
        self.params = params
    }

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.encode(to)
        encoder.encode(value)
        encoder.encode(method)
        encoder.bytes(params)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        to = try decoder.value()
        value = try decoder.value()
        method = try decoder.value()
        params = try decoder.bytes()
    }
}

/// Result of Send.
struct ChaosSendReturn: Hashable, Sendable, CBORCodable {
    var returned: [UInt8]
    var code: ExitCode

    init(returned: [UInt8], code: ExitCode) {
        self.returned = returned
        self.code = code
    }

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.bytes(returned)
        encoder.encode(code)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        returned = try decoder.bytes()
        code = try decoder.value()
    }
}

/// Parameters of MutateState.
struct ChaosMutation: Hashable, Sendable, CBORCodable {
    var value: String
    var branch: Int64

    init(value: String, branch: Int64) {
        self.value = value
        self.branch = branch
    }

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.text(value)
        encoder.signed(branch)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        value = try decoder.text()
        branch = try decoder.signed()
    }
}

/// Parameters of AbortWith.
struct ChaosAbort: Hashable, Sendable, CBORCodable {
    var code: ExitCode
    var message: String
    /// Whether to end as a panic does, without a code.
    var isUncontrolled: Bool

    init(code: ExitCode, message: String, isUncontrolled: Bool) {
        self.code = code
        self.message = message
        self.isUncontrolled = isUncontrolled
    }

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(code)
        encoder.text(message)
        encoder.bool(isUncontrolled)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        code = try decoder.value()
        message = try decoder.text()
        isUncontrolled = try decoder.bool()
    }
}

/// Result of InspectRuntime.
struct ChaosInspection: Hashable, Sendable, CBORCodable {
    var caller: Address
    var receiver: Address
    var value: TokenAmount
    var epoch: ChainEpoch
    var balance: TokenAmount
    var state: ChaosState

    init(
        caller: Address,
        receiver: Address,
        value: TokenAmount,
        epoch: ChainEpoch,
        balance: TokenAmount,
        state: ChaosState
    ) {
        self.caller = caller
        self.receiver = receiver
        self.value = value
        self.epoch = epoch
        self.balance = balance
        self.state = state
    }

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(6)
        encoder.encode(caller)
        encoder.encode(receiver)
        encoder.encode(value)
        encoder.encode(epoch)
        encoder.encode(balance)
        encoder.encode(state)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 6)
        caller = try decoder.value()
        receiver = try decoder.value()
        value = try decoder.value()
        epoch = try decoder.value()
        balance = try decoder.value()
        state = try decoder.value()
    }
}
