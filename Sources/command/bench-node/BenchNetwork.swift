import ActorRuntime
import BuiltinActors
import Bytes
import CBOR
import ChainStore
import Consensus
import FilecoinCrypto
import FilecoinTypes
import Foundation
import Genesis
import Hashing
import IPLD
import KeyValueStore
import Multiformats
import NetworkParameters
import StateMachine
import StorageProofs

/// A devnet of one miner with a sealed sector and many accounts, in a temporary folder.
final class BenchNetwork: Sendable {
    /// Takes the proof in a block as it is.
    private struct NoProofs: WinningPoStVerifier {
        func verify(_ claim: WinningPoStClaim) -> Bool { true }
    }

    /// No message of the measurement carries a proof.
    private final class NoMessageProofs: ProofVerifier {
        func verify(_ seal: SealVerifyInfo) -> Bool { false }
        func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { false }
        func verify(_ update: ReplicaUpdateInfo) -> Bool { false }
        func verify(_ post: WindowPoStVerifyInfo) -> Bool { false }
    }

    private final class KeySignatures: SignatureVerifier {
        func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool {
            (try? signature.verify(plaintext, by: signer)) != nil
        }
    }

    /// The source of a chained beacon: signs what it is asked for.
    private actor Drand: BeaconSource {
        let signer: DrandSigner
        private var entries: [BeaconEntry] = []

        init(_ signer: DrandSigner) { self.signer = signer }

        func entry(round: UInt64) -> BeaconEntry {
            while entries.count < round {
                entries.append(
                    signer.sign(
                        round: UInt64(entries.count) + 1,
                        previousSignature: entries.last?.data ?? []
                    )
                )
            }
            return entries[Int(round) - 1]
        }
    }

    private static let genesisTime: UInt64 = 1_700_000_000
    private let folder: URL
    private let store: ChainStore
    private let parameters: NetworkParameters
    private let chain: ConsensusChain
    private let beacon: BeaconSchedule
    private let source: Drand
    private let rules: ExecutionRules
    private let runner: StateMachineRunner
    private let states: TipsetStates
    private let worker: SigningKey
    private let signers: [SigningKey]
    private let accounts: [ActorID]
    private let genesis: Tipset

    private static func key(_ number: Int, _ type: SignatureType) throws -> SigningKey {
        var seed = BLAKE2b.hash256(Array("bench \(type) \(number)".utf8))
        // Below the order of either group.
        seed[0] &= 0x0f
        seed[31] &= 0x0f
        return try SigningKey(KeyInfo(type: type, privateKey: SecretBytes(seed)))
    }

