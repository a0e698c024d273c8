internal import BigIntegers
internal import CBOR
internal import ChainStore
internal import Conformance
internal import FilecoinCrypto
internal import FilecoinTypes
internal import Hashing
internal import IPLD
internal import JSON
internal import Multiformats

/// The headers of a tipset: every signature, ticket, election proof and win count, with keys and power read from the
/// states in the archive.
///
/// It shares no code with the actors and with the validation of blocks, so that it can judge headers on its own.
struct HeaderCheck {
    private let line: ChainLine
    private let main: [ChainLine]
    private let store: any BlockStore
    private let chain: ChainStore

    init(_ line: ChainLine, _ recorded: RecordedChain) {
        self.line = line
        main = recorded.main
        store = recorded.store.blocks
        chain = recorded.store
    }

    /// Checks every block of the tipset.
    func check() throws {
        let lookback = try RecordedState(root: lookbackState(), store: store)
        let parent = try RecordedState(root: line.cid("parentStateRoot"), store: store)
        let blocks = try line.json.list("blocks")
        try checkEqual(blocks.count, line.key.cids.count, "number of blocks")
        for (block, cid) in zip(blocks, line.key.cids) {
            do {
                let header = try store.value(cid, as: BlockHeader.self)
                try checkEqual(header.cid, cid, "CID")
                try check(header, winCount: block.integer("winCount"), lookback, parent)
            } catch {
                throw TestDataError("block \(cid) of \(line.name): \(error)")
            }
        }
    }

    /// The state that the election of a tipset looks at: 900 epochs back, or that of its parents.
    private func lookbackState() throws -> CID {
        let target = max(0, line.height - 900)
        let past = main.last { $0.height <= target }
        let parent = main.last { $0.height < line.height }
        guard let past, let parent, past.height < parent.height else {
            return try line.cid("parentStateRoot")
        }
        return try past.cid("stateRoot")
    }

    private func check(
        _ header: BlockHeader,
        winCount: Int64,
        _ lookback: RecordedState,
        _ parent: RecordedState
    ) throws {
        guard let worker = try lookback.workerKey(of: header.miner),
            let power = try lookback.power(of: header.miner)
        else { throw TestDataError("\(header.miner) has no worker or no power") }
        guard let signature = header.blockSignature, let ticket = header.ticket,
            let proof = header.electionProof, let aggregate = header.blsAggregate
        else { throw TestDataError("a field is missing") }
        try named("signature") { try signature.verify(header.signingBytes, by: worker) }
        let parents = try Tipset(header.parents.map { try store.value($0, as: BlockHeader.self) })
        // A block without entries of its own draws from its parents' last one.
        guard
            let entry = header.beaconEntries.last ?? parents.minTicketBlock.beaconEntries.last
        else { throw TestDataError("there is no beacon entry") }
        try checkBeacon(header, parents: parents)
        let draws = BlockDraws(beaconEntry: entry, epoch: header.height, miner: header.miner)
        let input = draws.ticketInput(parentTicket: parents.minTicket)
        try named("ticket") { try VRF.verify(ticket.vrfProof, input: input, worker: worker) }
        try named("election proof") {
            try VRF.verify(proof.vrfProof, input: draws.electionInput, worker: worker)
        }
        let wins = ElectionProof.winCount(
            vrfProof: proof.vrfProof,
            power: power.own,
            totalPower: power.total
        )
        try checkEqual(wins, proof.winCount, "win count in the header")
        try checkEqual(wins, winCount, "win count in the index")
        let messages = try chain.messages(of: header)
        try named("BLS aggregate") {
            try aggregate.verifyAggregate(
                messages.bls.map { (signer: try parent.key(of: $0.from), message: $0.cid.bytes) }
            )
        }
        for message in messages.secp {
            try named("signature of message \(message.cid)") {
                let signer = try parent.key(of: message.message.from)
                try message.signature.verify(message.message.cid.bytes, by: signer)
            }
        }
    }

    /// Checks that there is an entry for every epoch since the parents', by the rule of ``MockBeacon``.
    private func checkBeacon(_ header: BlockHeader, parents: Tipset) throws {
        // The entry of genesis belongs to no round: after it only the one of the epoch is wanted.
        let count = parents.height == 0 ? 1 : header.height.rawValue - parents.height.rawValue
        try checkEqual(Int64(header.beaconEntries.count), count, "number of beacon entries")
        let first = UInt64(clamping: header.height.rawValue + 101 - count)
        for (number, entry) in zip(first..., header.beaconEntries) {
            try checkEqual(entry.round, number, "round of a beacon entry")
            let round = (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
            try checkEqual(entry.data, BLAKE2b.hash256(round), "beacon entry of round \(number)")
        }
    }

    /// Runs a check; says what it was about if it fails.
    private func named(_ what: String, _ check: () throws -> Void) throws {
        do { try check() } catch { throw TestDataError("\(what): \(error)") }
    }
}

/// Just enough of a state tree of network version 14 or 15 to find keys and power, read field by field.
private struct RecordedState {
    private let store: any BlockStore
    private let actors: HAMT<ActorRecord>

    init(root: CID, store: any BlockStore) throws {
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
