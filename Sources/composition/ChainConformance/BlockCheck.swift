internal import BuiltinActors
internal import ChainStore
internal import Conformance
internal import Consensus
internal import FilecoinCrypto
internal import FilecoinTypes
internal import Multiformats
internal import NetworkParameters
internal import StateView

/// The blocks of a tipset: accepted by our validation, and made again from the same inputs.
struct BlockCheck {
    private let line: ChainLine
    private let loaded: ChainLoader.Loaded
    private var recorded: RecordedChain { loaded.recorded }

    init(_ line: ChainLine, _ loaded: ChainLoader.Loaded) {
        self.line = line
        self.loaded = loaded
    }

    /// Checks that every block is accepted, its proof included.
    func checkValidity() throws {
        for block in try blocks() {
            do { try loaded.validator.validate(block) } catch {
                throw TestDataError("block \(block.header.cid) of \(line.name): \(error)")
            }
        }
    }

    private func blocks() throws -> [FullBlock] {
        try recorded.tipset(line).blocks.map { header in
            FullBlock(header: header, messages: try recorded.store.messages(of: header))
        }
    }

    // MARK: - Made again

    /// Checks that keys, messages and proofs give the same blocks again.
    func checkMadeAgain(_ keys: [Address: SigningKey]) throws {
        let beacon = MockBeacon()
        let tipset = try recorded.tipset(line)
        let base = try recorded.store.parent(of: tipset)
        let rounds = BeaconSchedule(beacon).requiredRounds(
            at: tipset.height,
            parentEpoch: base.height,
            previous: try recorded.store.latestBeaconEntry(of: base)
        )
        let entries = rounds.map { beacon.entry(round: $0) }
        for header in tipset.blocks {
            let again = try make(header, on: base, entries, keys)
            try checkSame(again, header)
        }
    }

    /// Makes a block of the same miner, epoch, messages and proof, with new draws and signatures.
    private func make(
        _ header: BlockHeader,
        on base: Tipset,
        _ entries: [BeaconEntry],
        _ keys: [Address: SigningKey]
    ) throws -> BlockHeader {
        let chain = recorded.chain
        let mining = try chain.miningBase(
            of: header.miner,
            at: header.height,
            base: base,
            entries: entries,
            verifier: recorded.winningProofs
        )
        guard let mining, mining.isEligible else {
            throw TestDataError("\(header.miner) may not mine at \(line.name)")
        }
        let worker = try Self.key(mining.workerKey, keys)
        let draws = BlockDraws(
            beaconEntry: mining.drawEntry,
            epoch: header.height,
            miner: header.miner
        )
        let ticket = worker.sign(draws.ticketInput(parentTicket: base.minTicket)).data
        let election = worker.sign(draws.electionInput).data
        let wins = ElectionProof.winCount(
            vrfProof: election,
            power: mining.minerPower,
            totalPower: mining.networkPower
        )
        let template = BlockTemplate(
            miner: header.miner,
            parents: base.key,
            ticket: Ticket(vrfProof: ticket),
            electionProof: ElectionProof(winCount: wins, vrfProof: election),
            beaconEntries: entries,
            messages: try signedMessages(of: header, keys),
            epoch: header.height,
            timestamp: chain.parameters.startTime(
                of: header.height,
                genesisTime: try recorded.store.genesis().timestamp
            ),
            winningPoStProof: header.winPoStProof
        )
        let assembler = BlockAssembler(chain: chain, states: loaded.states)
        var made = try assembler.assemble(template)
        try checkEqual(made.worker, mining.workerKey, "worker of \(header.miner)")
        made.block.header.blockSignature = worker.sign(made.block.header.signingBytes)
        try made.blockMessage.checkMessageRoot()
        return made.block.header
    }

    private func signedMessages(
        of header: BlockHeader,
        _ keys: [Address: SigningKey]
    ) throws -> [SignedMessage] {
        let messages = try recorded.store.messages(of: header)
        let state = try recorded.chain.view(header.parentStateRoot)
        return try messages.bls.map { message in
            let key = try Self.key(try state.keyAddress(of: message.from), keys)
            return SignedMessage(message: message, signature: key.sign(message.cid.bytes))
        } + messages.secp
    }

    private static func key(
        _ address: Address,
        _ keys: [Address: SigningKey]
    ) throws -> SigningKey {
        guard let key = keys[address] else {
            throw TestDataError("keys.jsonl has no key of \(address)")
        }
        return key
    }

    /// Says which field of a header differs.
    private func checkSame(_ again: BlockHeader, _ header: BlockHeader) throws {
        func same<Value: Equatable>(_ field: KeyPath<BlockHeader, Value>, _ name: String) throws {
            try checkEqual(
                again[keyPath: field],
                header[keyPath: field],
                "\(name) of block \(header.cid) of \(line.name), made again"
            )
        }
        try same(\.ticket, "ticket")
        try same(\.electionProof, "election proof")
        try same(\.beaconEntries, "beacon entries")
        try same(\.parents, "parents")
        try same(\.parentWeight, "parent weight")
        try same(\.parentStateRoot, "parent state root")
        try same(\.parentMessageReceipts, "parent receipts root")
        try same(\.messages, "message root")
        try same(\.blsAggregate, "BLS aggregate")
        try same(\.timestamp, "timestamp")
        try same(\.parentBaseFee, "parent base fee")
        try same(\.blockSignature, "signature")
        try same(\.cid, "CID")
    }

    // MARK: - Real proofs

    /// Checks that blocks with the proof of the next tipset's block are refused for just that, signed anew.
    ///
    /// - Throws: ``LeftOut`` where any proof is right.
    func checkForeignProof(from other: ChainLine, _ keys: [Address: SigningKey]) throws {
        guard recorded.verifyingKeys != nil else {
            throw LeftOut("the proofs of the chain are mocks")
        }
        let foreign = try recorded.tipset(other).minTicketBlock.winPoStProof
        for block in try blocks() {
            var wrong = block
            wrong.header.winPoStProof = foreign
            let state = try recorded.chain.view(block.header.parentStateRoot)
            let info = try state.miner(block.header.miner).info()
            let worker = try Self.key(try state.keyAddress(of: info.worker), keys)
            wrong.header.blockSignature = worker.sign(wrong.header.signingBytes)
            do { try loaded.validator.validate(wrong) } catch {
                guard case .invalid(let faults) = error, faults.count == 1,
                    case .winningPoSt? = faults.first
                else { throw TestDataError("block \(block.header.cid), changed: \(error)") }
                continue
            }
            throw TestDataError("block \(block.header.cid) is accepted with another block's proof")
        }
    }
}
