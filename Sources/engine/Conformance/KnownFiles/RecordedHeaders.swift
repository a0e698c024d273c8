internal import BigIntegers
internal import CBOR
internal import FilecoinCrypto
internal import FilecoinTypes
internal import Hashing
internal import IPLD
internal import JSON
internal import Multiformats

/// The headers of a whole chain that lotus made with a mock beacon: every signature, ticket, election proof and
/// win count, with keys and power read from the states in the archive beside the index.
struct RecordedHeaders {
    private let lines: [JSONValue]
    /// Those of the chain that won.
    private let main: [JSONValue]
    private let store: MemoryBlockStore

    init(index: ConformanceFile) throws {
        lines = try index.lines().map { try JSONValue(parsing: $0) }
        main = lines.filter { $0["fork"]?.bool != true }
        let path = index.path.replacing("index.jsonl.gz", with: "chain.car.zst")
        store = try KnownFileSet.archive(
            ConformanceFile(path: path, relativePath: index.relativePath)
        ).store
    }

    /// Checks every block but the genesis.
    func check() throws {
        var checked = 0
        for line in lines where try line.integer("height") > 0 {
            let lookback = try RecordedState(root: lookbackState(line), store: store)
            let root = try CID(line.member("parentStateRoot").text("/"))
            let parent = try RecordedState(root: root, store: store)
            for block in try line.list("blocks") {
                let cid = try CID(block.member("cid").text("/"))
                let header = try store.value(cid, as: BlockHeader.self)
                try checkEqual(header.cid, cid, "CID")
                do {
                    try check(header, winCount: block.integer("winCount"), lookback, parent)
                } catch {
                    throw TestDataError("block \(cid): \(error)")
                }
                checked += 1
            }
        }
        guard checked > 0 else { throw TestDataError("the index has no blocks") }
    }

    /// The state that the election of a tipset looks at: 900 epochs back, or that of its parents.
    private func lookbackState(_ line: JSONValue) throws -> CID {
        let own = try line.integer("height")
        let past = try main.last { try $0.integer("height") <= max(0, own - 900) }
        let parent = try main.last { try $0.integer("height") < own }
        guard let past, let parent, try past.integer("height") < parent.integer("height") else {
            return try CID(line.member("parentStateRoot").text("/"))
        }
        return try CID(past.member("stateRoot").text("/"))
    }

    private func check(
        _ header: BlockHeader,
        winCount: Int64,
        _ lookback: RecordedState,
        _ parent: RecordedState
    ) throws {
        guard let worker = try lookback.workerKey(of: header.miner),
            let signature = header.blockSignature, let ticket = header.ticket,
            let proof = header.electionProof, let aggregate = header.blsAggregate,
            let power = try lookback.power(of: header.miner)
        else { throw TestDataError("a field is missing") }
        try signature.verify(header.signingBytes, by: worker)
        let parents = try Tipset(header.parents.map { try store.value($0, as: BlockHeader.self) })
        // A block without entries of its own draws from its parents' last one.
        guard
            let entry = header.beaconEntries.last ?? parents.minTicketBlock.beaconEntries.last
        else { throw TestDataError("there is no beacon entry") }
        let round = (0..<8).reversed().map { UInt8(truncatingIfNeeded: entry.round >> ($0 * 8)) }
        try checkEqual(entry.data, BLAKE2b.hash256(round), "entry of the mock beacon")
        let draws = BlockDraws(beaconEntry: entry, epoch: header.height, miner: header.miner)
        let input = draws.ticketInput(parentTicket: parents.minTicket)
        try VRF.verify(ticket.vrfProof, input: input, worker: worker)
        try VRF.verify(proof.vrfProof, input: draws.electionInput, worker: worker)
        let wins = ElectionProof.winCount(
            vrfProof: proof.vrfProof,
            power: power.own,
            totalPower: power.total
        )
        try checkEqual(wins, proof.winCount, "win count in the header")
        try checkEqual(wins, winCount, "win count in the index")
        let messages = try ArchivedMessages(header, store: store)
        try aggregate.verifyAggregate(
            messages.bls.map { (signer: try parent.key(of: $0.from), message: $0.cid.bytes) }
        )
        for message in messages.secp {
            let signer = try parent.key(of: message.message.from)
            try message.signature.verify(message.message.cid.bytes, by: signer)
        }
    }
}

/// Just enough of a state tree of network version 14 or 15 to find keys and power, read field by field.
///
/// It shares no code with the actors, so that it can judge headers on its own.
private struct RecordedState {
    private let store: MemoryBlockStore
    private let actors: HAMT<ActorRecord>

    init(root: CID, store: MemoryBlockStore) throws {
        self.store = store
        let root = try store.value(root, as: StateRoot.self)
        actors = try HAMT(root: root.actors, store: store, bitWidth: 5)
    }

    private func actor(_ id: ActorID) throws -> ActorRecord? {
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
    func key(of address: Address) throws -> Address {
        guard let id = address.actorID else { return address }
        guard let key = try fields(actor(id)?.head).first else {
            throw TestDataError("there is no account \(address)")
        }
        return try Address(cbor: key)
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
        guard power.count > 13 else { return nil }
        let claims = try HAMT<Claim>(root: CID(cbor: power[13]), store: store, bitWidth: 5)
        guard let claim = try claims.find(miner.bytes) else { return nil }
        return (claim.qualityAdjusted, try TokenAmount(cbor: power[2]).attoFIL)
    }

    /// A row of the power actor's table.
    private struct Claim: CBORCodable {
        let proof: RegisteredPoStProof
        let raw: BigInt
        let qualityAdjusted: BigInt

        init(from decoder: inout CBORDecoder) throws(CBORError) {
            try decoder.array(count: 3)
            proof = try decoder.value()
            raw = try decoder.bigInt()
            qualityAdjusted = try decoder.bigInt()
        }

        func encode(to encoder: inout CBOREncoder) {
            encoder.array(3)
            encoder.encode(proof)
            encoder.bigInt(raw)
            encoder.bigInt(qualityAdjusted)
        }
    }
}
