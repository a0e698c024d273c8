package import CBOR
package import FilecoinTypes

/// A method that every tipset calls.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct CronEntry: Hashable, Sendable, CBORCodable {
    package var receiver: Address
    package var method: MethodNumber

    package init(
        receiver: Address,
        method: MethodNumber
    ) {
        self.receiver = receiver
        self.method = method
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(receiver)
        encoder.encode(method)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        receiver = try decoder.value()
        method = try decoder.value()
    }
}

/// The state of the cron actor, and the parameters of its Constructor.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct CronState: Hashable, Sendable, CBORCodable {
    package var entries: [CronEntry]

    package init(
        entries: [CronEntry]
    ) {
        self.entries = entries
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(entries)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        entries = try decoder.list()
    }
}
