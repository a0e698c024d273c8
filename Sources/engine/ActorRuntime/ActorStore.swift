package import CBOR
internal import FilecoinTypes
package import IPLD
package import Multiformats

/// The block store as actors see it: every read and write costs gas, if a machine runs.
package final class ActorStore: BlockStore {
    private unowned let machine: Machine?
    private let base: any BlockStore
    /// Where values are encoded, so that a block takes one allocation of its own size.
    private var encoder: CBOREncoder = CBOREncoder()

    /// Creates a store for looking at states outside of any message: nothing costs gas.
    package init(reading base: any BlockStore) {
        machine = nil
        self.base = base
    }

    init(machine: Machine, base: any BlockStore) {
        self.machine = machine
        self.base = base
    }

    package func get(_ cid: CID) throws -> [UInt8]? { try read(cid) }

    package func put(_ block: [UInt8], cid: CID) throws { try write(block, cid) }

    /// Reads a block, for a price.
    package func read(_ cid: CID) throws(ActorError) -> [UInt8] {
        machine?.trace?.events.append(.get(cid))
        if let machine { try machine.charge(machine.prices.onIPLDGet) }
        let block: [UInt8]?
        do { block = try base.get(cid) } catch {
            throw .fatal("cannot read block \(cid): \(error)")
        }
        guard let block else { throw .fatal("block \(cid) is missing") }
        return block
    }

    /// Writes a block, for a price.
    package func write(_ block: [UInt8], _ cid: CID) throws(ActorError) {
        machine?.trace?.events.append(.put(cid, sizeBytes: block.count))
        if let machine { try machine.charge(machine.prices.onIPLDPut(sizeBytes: block.count)) }
        do { try base.put(block, cid: cid) } catch {
            throw .fatal("cannot write block \(cid): \(error)")
        }
    }

    /// Reads a value.
    package func get<Value: CBORDecodable>(_ cid: CID) throws(ActorError) -> Value {
        try Self.decode(try read(cid), cid)
    }

    /// Reads a value from its block.
    static func decode<Value: CBORDecodable>(
        _ block: [UInt8],
        _ cid: CID
    ) throws(ActorError) -> Value {
        do { return try Value(cbor: block) } catch {
            throw .fatal("block \(cid) is no \(Value.self): \(error)")
        }
    }

    /// Writes a value and returns its CID.
    ///
    /// - Throws: Exit code 21 if the value is larger than anyone may read, such as a bit field of 32 KiB.
    package func put(_ value: some CBOREncodable) throws(ActorError) -> CID {
        let block = try encode(value, replacing: [])
        let cid = CID.dagCBOR(hashing: block)
        try write(block, cid)
        return cid
    }

    /// Writes what a value has become, at the price of any write, and returns its CID.
    ///
    /// Nothing is hashed if it is still the block that it was read from.
    func put(
        _ value: some CBOREncodable,
        replacing oldBlock: [UInt8],
        _ oldCID: CID
    ) throws(ActorError) -> CID {
        let block = try encode(value, replacing: oldBlock)
        let isSame = oldCID.isDAGCBORUnderBLAKE2b && block == oldBlock
        let cid = isSame ? oldCID : CID.dagCBOR(hashing: block)
        try write(block, cid)
        return cid
    }

    /// Encodes a value; returns `oldBlock` itself if nothing changed.
    private func encode(
        _ value: some CBOREncodable,
        replacing oldBlock: [UInt8]
    ) throws(ActorError) -> [UInt8] {
        encoder.reset()
        value.encode(to: &encoder)
        if let defect = encoder.defect {
            throw .system(.serialization, "failed to marshal state: \(defect)")
        }
        let block = encoder.bytes == oldBlock ? oldBlock : [UInt8](encoder.bytes[...])
        return block
    }
}
