package import CBOR
package import FilecoinTypes
package import Multiformats

extension ActorRecord {
    /// The kind and generation of the actor; nil if this machine does not run it.
    package var actorCode: ActorCode? { ActorCode(cid: code) }
}

/// The state of the init actor: which address belongs to which ID.
///
/// CBOR: `[AddressMap CID, NextID uint, NetworkName text]`; the map is a HAMT of IDs by address.
package struct InitState: Hashable, Sendable, CBORCodable {
    package var addressMap: CID
    /// The ID that the next new actor gets.
    package var nextID: ActorID
    package var networkName: String

    package init(addressMap: CID, nextID: ActorID, networkName: String) {
        self.addressMap = addressMap
        self.nextID = nextID
        self.networkName = networkName
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(addressMap)
        encoder.encode(nextID)
        encoder.text(networkName)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        addressMap = try decoder.value()
        nextID = try decoder.value()
        networkName = try decoder.text(max: 8192)
    }
}

/// The state of an account actor: the key that speaks for it.
///
/// CBOR: `[Address]`.
package struct AccountState: Hashable, Sendable, CBORCodable {
    package var address: Address

    package init(address: Address) { self.address = address }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.encode(address)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        address = try decoder.value()
    }
}

/// The empty array: the state of an actor before its constructor ran, and the info object of a state root.
package enum EmptyObject {
    /// The block.
    package static let block: [UInt8] = [0x80]
    /// Its CID.
    package static let cid = CID.dagCBOR(hashing: block)
}
