import BigIntegers
import FilecoinTypes
import Multiformats
import ServiceKit
import VenusAPI

@testable import Miner

/// Headers, tipsets and answers for scripts; all signatures are made up.
enum Sample {
    static let genesis = ProtocolTime(seconds: 1_700_000_000)
    static let schedule = MiningSchedule(
        epochs: EpochSchedule(genesis: genesis, blockDelay: .seconds(10)),
        propagationDelay: .seconds(2)
    )
    static let alice: Address = .id(1000)
    static let bob: Address = .id(1001)
    static let empty = CID.dagCBOR(hashing: [0x80])

    static func worker(_ miner: Address) -> Address {
        let id = UInt8(truncatingIfNeeded: miner.actorID?.rawValue ?? 0)
        return (try? .bls(publicKey: [UInt8](repeating: id, count: 48))) ?? .blsZero
    }

    static func header(
        _ miner: Address,
        _ height: ChainEpoch,
        parents: [CID] = [empty],
        ticket: UInt8
    ) -> BlockHeader {
        BlockHeader(
            miner: miner,
            ticket: Ticket(vrfProof: [UInt8](repeating: ticket, count: 96)),
            electionProof: nil,
            beaconEntries: [],
            winPoStProof: [],
            parents: parents,
            parentWeight: 0,
            height: height,
            parentStateRoot: empty,
            parentMessageReceipts: empty,
            messages: empty,
            blsAggregate: nil,
            timestamp: UInt64(clamping: schedule.timestamp(of: height).seconds),
            parentBaseFee: 0
        )
    }

    static func tipset(_ headers: BlockHeader...) -> Tipset {
        guard let tipset = try? Tipset(headers) else { preconditionFailure("no tipset") }
        return tipset
    }

    static func info(
        _ miner: Address,
        power: Int64 = 1 << 20,
        entry: UInt8 = 7,
        worker: Address? = nil,
        isEligible: Bool = true
    ) -> MiningBaseInfo {
        MiningBaseInfo(
            minerPower: TokenAmount(attoFIL: BigInt(power)),
            networkPower: TokenAmount(attoFIL: BigInt(1 << 20)),
            sectors: [
                ExtendedSectorInfo(
                    sealProof: .stackedDrg2KiBV1_1,
                    sectorNumber: 3,
                    sealedCID: empty
                )
            ],
            workerKey: worker ?? self.worker(miner),
            sectorSize: .kib2,
            previousBeaconEntry: BeaconEntry(round: 1, data: [1]),
            beaconEntries: [BeaconEntry(round: 2, data: [entry])],
            isEligible: isEligible
        )
    }

    static func signature(_ byte: UInt8) -> Signature {
        Signature(type: .bls, data: [UInt8](repeating: byte, count: 96))
    }

    static let proof = [
        PoStProof(
            postProof: .stackedDrgWinning2KiBV1,
            proofBytes: [UInt8](repeating: 5, count: 192)
        )
    ]

    static func message(_ nonce: UInt64, from sender: UInt64) -> SignedMessage {
        var message = Message(to: .id(1), from: .id(ActorID(rawValue: sender)))
        message.nonce = nonce
        return SignedMessage(message: message, signature: signature(1))
    }

    /// The block that a node makes of a template.
    static func block(_ template: BlockTemplate) -> BlockMessage {
        var header = header(
            template.miner,
            template.epoch,
            parents: template.parents.cids,
            ticket: 0
        )
        header.ticket = template.ticket
        header.electionProof = template.electionProof
        header.beaconEntries = template.beaconValues
        header.winPoStProof = template.winningPoStProof
        header.timestamp = template.timestamp
        return BlockMessage(
            header: header,
            blsMessages: template.messages.map(\.message.cid)
        )
    }
}

/// Plays events to a round and writes down what it asks for.
struct RoundScript {
    private(set) var round: MiningRound
    /// What was asked for, one line each.
    private(set) var log: [String] = []
    /// What is waited for.
    private(set) var requests: [MiningRequest] = []
    private(set) var records: [MineRecord] = []
    let now: ProtocolTime

