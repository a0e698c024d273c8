import ActorRuntime
import BigIntegers
import BitFields
import BuiltinActors
import Compression
package import Conformance
import FilecoinTypes
import Foundation
import IPLD
import JSON
import Multiformats
import Node
import StateInspection

/// Complete states that the reference decoded, actor by actor (`reference/actors/state`).
///
/// `NAME.json.gz` says what each actor of `NAME.car.zst` holds, and how often the reference's checker complains.
package struct RecordedStateSet: ConformanceSet {
    package let name = "recorded states"

    package init() {}

    package func cases(in files: [ConformanceFile]) throws -> [ConformanceCase] {
        try files.flatMap { file -> [ConformanceCase] in
            let parts = file.path.split(separator: "/")
            guard parts.dropLast().last == "state", file.path.hasSuffix(".json.gz") else {
                return []
            }
            let archive = String(file.path.dropLast(".json.gz".count)) + ".car.zst"
            let state = try RecordedState(table: file.path, archive: archive)
            let corpus = file.relativePath.split(separator: "/").dropLast()
                .joined(separator: "/")
            let checks = ConformanceCase(corpus: corpus, name: "\(file.relativePath) checks") { _ in
                Self.report("state") { try state.checkInvariants() }
            }
            return [checks]
                + state.actors.map { row in
                    let address = row["address"]?.string ?? "?"
                    return ConformanceCase(
                        corpus: corpus,
                        name: "\(file.relativePath) \(address)"
                    ) { _ in
                        Self.report("state") { try state.check(row) }
                    }
                }
        }
    }

    private static func report(_ group: String, _ body: () throws -> Void) -> ConformanceReport {
        do { try body() } catch {
            return ConformanceReport(group: group, outcome: .failed("\(error)"))
        }
        return ConformanceReport(group: group, outcome: .passed)
    }
}

/// A difference from what was recorded.
private struct StateDifference: Error, CustomStringConvertible {
    let description: String
}

/// One state and what the reference says of it.
private final class RecordedState: Sendable {
    let actors: [JSONValue]
    private let root: CID
    private let epoch: ChainEpoch
    private let complaints: Int
    private let total: TokenAmount
    private let blocks: MemoryBlockStore

    init(table: String, archive: String) throws {
        // The recorder wrote the total as Go prints a wrong verb: %!q(big.Int=…).
        let text = String(decoding: try Self.bytes(table), as: UTF8.self)
            .replacing(/%!q\(big\.Int=(\d+)\)/) { "\"\($0.output.1)\"" }
        let json = try JSONValue(
            parsing: Array(text.utf8),
            limits: JSONLimits(depth: 32, bytes: 64 << 20)
        )
        guard let actors = json["actors"]?.array, let root = json["root"]?.string,
            let epoch = json["prior_epoch"]?.integer(as: Int64.self),
            let complaints = json["invariant_messages"]?.integer(as: Int.self),
            let total = BigInt(json["total_balance"]?.string ?? "")
        else { throw StateDifference(description: "\(table) does not describe a state") }
        self.actors = actors
        self.root = try CID(root)
        self.epoch = ChainEpoch(rawValue: epoch)
        self.complaints = complaints
        self.total = TokenAmount(attoFIL: total)
        let store = MemoryBlockStore()
        var reader = try CARReader(try Self.bytes(archive))
        _ = try reader.copyBlocks(into: store)
        blocks = store
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        let packed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return path.hasSuffix(".zst")
            ? try Zstandard.decompress(packed) : try Deflate.decompress(packed, format: .gzip)
    }

    /// Compares the number of complaints; each must be one that the reference's checker makes, too.
    func checkInvariants() throws {
        let report = try StateInvariants(
            try StateTree(root: root, store: blocks),
            at: .after(epoch),
            policy: .twoKiB
        ).check(expectedTotal: total)
        guard report.unexpected.isEmpty, report.broken.count == complaints else {
            throw StateDifference(
                description: "\(report.broken.map(\.description)), wanted \(complaints) complaints"
            )
        }
        var count = 0
        try StateTree(root: root, store: blocks).forEach { _, _ in count += 1 }
        guard count == actors.count else {
            throw StateDifference(description: "\(count) actors, wanted \(actors.count)")
        }
    }

