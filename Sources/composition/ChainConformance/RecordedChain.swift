package import ActorRuntime
internal import Bytes
package import ChainStore
internal import Conformance
package import Consensus
package import FilecoinCrypto
package import FilecoinTypes
internal import Genesis
internal import IPLD
internal import JSON
internal import KeyValueStore
internal import Multiformats
internal import NetworkParameters
internal import ProofSystem
internal import StateMachine
package import StorageCircuits
internal import Synchronization

/// A chain that lotus made, and what it knew of it.
///
/// Its rules come from its own files: the block delay and the upgrade from the index, the verifiers from the
/// verifying keys beside it; everything else is lotus's development network with a mock beacon.
package struct RecordedChain: Sendable {
    /// Where it is.
    package let folder: ChainFolder
    /// The chain, in memory, with its network's rules.
    package let chain: ConsensusChain
    /// A line for each tipset; those that a reorganization took away come last.
    package let lines: [ChainLine]
    /// The newest tipset.
    package let head: Tipset
    /// The verifying keys beside it; nil if its proofs are mocks.
    package let verifyingKeys: VerifyingKeySet?

    /// Reads the chain of a folder into memory.
    ///
    /// - Throws: What is wrong with its files; ``LeftOut`` if this program has not the rules that it needs.
    package init(_ folder: ChainFolder) throws {
        self.folder = folder
        lines = try Self.lines(of: folder)
        let store = try ChainStore(MemoryStore())
        let report = try store.importChain(try CARReader(folder.archiveFile.contents()))
        guard let genesis = report.genesis else { throw ChainStoreError.noGenesis }
        try store.setGenesis(genesis.cid)
        _ = try store.setHead(report.head)
        head = report.head
        verifyingKeys = try Self.verifyingKeys(of: folder, genesis: genesis)
        chain = try Self.network(store, lines, verifyingKeys)
    }

    /// Reads the index of a chain.
    static func lines(of folder: ChainFolder) throws -> [ChainLine] {
        let lines = try folder.indexFile.lines().map { try ChainLine(JSONValue(parsing: $0)) }
        guard !lines.isEmpty else { throw TestDataError("the index has no lines") }
        return lines
    }

    /// The chain of tipsets.
    package var store: ChainStore { chain.store }

    /// The lines of the chain that won, by height.
    package var main: [ChainLine] { lines.filter { !$0.isFork } }

    /// The tipset of a line.
    package func tipset(_ line: ChainLine) throws -> Tipset { try store.tipset(line.key) }
}

// MARK: - Rules

extension RecordedChain {
    /// Finds the rules of the network.
    private static func network(
        _ store: ChainStore,
        _ lines: [ChainLine],
        _ keys: VerifyingKeySet?
    ) throws -> ConsensusChain {
        var parameters = NetworkParameters.twoKiB
        parameters.beacons = []
        let main = lines.filter { !$0.isFork }
        parameters.blockDelaySeconds = try blockDelay(main) ?? parameters.blockDelaySeconds
        let versions = Set(lines.map(\.networkVersion))
        if let other = versions.first(where: { ![14, 15].contains($0) }) {
            throw LeftOut("actors v\(other.actorsVersion) not built")
        }
        parameters.genesisNetworkVersion = versions.min() ?? 15
        if versions == [15] { return ConsensusChain(store: store, parameters: parameters) }
        parameters.upgrades[.ohSnap] = UpgradeSchedule.never
        guard let first = main.firstIndex(where: { $0.networkVersion == 15 }), first > 0 else {
            return ConsensusChain(store: store, parameters: parameters)
        }
        // The epoch of the upgrade still has the old rules. It is the last tipset's before the first one with
        // the new rules, or that of a null round between the two: then only execution tells.
        var candidate = main[first - 1].height
        while true {
            parameters.upgrades[.ohSnap] = candidate
            let chain = ConsensusChain(store: store, parameters: parameters)
            candidate += 1
            if candidate == main[first].height { return chain }
            let tipset = try store.tipset(main[first].key)
            let result = try? runner(of: chain, Self.messageProofs(keys)).execute(tipset)
            if result?.stateRoot == (try main[first].cid("stateRoot")) { return chain }
        }
    }

    /// The seconds from one epoch to the next, from the first two tipsets.
    private static func blockDelay(_ main: [ChainLine]) throws -> UInt64? {
        guard main.count > 1 else { return nil }
        let seconds = try main[1].json.integer("timestamp") - main[0].json.integer("timestamp")
        let epochs = main[1].height.rawValue - main[0].height.rawValue
        guard epochs > 0, seconds > 0, seconds % epochs == 0 else {
            throw TestDataError("\(seconds) seconds are no whole block delay for \(epochs) epochs")
        }
        return UInt64(seconds / epochs)
    }