    init(
        epoch: ChainEpoch,
        base: Tipset,
        miners: [Address],
        resuming blocks: [BlockMessage] = []
    ) {
        now = Sample.schedule.start(of: epoch)
        round = MiningRound(
            epoch: epoch,
            schedule: Sample.schedule,
            base: base,
            miners: miners,
            resuming: blocks,
            startedAt: now
        )
        note(round.start())
    }

    mutating func play(_ events: MiningEvent...) {
        for event in events { note(round.apply(event, took: .milliseconds(5), at: now)) }
    }

    /// The lines since the last call.
    mutating func lines() -> [String] {
        defer { log = [] }
        return log
    }

    /// Brings a miner up to where its draws and proof are done.
    mutating func settle(_ miner: Address, ticket: UInt8) {
        play(
            .baseInfo(miner, Sample.info(miner)),
            .election(miner, Sample.signature(9)),
            .ticket(miner, Sample.signature(ticket)),
            .proof(miner, Sample.proof)
        )
    }

    /// Lets the step that a miner waits for fail.
    mutating func fail(_ miner: Address, _ step: String) {
        guard let request = requests.last(where: { $0.miner == miner && $0.step == step }) else {
            return
        }
        play(.failed(request, "broken"))
    }

    /// Answers what the making of a block asks for, up to the submission.
    mutating func makeBlocks() {
        while let request = requests.first(where: { Self.answer(to: $0) != nil }),
            let answer = Self.answer(to: request)
        {
            requests.removeAll { $0 == request }
            play(answer)
        }
    }

    private static func answer(to request: MiningRequest) -> MiningEvent? {
        switch request {
        case .block(let miner, let template): .block(miner, Sample.block(template))
        case .signature(let miner, _, _): .signature(miner, Sample.signature(8))
        case .admission(let miner, _, _): .admitted(miner)
        default: nil
        }
    }

    /// The template that was asked for last.
    func template(of miner: Address) -> BlockTemplate? {
        requests.compactMap { request -> BlockTemplate? in
            if case .block(miner, let template) = request { template } else { nil }
        }.last
    }

    private mutating func note(_ actions: [MiningAction]) {
        for action in actions {
            log.append(Self.line(action))
            switch action {
            case .perform(let request): requests.append(request)
            case .won(let record): records.append(record)
            case .ended(_, _, let record?): records.append(record)
            default: break
            }
        }
    }

    private static func line(_ action: MiningAction) -> String {
        switch action {
        case .perform(let request): line(request)
        case .limitDraws: "limit draws"
        case .limitRebases: "limit rebases"
        case .won(let record): "\(record.miner) won"
        case .forked(let miner): "\(miner) forked"
        case .ended(let miner, let outcome, _):
            switch outcome {
            case .notEligible(let reason): "\(miner) not eligible: \(reason)"
            case .lost: "\(miner) lost"
            case .produced: "\(miner) produced"
            case .failed, .timedOut: "\(miner) \(outcome.message)"
            }
        }
    }

    private static func line(_ request: MiningRequest) -> String {
        switch request {
        case .baseInfo(let miner, let base): "\(miner) base info on \(base.height)"
        case .election(let miner, _, let draw): "\(miner) election \(draw.round)"
        case .ticket(let miner, _, let draw): "\(miner) ticket \(draw.round)"
        case .proof(let miner, _, _): "\(miner) proof"
        case .head: "head"
        case .messages(_, let qualities): "messages for \(qualities.count)"
        case .block(let miner, let template): "\(miner) block with \(template.messages.count)"
        case .signature(let miner, _, _): "\(miner) signature"
        case .admission(let miner, _, let parent): "\(miner) admission on \(parent)"
        case .submission(let miner, _): "\(miner) submission"
        }
    }
}
