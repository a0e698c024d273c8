internal import ActorRuntime
internal import BigIntegers
internal import CBOR
internal import Compression
internal import FilecoinTypes
internal import Hashing
internal import IPLD
internal import JSON
internal import Multiformats
internal import StateMachine

/// Recorded messages, spoilt in many ways and run on the states that they were recorded with.
///
/// The states are deeper than any that random messages reach, but sparse: a message that goes where the
/// recorded one did not finds blocks missing, and nothing can be said about it.
struct FuzzVectors: Sendable {
    private struct Recorded: Sendable {
        let message: Message
        let root: CID
        let store: MemoryBlockStore
        let networkVersion: NetworkVersion
        let epoch: ChainEpoch
        let baseFee: TokenAmount
        let supply: TokenAmount
        let prices: GasPriceList
        let policy: ActorPolicy
        let randomness: JSONValue?
    }

    private let recorded: [Recorded]

    /// Loads the message vectors among files; at most `limit`, evenly chosen.
    init(files: [ConformanceFile], limit: Int) throws {
        let vectors = files.filter {
            $0.path.hasSuffix(".json.gz") && VectorSet.looksLikeVector(TestData.prefix($0.path))
        }
        let step = max(1, vectors.count / max(1, limit))
        var recorded: [Recorded] = []
        for index in stride(from: 0, to: vectors.count, by: step) {
            recorded += try Self.load(vectors[index].path)
        }
        self.recorded = recorded
    }

    var isEmpty: Bool { recorded.isEmpty }

    private static func load(_ path: String) throws -> [Recorded] {
        let json = try JSONValue(parsing: try TestData.bytes(path))
        let preconditions = json["preconditions"]
        guard json["class"]?.string == "message",
            let variant = preconditions?["variants"]?.array?.first,
            let nv: UInt32 = variant["nv"]?.integer(), nv == 14 || nv == 15,
            let epoch: Int64 = variant["epoch"]?.integer()
        else { return [] }
        let store = MemoryBlockStore()
        let archive = try Deflate.decompress(try TestData.base64(json["car"]), format: .gzip)
        var reader = try CARReader(archive)
        _ = try reader.copyBlocks(into: store)
        let root = try TestData.cid(preconditions?["state_tree"]?["root_cid"])
        return try (json["apply_messages"]?.array ?? []).map { applied in
            Recorded(
                message: try Message(cbor: try TestData.base64(applied["bytes"])),
                root: root,
                store: store,
                networkVersion: NetworkVersion(rawValue: nv),
                epoch: ChainEpoch(epoch + (applied["epoch_offset"]?.integer() ?? 0)),
                baseFee: TestData.amount(preconditions?["basefee"]) ?? 100,
                supply: TestData.amount(preconditions?["circ_supply"]) ?? .totalSupply,
                prices: json["selector"]?["gas"]?.string == "genesis" ? .genesis : .calico,
                policy: json["selector"]?["policy"]?.string == "2k" ? .twoKiB : .mainnet,
                randomness: json["randomness"]
            )
        }
    }

    /// Runs `count` spoilt messages.
    ///
    /// Needs a deep stack, see `DeepStack`.
    func run(seed: UInt64, count: Int) throws -> FuzzReport {
        var random = FuzzRandom(seed: seed)
        var report = FuzzReport()
        var digest: [UInt8] = []
        for _ in 0..<count {
            guard let one = random.pick(recorded) else { break }
            let message = spoil(one.message, &random)
            do {
                let receipt = try apply(message, one, &report, seed)
                digest = BLAKE2b.hash256(digest + (receipt?.cborBytes() ?? []))
            } catch {
                report.problems.append("seed \(seed), \(message): \(error)")
            }
        }
        report.digests[seed] = digest
        return report
    }

    private func spoil(_ message: Message, _ random: inout FuzzRandom) -> Message {
        var message = message
        switch random.below(10) {
        case 0: message.value = TokenAmount(attoFIL: 1) * random.within(-1...Int64.max)
        case 1: message.method = MethodNumber(rawValue: UInt64(random.below(30)))
        case 2:
            message.gasLimit = GasAmount(
                rawValue: random.within(1...max(1, message.gasLimit.rawValue))
            )
        case 3, 4: message.params = FuzzMutation.bytes(message.params, &random)
        case 5:
            // Somebody else's message.
            let other = random.pick(recorded)?.message
            message.params = other?.params ?? []
            message.method = other?.method ?? .send
        default:
            let value = (try? CBORValue(cbor: message.params)) ?? .list([])
            message.params = FuzzMutation.structure(value, &random).cborBytes()
        }
        return message
    }

    /// Applies a message and returns its receipt; nil if the state lacks what it needs.
    private func apply(
        _ message: Message,
        _ one: Recorded,
        _ report: inout FuzzReport,
        _ seed: UInt64
    ) throws -> MessageReceipt? {
        let rules = ExecutionRules(
            networkVersion: { _ in one.networkVersion },
            prices: one.prices,
            policy: one.policy,
            proofs: AssumingVerifier(.unlessMarked),
            signatures: KeySignatureVerifier()
        )
        let sparse = SparseStore(one.store)
        let tree = try StateTree(root: one.root, store: BufferedBlockStore(over: sparse))
        let machine = try rules.machine(
            tree: tree,
            epoch: one.epoch,
            baseFee: one.baseFee,
            view: try RecordedChain(
                supply: one.supply,
                lookback: one.root,
                randomness: one.randomness
            )
        )
        let group = VectorMessages.group(of: message, machine)
        let result: MessageResult
        do { result = try machine.apply(ChainMessage(message)) } catch {
            // Where every block was there, everything must have a receipt.
            guard sparse.hasMissed else { throw error }
            report.count("block missing", .ok)
            return nil
        }
        report.count(group, result.receipt.exitCode)
        return result.receipt
    }
}

/// A store that remembers whether it was asked for what it has not.
private final class SparseStore: BlockStore {
    private let base: MemoryBlockStore
    private(set) var hasMissed = false

    init(_ base: MemoryBlockStore) { self.base = base }

    func get(_ cid: CID) -> [UInt8]? {
        let block = base.get(cid)
        if block == nil { hasMissed = true }
        return block
    }

    func put(_ block: [UInt8], cid: CID) { base.put(block, cid: cid) }
}
