import BigIntegers
import CBOR
import FilecoinTypes
import IPLD
import Multiformats

/// Just enough of a state tree of network version 15 to find keys and power, read field by field.
///
/// It shares no code with the actors, so that it can judge headers on its own.
struct ChainState {
    let store: MemoryBlockStore
    private let actors: HAMT<ActorRecord>

    init(root: CID, store: MemoryBlockStore) throws {
        self.store = store
        let root = try store.value(root, as: StateRoot.self)
        actors = try HAMT(root: root.actors, store: store, bitWidth: 5)
    }

    func actor(_ id: ActorID) throws -> ActorRecord? {
        try actors.find(Address.id(id).bytes)
    }

    /// The fields of the list that a block holds, each in its encoded form.
    private func fields(_ cid: CID?) throws -> [[UInt8]] {
        guard let cid else { return [] }
        var decoder = CBORDecoder(try store.require(cid))
        let count = try decoder.arrayCount()
        return try (0..<count).map { _ in try decoder.rawItem() }
    }

    /// The key address behind an account.
    func key(of address: Address) throws -> Address? {
        guard let id = address.actorID else { return address }
        return try fields(actor(id)?.head).first.map { try Address(cbor: $0) }
    }

    /// The key address of a miner's worker.
    func workerKey(of miner: Address) throws -> Address? {
        guard let id = miner.actorID, let info = try fields(actor(id)?.head).first else {
            return nil
        }
        let fields = try fields(CID(cbor: info))
        return try key(of: Address(cbor: fields[1]))
    }

    /// The quality-adjusted power of a miner and of the network.
    func power(of miner: Address) throws -> (own: BigInt, total: BigInt)? {
        let power = try fields(actor(.power)?.head)
        let claims = try HAMT<Claim>(root: CID(cbor: power[13]), store: store, bitWidth: 5)
        guard let claim = try claims.find(miner.bytes) else { return nil }
        return (claim.qualityAdjusted, try TokenAmount(cbor: power[2]).attoFIL)
    }

    /// A row of the power actor's table.
    private struct Claim: CBORCodable {
        let proof: RegisteredPoStProof
        let raw: BigInt
        let qualityAdjusted: BigInt

        func encode(to encoder: inout CBOREncoder) {
            encoder.array(3)
            encoder.encode(proof)
            encoder.bigInt(raw)
            encoder.bigInt(qualityAdjusted)
        }

        init(from decoder: inout CBORDecoder) throws(CBORError) {
            try decoder.array(count: 3)
            proof = try decoder.value()
            raw = try decoder.bigInt()
            qualityAdjusted = try decoder.bigInt()
        }
    }
}

/// The messages of a block.
struct BlockMessages {
    let bls: [Message]
    let secp: [SignedMessage]

    init(_ header: BlockHeader, store: MemoryBlockStore) throws {
        let meta = try store.value(header.messages, as: MessageMeta.self)
        func cids(_ root: CID) throws -> [CID] {
            let array = try AMT<CID>(root: root, store: store, layout: .v0)
            return try (0..<array.count).compactMap { try array.get($0) }
        }
        bls = try cids(meta.blsMessages).map { try store.value($0, as: Message.self) }
        secp = try cids(meta.secpMessages).map { try store.value($0, as: SignedMessage.self) }
    }
}
