import ActorRuntime
import Benchmarking
import Conformance
import FilecoinCrypto
import FilecoinTypes
import IPLD
import Synchronization

/// The history `2k-v7`: 2,058 messages and 4,131 tipsets from a genesis state of 6 kB, every state root checked.
struct ReplayRows {
    let folder: String

    func rows() throws -> [BenchmarkRow] {
        var rows = [try wholeHistory()]
        let (times, blocks, signatures) = try observedHistory()
        rows += messages(times)
        rows += try parts(blocks, signatures)
        return rows
    }

    private func replay(
        _ signatures: any SignatureVerifier = KeySignatureVerifier()
    ) throws -> Replay {
        try Replay(
            steps: folder + "/2k-v7.jsonl.gz",
            genesis: folder + "/2k-v7.genesis.car.zst",
            options: ConformanceOptions(),
            signatures: signatures
        )
    }

    private func run(_ replay: Replay) throws {
        if let difference = try replay.run() { throw BenchmarkFailure(difference) }
    }

    /// The history, loading and comparing included, in gigabytes that openssl hashes meanwhile.
    ///
    /// Processor time of the one thread, with openssl run between the rounds, so that both see the same machine.
    private func wholeHistory() throws -> BenchmarkRow {
        var gigabytes: [Double] = []
        try run(replay())
        for _ in 0..<7 {
            let rate = try OpenSSLSpeed.blake2b()
            let start = Meter.threadProcessor.seconds()
            try run(replay())
            gigabytes.append((Meter.threadProcessor.seconds() - start) * rate / 1e9)
        }
        let measured = Measurement(rounds: gigabytes)
        return BenchmarkRow(
            "replay 2k-v7 on one core, as GB of BLAKE2b by openssl",
            value: measured.median,
            unit: "GB",
            p90: measured.p90,
            reference: 3.15,
            referenceName: "lotus's native VM",
            bound: .valueAtMost(1.0)
        )
    }

    private func observedHistory() throws -> (MessageTimes, [[UInt8]], CountingVerifier) {
        let signatures = CountingVerifier()
        let observed = try replay(signatures)
        let times = MessageTimes()
        observed.observer = times
        try run(observed)
        let blocks = observed.blocks.cids.compactMap { observed.blocks.get($0) }
        return (times, blocks, signatures)
    }

    // MARK: - Messages

    private func messages(_ times: MessageTimes) -> [BenchmarkRow] {
        var rows: [BenchmarkRow] = []
        let mostUsed = times.samples.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        for (method, samples) in mostUsed.prefix(10) {
            let seconds = Measurement(rounds: samples.map(\.seconds))
            rows.append(
                BenchmarkRow(
                    "\(method), messages per second on one core",
                    value: 1 / seconds.median,
                    unit: "1/s",
                    p90: 1 / seconds.p90
                )
            )
        }
        let proofs = times.samples["storageminer.SubmitWindowedPoSt"] ?? []
        rows += Self.rows("SubmitWindowedPoSt, proof taken as right", proofs)
        rows += Self.rows("PreCommitSectorBatch of \(PreCommitBatch.size)", times.batch)
        return rows
    }

    private static func rows(_ name: String, _ samples: [MessageTimes.Sample]) -> [BenchmarkRow] {
        guard !samples.isEmpty else { return [] }
        let allocations = Measurement(rounds: samples.map { Double($0.allocations) })
        return [
            BenchmarkRow(name, Measurement(rounds: samples.map(\.seconds))),
            BenchmarkRow(
                name + ", allocations",
                value: allocations.median,
                unit: "",
                p90: allocations.p90
            ),
        ]
    }

    // MARK: - Parts

    /// What the history's unavoidable parts take when each is done alone, once: the floor under the whole.
    private func parts(
        _ blocks: [[UInt8]],
        _ signatures: CountingVerifier
    ) throws -> [BenchmarkRow] {
        let floors = StateFloors(blocks: blocks)
        let bytes = blocks.reduce(0) { $0 + $1.count }
        let checked = signatures.checked
        let size = "\(blocks.count) blocks of \(bytes / 1_000_000) MB"
        return [
            BenchmarkRow(
                "floor: hash what the history keeps, \(size)",
                Measurement.of(rounds: 5, meter: .threadProcessor) { floors.hash() }
            ),
            BenchmarkRow(
                "floor: walk over its CBOR",
                try Measurement.of(rounds: 5, meter: .threadProcessor) { try floors.walk() }
            ),
            BenchmarkRow(
                "floor: read and write its \(floors.maps.count) HAMT roots",
                try Measurement.of(rounds: 5, meter: .threadProcessor) { try floors.openMaps() }
            ),
            BenchmarkRow(
                "floor: read and write its \(floors.arrays.count) AMT roots",
                try Measurement.of(rounds: 5, meter: .threadProcessor) { try floors.openArrays() }
            ),
            BenchmarkRow(
                "floor: verify its \(checked.count) signatures",
                Measurement.of(rounds: 5, meter: .threadProcessor) {
                    checked.filter { $0.signature.verifies($0.plaintext, by: $0.signer) }.count
                }
            ),
        ]
    }
}

/// Verifies signatures and remembers them.
final class CountingVerifier: SignatureVerifier {
    struct Check: Sendable {
        let signature: Signature
        let signer: Address
        let plaintext: [UInt8]
    }

    private let checks: Mutex<[Check]> = Mutex([])

    var checked: [Check] { checks.withLock { $0 } }

    func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool {
        checks.withLock {
            $0.append(Check(signature: signature, signer: signer, plaintext: plaintext))
        }
        return signature.verifies(plaintext, by: signer)
    }
}