    static func make(accounts count: Int) async throws -> BenchNetwork {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("venus-bench-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try BenchNetwork(folder, accounts: count)
    }

    private init(_ folder: URL, accounts count: Int) throws {
        self.folder = folder
        worker = try Self.key(0, .bls)
        let drand = try DrandSigner(
            KeyInfo(type: .bls, privateKey: SecretBytes([UInt8](repeating: 3, count: 32)))
        )
        source = Drand(drand)
        var parameters = NetworkParameters.devnet
        parameters.beacons = [
            BeaconPoint(
                start: 0,
                info: DrandChainInfo(
                    publicKey: drand.publicKey,
                    periodSeconds: 10,
                    genesisTime: Int64(Self.genesisTime) - 1000,
                    groupHash: []
                )
            )
        ]
        self.parameters = parameters
        store = try ChainStore(try RocksDBStore(path: folder.appendingPathComponent("chain").path))
        let sealed = try PreSeal(
            miner: 1000,
            owner: worker.address,
            peerID: "12D3KooWQSwS8ofuzzsbqWWmSk8p6iEZJoFwHpnHraNyyE41korG",
            proof: .stackedDrg2KiBV1_1,
            sectors: 0..<1,
            ticketPreimage: "bench",
            folder: folder.appendingPathComponent("sectors").path
        ).run(content: .zeros, storeID: "bench")
        let template = DevnetGenesis.template(
            networkName: "bench",
            timestamp: Self.genesisTime,
            miners: sealed.miners,
            accounts: [],
            root: try Self.key(1, .bls).address,
            remainder: try Self.key(2, .bls).address
        )
        let block = try GenesisBlock.make(
            template,
            parameters: parameters,
            secrets: GenesisSecrets(
                ticket: BLAKE2b.hash256(Array("bench".utf8)),
                verifier: try Self.key(3, .bls).address
            )
        )
        signers = try (0..<200).map { try Self.key(10 + $0, $0 < 100 ? .bls : .secp256k1) }
        var reader = try CARReader(block.archive)
        let root = reader.roots[0]
        _ = try reader.copyBlocks(into: store.blocks)
        var header = try store.header(root)
        let keys = signers.map(\.address) + Self.strangers(count: count - signers.count)
        (header.parentStateRoot, accounts) = try Self.adding(
            keys,
            to: header.parentStateRoot,
            in: store.blocks
        )
        try store.put(header)
        try store.setGenesis(header.cid)
        genesis = try Tipset([header])
        chain = ConsensusChain(store: store, parameters: parameters)
        guard let beacon = try BeaconSchedule.drand(parameters, genesisTime: Self.genesisTime)
        else { throw CocoaError(.featureUnsupported) }
        self.beacon = beacon
        rules = ExecutionRules(
            parameters,
            proofs: NoMessageProofs(),
            signatures: KeySignatures()
        )
        runner = StateMachineRunner(chain: chain, beacon: beacon, rules: rules)
        states = TipsetStates(store, runner: runner)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Addresses whose keys nobody has.
    private static func strangers(count: Int) -> [Address] {
        (0..<count).map { number in
            .secp256k1(
                publicKey: [4] + [UInt8](repeating: 0, count: 60)
                    + (0..<4).map {
                        UInt8(truncatingIfNeeded: number >> (8 * $0))
                    }
            )
        }
    }

    /// Gives every key an account of 1,000 FIL in a state; returns the new root and the accounts.
    private static func adding(
        _ keys: [Address],
        to root: CID,
        in blocks: ChainBlockStore
    ) throws -> (CID, [ActorID]) {
        let buffer = BufferedBlockStore(over: blocks)
        let tree = try StateTree(root: root, store: buffer)
        let code = ActorCode(.account, .v7).cid
        let ids = try keys.map { key in
            let id = try tree.register(key)
            let state = AccountState(address: key).cborBytes()
            let head = CID.dagCBOR(hashing: state)
            try buffer.put([Block(cid: head, bytes: state)])
            tree.set(id, ActorRecord(code: code, head: head, balance: .fil(1000)))
            return id
        }
        let root = try tree.flush()
        try buffer.flush(roots: [root])
        return (root, ids)
    }

    // MARK: - Messages

    /// Transfers, each from another account to some account.
    func transfers(count: Int) -> [ChainMessage] {
        (0..<count).map { number in
            ChainMessage(
                Message(
                    to: .id(accounts[(number * 7919 + 13) % accounts.count]),
                    from: .id(accounts[(number * 104_729) % accounts.count]),
                    value: 1,
                    gasLimit: 2_000_000,
                    gasFeeCap: 200_000_000,
                    gasPremium: 100_000
                )
            )
        }
    }

    /// Executes messages on the first state and computes the root after them; nothing is kept.
    func execute(_ messages: [ChainMessage]) throws -> CID {
        let rules = rules
        let root = genesis.parentStateRoot
        let blocks = store.blocks
        let view = ViewBox(ChainStateView(chain: chain, beacon: beacon, base: genesis))
        return try DeepStack.run {
            let machine = try rules.machine(
                tree: try StateTree(root: root, store: BufferedBlockStore(over: blocks)),
                epoch: 1,
                baseFee: 100,
                view: view.view
            )
            for message in messages {
                let result = try machine.apply(message)
                guard result.receipt.exitCode.isSuccess else {
                    throw ExecutionError.broken("\(result.receipt.exitCode) \(result.error ?? "")")
                }
            }
            return try machine.tree.flush()
        }
    }

    /// Carries the view to the thread that executes; nobody else has it.
    private struct ViewBox: @unchecked Sendable {
        let view: ChainStateView
        init(_ view: ChainStateView) { self.view = view }
    }

    // MARK: - Blocks

    /// A block of signed transfers, half of them by BLS keys, on the genesis.
    func block(messages count: Int) async throws -> FullBlock {
        let miner = Address.id(1000)
        let previous = try store.latestBeaconEntry(of: genesis)
        let beacons = BeaconClient(beacon, sources: [source])
        for number: Int64 in 1...50 {
            let epoch = ChainEpoch(number)
            let entries = try await beacons.entries(
                at: epoch,
                parentEpoch: 0,
                previous: previous
            )
            let draws = BlockDraws(
                beaconEntry: entries.last ?? previous,
                epoch: epoch,
                miner: miner
            )
            let election = worker.sign(draws.electionInput).data
            let base = try chain.miningBase(
                of: miner,
                at: epoch,
                base: genesis,
                entries: entries,
                verifier: NoProofs()
            )
            guard let base else { continue }
            let wins = ElectionProof.winCount(
                vrfProof: election,
                power: base.minerPower,
                totalPower: base.networkPower
            )
            guard wins > 0 else { continue }
            let ticket = worker.sign(draws.ticketInput(parentTicket: genesis.minTicket)).data
            let unsigned = try BlockAssembler(chain: chain, states: states).assemble(
                BlockTemplate(
                    miner: miner,
                    parents: genesis.key,
                    ticket: Ticket(vrfProof: ticket),
                    electionProof: ElectionProof(winCount: wins, vrfProof: election),
                    beaconEntries: entries,
                    messages: (0..<count).map { signed($0) },
                    epoch: epoch,
                    timestamp: Self.genesisTime + UInt64(epoch.rawValue) * 10,
                    winningPoStProof: [
                        PoStProof(postProof: 0, proofBytes: [UInt8](repeating: 1, count: 192))
                    ]
                )
            )
            var block = unsigned.block
            block.header.blockSignature = worker.sign(block.header.signingBytes)
            return block
        }
        throw CocoaError(.featureUnsupported)
    }

    private func signed(_ number: Int) -> SignedMessage {
        let signer = signers[number % signers.count]
        let message = Message(
            to: .id(accounts[(number * 7919 + 13) % accounts.count]),
            from: signer.address,
            nonce: UInt64(number / signers.count),
            value: 1,
            gasLimit: 2_000_000,
            gasFeeCap: 200_000_000,
            gasPremium: 100_000
        )
        return SignedMessage(message: message, signature: signer.sign(message.cid.bytes))
    }

    func validate(_ block: FullBlock) throws {
        try BlockValidator(
            chain: chain,
            states: states,
            beacon: beacon,
            proofs: NoProofs(),
            now: { block.header.timestamp }
        ).validate(block)
    }

    /// Stores a block, and returns its tipset.
    func take(_ block: FullBlock) throws -> Tipset {
        _ = try store.put(block.messages)
        try store.put(block.header)
        let tipset = try Tipset([block.header])
        _ = try store.setHead(tipset)
        return tipset
    }

    func execute(_ tipset: Tipset) throws -> CID { try runner.run(tipset).stateRoot }

    // MARK: - Archives

    /// The chain with all its states.
    func export() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try store.export(try store.head(), stateEpochs: 900) { bytes += $0 }
        return bytes
    }

    /// Imports an archive into a new store, and returns how many blocks it had.
    func importing(_ archive: [UInt8]) throws -> Int {
        let path = folder.appendingPathComponent("import-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let database = try RocksDBStore(path: path)
        defer { database.close() }
        let target = try ChainStore(database)
        let report = try target.importChain(try CARReader(archive))
        try target.sync()
        return report.blockCount
    }
}
