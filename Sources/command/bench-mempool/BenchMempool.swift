import ActorRuntime
import Benchmarking
import BigIntegers
import FilecoinTypes
import MessagePool

/// Measures the selection of a block's messages from 10,000 that wait: a full pool of a busy network.
///
/// lotus took 179 ms to create the chains alone on the main network of 2021 (lotus #5128).
@main
struct BenchMempool {
    /// SplitMix64, so that every run has the same pool.
    struct Source: RandomNumberGenerator {
        var state: UInt64 = 7

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }

    private static let count = 10_000

    static func main() throws {
        BenchmarkReport.main("Messages of a block, of \(count) that wait") { report in
            for senders in [100, 1000, 10_000] {
                let selection = try pool(senders: senders)
                for quality in [0.9, 0.5, 0.1] {
                    let measurement = Measurement.of(rounds: 10, meter: .threadProcessor) {
                        var source = Source()
                        return selection.messages(quality: quality, using: &source)
                    }
                    report.add(
                        BenchmarkRow(
                            "select messages, \(senders) senders, quality \(quality)",
                            measurement
                        )
                    )
                }
                let measurement = Measurement.of(rounds: 10, meter: .threadProcessor) {
                    var source = Source()
                    return selection.messages(qualities: [0.9, 0.6, 0.3], using: &source)
                }
                report.add(
                    BenchmarkRow("select messages, \(senders) senders, three tickets", measurement)
                )
            }
        }
    }

    private static func pool(senders: Int) throws -> MessageSelection {
        var source = Source()
        var pending: [Address: [PendingMessage]] = [:]
        var states: [Address: SenderState] = [:]
        for number in 0..<senders {
            var key = [UInt8](repeating: 0, count: 48)
            key[0] = UInt8(truncatingIfNeeded: number)
            key[1] = UInt8(truncatingIfNeeded: number >> 8)
            let sender = try Address.bls(publicKey: key)
            states[sender] = SenderState(nonce: 0, balance: .fil(1_000_000))
            pending[sender] = (0..<UInt64(count / senders)).map { nonce in
                let limit = Int64.random(in: 2_000_000...60_000_000, using: &source)
                let premium = Int64.random(in: 100_000...400_000, using: &source)
                return PendingMessage(
                    SignedMessage(
                        message: Message(
                            to: .id(100),
                            from: sender,
                            nonce: nonce,
                            value: 1,
                            gasLimit: GasAmount(limit),
                            gasFeeCap: 2_000_000_000,
                            gasPremium: TokenAmount(attoFIL: BigInt(premium))
                        ),
                        signature: Signature(type: .bls, data: [UInt8](repeating: 0, count: 96))
                    )
                )
            }
        }
        return MessageSelection(
            pending: pending,
            states: states,
            baseFee: 1_000_000_000,
            prices: .calico
        )
    }
}