    /// Reads the keys beside the chain by the names of their circuits.
    private static func verifyingKeys(
        of folder: ChainFolder,
        genesis: BlockHeader
    ) throws -> VerifyingKeySet? {
        var found: [String: VerifyingKey] = [:]
        for file in folder.verifyingKeys {
            found[file.relativePath] = try VerifyingKey(bytes: try file.contents())
        }
        if found.isEmpty { return nil }
        func take(_ circuit: some CircuitParameters) -> VerifyingKey? {
            found.removeValue(forKey: "vk/\(circuit.fileName).vk")
        }
        var posts: [FallbackPoStParameters: VerifyingKey] = [:]
        var seals: [PoRepParameters: VerifyingKey] = [:]
        for size in SectorSize.all.map(\.bytes) {
            for circuit in [
                FallbackPoStParameters.winning(sectorSize: size),
                FallbackPoStParameters.window(sectorSize: size),
            ] {
                guard let circuit else { continue }
                posts[circuit] = take(circuit)
            }
            guard let circuit = PoRepParameters(sectorSize: size) else { continue }
            seals[circuit] = take(circuit)
        }
        if let stranger = found.keys.min() {
            throw TestDataError("\(stranger) is named after no circuit of this program")
        }
        return VerifyingKeySet(genesis: genesis.cid, keys: posts, sealKeys: seals)
    }

    /// Verifies proofs in messages as the chain's network does.
    package var messageProofs: any ProofVerifier { Self.messageProofs(verifyingKeys) }

    private static func messageProofs(_ keys: VerifyingKeySet?) -> any ProofVerifier {
        keys.map { CircuitMessageProofs($0) } ?? MockProofs()
    }

    /// Verifies proofs in blocks as the chain's network does.
    package var winningProofs: any WinningPoStVerifier {
        verifyingKeys.map { CircuitWinningPoSt($0) } ?? MockProofs()
    }
}

// MARK: - What works on it

extension RecordedChain {
    /// Executes its tipsets.
    package var runner: StateMachineRunner { Self.runner(of: chain, messageProofs) }

    /// Executes tipsets with other proofs.
    package static func runner(
        of chain: ConsensusChain,
        _ proofs: any ProofVerifier
    ) -> StateMachineRunner {
        StateMachineRunner(
            chain: chain,
            beacon: BeaconSchedule(MockBeacon()),
            rules: ExecutionRules(
                chain.parameters,
                proofs: proofs,
                signatures: KeySignatureVerifier()
            )
        )
    }

    /// What lotus got when it executed the tipsets.
    package func recordedStates() throws -> TipsetStates {
        var executions: [TipsetKey: ChainStore.Execution] = [:]
        for line in lines {
            executions[line.key] = ChainStore.Execution(
                stateRoot: try line.cid("stateRoot"),
                receiptsRoot: try line.cid("receiptsRoot")
            )
        }
        return TipsetStates(store, runner: RecordedRunner(executions))
    }

    /// A validator that trusts the recorded states; `now` is in seconds since 1970, if not a day after the head.
    package func validator(
        _ proofs: (any WinningPoStVerifier)? = nil,
        now: UInt64? = nil
    ) throws -> BlockValidator {
        let now = now ?? head.minTimestamp + 86_400
        return BlockValidator(
            chain: chain,
            states: try recordedStates(),
            beacon: BeaconSchedule(MockBeacon()),
            proofs: proofs ?? winningProofs,
            now: { now }
        )
    }

    /// The keys of its accounts and miners.
    package func keys() throws -> [Address: SigningKey] {
        var keys: [Address: SigningKey] = [:]
        for line in try folder.need("keys.jsonl").lines() {
            let json = try JSONValue(parsing: line)
            let type: SignatureType = try json.text("type") == "bls" ? .bls : .secp256k1
            let secret = try Base64.decode(json.text("privateKey"))
            let key = try SigningKey(KeyInfo(type: type, privateKey: SecretBytes(secret)))
            keys[key.address] = key
        }
        return keys
    }
}

/// Answers with what was recorded; nobody else's states are known.
package struct RecordedRunner: TipsetRunner {
    /// Thrown for a tipset that the recording has not.
    package struct Unknown: Error, CustomStringConvertible {
        let key: TipsetKey
        package var description: String { "the index has no tipset \(key)" }
    }

    private let executions: [TipsetKey: ChainStore.Execution]

    package init(_ executions: [TipsetKey: ChainStore.Execution]) { self.executions = executions }

    package func execute(_ tipset: Tipset) throws -> ChainStore.Execution {
        guard let execution = executions[tipset.key] else { throw Unknown(key: tipset.key) }
        return execution
    }
}

/// Reads a chain when its first case runs, once for all of them.
final class ChainLoader: Sendable {
    private let folder: ChainFolder
    private let loaded = Mutex<Result<Loaded, any Error>?>(nil)

    /// A chain with what its cases share.
    struct Loaded: Sendable {
        let recorded: RecordedChain
        let states: TipsetStates
        let validator: BlockValidator
    }

    init(_ folder: ChainFolder) { self.folder = folder }

    /// The chain.
    ///
    /// - Throws: ``LeftOut`` if it cannot be read: the case that loads it tells why.
    func chain() throws -> Loaded {
        do { return try load() } catch let leftOut as LeftOut { throw leftOut } catch {
            throw LeftOut("the chain cannot be loaded (see its case 'archive')")
        }
    }

    /// The chain, or why it cannot be read.
    func load() throws -> Loaded {
        let folder = folder
        return try loaded.withLock { loaded in
            if let loaded { return try loaded.get() }
            let result = Result<Loaded, any Error> {
                let recorded = try RecordedChain(folder)
                return Loaded(
                    recorded: recorded,
                    states: try recorded.recordedStates(),
                    validator: try recorded.validator()
                )
            }
            loaded = result
            return try result.get()
        }
    }
}