    /// Compares one actor with its row.
    func check(_ row: JSONValue) throws {
        guard let id = try Address(text: row["address"]?.string ?? "").actorID,
            let actor = try StateTree(root: root, store: blocks).actor(id)
        else { throw StateDifference(description: "there is no such actor") }
        let store = ActorStore(reading: blocks)
        var found: [(String, JSONValue)] = [
            ("code", .string("\(actor.code)")), ("head", .string("\(actor.head)")),
            ("nonce", .number(JSONNumber(actor.nonce))),
            ("balance", .string("\(actor.balance.attoFIL)")),
            ("state", try ActorStateJSON.state(of: actor, store)),
        ]
        if actor.actorCode?.kind == .storageMiner {
            found += try MinerPartsJSON(try store.get(actor.head), store).members(like: row)
        }
        for (name, value) in found {
            guard let wanted = row[name] else { continue }
            if let path = Self.difference(value, wanted) {
                throw StateDifference(description: "\(name)\(path)")
            }
        }
    }

    /// Where two values differ, and how; addresses are equal in both networks' spelling, and no list is an empty one.
    private static func difference(_ found: JSONValue, _ wanted: JSONValue) -> String? {
        if let members = wanted.object?.members {
            guard let own = found.object else { return ": found \(found), wanted an object" }
            for member in members {
                guard let value = own[member.name] else { return ".\(member.name) is missing" }
                if let path = difference(value, member.value) { return ".\(member.name)\(path)" }
            }
            return own.members.count == members.count ? nil : " has more members than wanted"
        }
        if let elements = wanted.array {
            guard let own = found.array, own.count == elements.count else {
                return ": found \(found.array?.count ?? -1) elements, wanted \(elements.count)"
            }
            for (index, pair) in zip(own, elements).enumerated() {
                if let path = difference(pair.0, pair.1) { return "[\(index)]\(path)" }
            }
            return nil
        }
        if found == wanted || (wanted.isNull && found.array?.isEmpty == true) { return nil }
        if let one = found.string, let other = wanted.string,
            let address = try? Address(text: one), (try? Address(text: other)) == address
        {
            return nil
        }
        return ": found \(found), wanted \(wanted)"
    }
}

/// A miner's parts below its state, under the names of the reference's fields.
private struct MinerPartsJSON {
    private let state: BuiltinActors.MinerState
    private let store: ActorStore

    init(_ state: BuiltinActors.MinerState, _ store: ActorStore) {
        self.state = state
        self.store = store
    }

    /// The parts; the deadlines are those that the row has.
    func members(like row: JSONValue) throws -> [(String, JSONValue)] {
        let indices = (row["deadlines"]?.array ?? []).compactMap {
            $0["index"]?.integer(as: UInt64.self)
        }
        let funds: VestingFunds = try store.get(state.vestingFunds)
        let vesting = funds.funds.map { entry -> JSONValue in
            ["Epoch": number(entry.epoch.rawValue), "Amount": amount(entry.amount)]
        }
        var sectors = try ADTArray<SectorOnChainInfo>(
            store: store,
            root: state.sectors,
            bitWidth: MinerPolicy.sectorsBitWidth
        )
        return [
            ("info", info(try state.loadInfo(store))),
            ("sectors", .array(try sectors.all().map { sector($0.1) })),
            ("vesting", ["Funds": .array(vesting)]),
            ("deadlines", .array(try indices.map(deadline))),
        ]
    }

    private func info(_ info: MinerInfo) -> JSONValue {
        let change = info.pendingWorkerKey.map { change -> JSONValue in
            [
                "NewWorker": .string("\(change.newWorker)"),
                "EffectiveAt": number(change.effectiveAt.rawValue),
            ]
        }
        return [
            "Owner": .string("\(info.owner)"), "Worker": .string("\(info.worker)"),
            "ControlAddresses": .array(info.controlAddresses.map { .string("\($0)") }),
            "PendingWorkerKey": change ?? .null, "PeerId": base64(info.peerID),
            "Multiaddrs": .array(info.multiaddrs.map(base64)),
            "WindowPoStProofType": number(info.windowPoStProofType.rawValue),
            "SectorSize": number(info.sectorSize.rawValue),
            "WindowPoStPartitionSectors": number(info.windowPoStPartitionSectors),
            "ConsensusFaultElapsed": number(info.consensusFaultElapsed.rawValue),
            "PendingOwnerAddress": info.pendingOwnerAddress.map { .string("\($0)") } ?? .null,
        ]
    }

