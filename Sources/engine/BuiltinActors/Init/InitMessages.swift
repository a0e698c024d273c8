package import CBOR
package import FilecoinTypes
package import Multiformats

/// Parameters of Constructor.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct InitConstructorParameters: Hashable, Sendable, CBORCodable {
    package var networkName: String

    package init(
        networkName: String
    ) {
        self.networkName = networkName
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.text(networkName)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        networkName = try decoder.text()
    }
}

/// Parameters of Exec.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ExecParameters: Hashable, Sendable, CBORCodable {
    package var codeCID: CID
    package var constructorParams: [UInt8]

    package init(
        codeCID: CID,
        constructorParams: [UInt8]
    ) {
        self.codeCID = codeCID
        self.constructorParams = constructorParams
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(codeCID)
        encoder.bytes(constructorParams)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        codeCID = try decoder.value()
        constructorParams = try decoder.bytes()
    }
}

/// Result of Exec.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ExecReturn: Hashable, Sendable, CBORCodable {
    package var idAddress: Address
    /// An address that stays the same when a chain is reorganised.
    package var robustAddress: Address

    package init(
        idAddress: Address,
        robustAddress: Address
    ) {
        self.idAddress = idAddress
        self.robustAddress = robustAddress
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(idAddress)
        encoder.encode(robustAddress)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        idAddress = try decoder.value()
        robustAddress = try decoder.value()
    }
}