    private func sector(_ sector: SectorOnChainInfo) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("SectorNumber", number(sector.sectorNumber.rawValue)),
            ("SealProof", number(sector.sealProof.rawValue)), ("SealedCID", link(sector.sealedCID)),
            ("DealIDs", .array(sector.dealIDs.map { number($0.rawValue) })),
            ("Activation", number(sector.activation.rawValue)),
            ("Expiration", number(sector.expiration.rawValue)),
            ("DealWeight", big(sector.dealWeight)),
            ("VerifiedDealWeight", big(sector.verifiedDealWeight)),
            ("InitialPledge", amount(sector.initialPledge)),
            ("ExpectedDayReward", amount(sector.expectedDayReward)),
            ("ExpectedStoragePledge", amount(sector.expectedStoragePledge)),
            ("ReplacedSectorAge", number(sector.replacedSectorAge.rawValue)),
            ("ReplacedDayReward", amount(sector.replacedDayReward)),
        ]
        if sector.shape >= .v7 {
            members.append(("SectorKeyCID", sector.sectorKeyCID.map(link) ?? .null))
        }
        return .object(JSONObject(members))
    }

    private func deadline(_ index: UInt64) throws -> JSONValue {
        let deadline = try state.loadDeadlines(store).load(index, store)
        var members: [(String, JSONValue)] = [
            ("Partitions", link(deadline.partitions)),
            ("ExpirationsEpochs", link(deadline.expirationsEpochs)),
            ("PartitionsPoSted", ActorStateJSON.json(deadline.partitionsPoSted)),
            ("EarlyTerminations", ActorStateJSON.json(deadline.earlyTerminations)),
            ("LiveSectors", number(deadline.liveSectors)),
            ("TotalSectors", number(deadline.totalSectors)),
            ("FaultyPower", power(deadline.faultyPower)),
            ("OptimisticPoStSubmissions", link(deadline.optimisticPoStSubmissions)),
            ("PartitionsSnapshot", link(deadline.partitionsSnapshot)),
            ("OptimisticPoStSubmissionsSnapshot", link(deadline.optimisticPoStSubmissionsSnapshot)),
        ]
        // Actors v6 have no such snapshot.
        if let snapshot = deadline.sectorsSnapshot {
            members.append(("SectorsSnapshot", link(snapshot)))
        }
        var partitions = try deadline.partitionsArray(store)
        return [
            "index": number(index), "deadline": .object(JSONObject(members)),
            "partitions": .array(try partitions.all().map { partition($0.1) }),
        ]
    }

    private func partition(_ partition: Partition) -> JSONValue {
        [
            "Sectors": ActorStateJSON.json(partition.sectors),
            "Unproven": ActorStateJSON.json(partition.unproven),
            "Faults": ActorStateJSON.json(partition.faults),
            "Recoveries": ActorStateJSON.json(partition.recoveries),
            "Terminated": ActorStateJSON.json(partition.terminated),
            "ExpirationsEpochs": link(partition.expirationsEpochs),
            "EarlyTerminated": link(partition.earlyTerminated),
            "LivePower": power(partition.livePower),
            "UnprovenPower": power(partition.unprovenPower),
            "FaultyPower": power(partition.faultyPower),
            "RecoveringPower": power(partition.recoveringPower),
        ]
    }

    private func number(_ number: some BinaryInteger) -> JSONValue { .number(JSONNumber(number)) }
    private func big(_ number: BigInt) -> JSONValue { .string("\(number)") }
    private func amount(_ amount: TokenAmount) -> JSONValue { big(amount.attoFIL) }
    private func link(_ cid: CID) -> JSONValue { ["/": .string("\(cid)")] }
    private func base64(_ bytes: [UInt8]) -> JSONValue {
        .string(Data(bytes).base64EncodedString())
    }
    private func power(_ power: PowerPair) -> JSONValue {
        ["Raw": big(power.raw), "QA": big(power.qualityAdjusted)]
    }
}
