import FilecoinCrypto
import FilecoinTypes
import Foundation
import JSON
import ServiceKit
import TestSupport
import Testing

@testable import Miner

@Suite struct MiningScheduleTests {
    let schedule = Sample.schedule

    @Test func `a round begins when the blocks before it had time to spread`() {
        let start = Sample.genesis + .seconds(42)
        #expect(schedule.start(of: 5) == start)
        #expect(schedule.round(at: start) == 5)
        #expect(schedule.round(at: ProtocolTime(nanoseconds: start.nanoseconds - 1)) == 4)
        #expect(schedule.timestamp(of: 5) == Sample.genesis + .seconds(50))
    }

    @Test func `no epoch is mined twice, and after an outage the clock's is next`() {
        let now = Sample.genesis + .seconds(45)
        #expect(schedule.next(after: 4, at: now) == 5)
        #expect(schedule.next(after: 5, at: now) == 6)
        #expect(schedule.next(after: 5, at: now + .seconds(86_400)) == 8645)
        // A clock that was set back does not repeat epochs.
        #expect(schedule.next(after: 9000, at: now) == 9001)
    }

    @Test func `the network's own times go with the time between epochs`() {
        let configuration = MinerConfiguration()
        let devnet = MiningTimes(configuration, blockDelay: .seconds(10))
        #expect(devnet.propagationDelay == .seconds(2))
        #expect(devnet.limits.draws == .seconds(7))
        let local = MiningTimes(configuration, blockDelay: .seconds(4))
        #expect(local.propagationDelay == .seconds(1))
        #expect(local.limits.draws == .milliseconds(2800))
        let main = MiningTimes(configuration, blockDelay: .seconds(30))
        #expect(main.propagationDelay == .seconds(12))
        #expect(main.limits.draws == .seconds(15))
    }
}

@Suite struct DrawRequestTests {
    @Test func `the wallet gets a map with the keys of the original, in its order`() {
        let request = DrawRequest(
            base: [1, 2],
            purpose: .electionProofProduction,
            round: 300,
            entropy: [0x42, 0x00, 0x7b]
        )
        let fields: [(String, [UInt8])] = [
            ("Rbase", [0x42, 1, 2]), ("Pers", [0x02]), ("Round", [0x19, 0x01, 0x2c]),
            ("Entropy", [0x43, 0x42, 0x00, 0x7b]),
        ]
        var wanted: [UInt8] = [0xa4]
        for (name, value) in fields {
            wanted.append(0x60 + UInt8(name.utf8.count))
            wanted += Array(name.utf8)
            wanted += value
        }
        #expect(request.bytes == wanted)
    }

    @Test func `the draws are those that validators recompute`() {
        let entry = BeaconEntry(round: 9, data: [3, 1, 4])
        let ticket = Ticket(vrfProof: [UInt8](repeating: 5, count: 96))
        let draws = BlockDraws(beaconEntry: entry, epoch: 77, miner: .id(1000))
        let election = DrawRequest.election(.id(1000), epoch: 77, entry: entry)
        #expect(election.digest == draws.electionInput)
        let drawn = DrawRequest.ticket(.id(1000), epoch: 77, entry: entry, parent: ticket)
        #expect(drawn.digest == draws.ticketInput(parentTicket: ticket))
        #expect(drawn.round == 76)
    }

    @Test(.enabled(if: Vectors.arePresent, Vectors.missing))
    func `bytes and digest are those that venus-wallet was recorded with`() throws {
        let text = try Vectors.gunzippedText(
            "reference/services/wallet/v1.2.0/sign_types.json.gz"
        )
        let steps = try #require(try JSONValue(parsing: text)["steps"]?.array)
        let step = try #require(steps.first { $0["note"]?.string == "drawrandomparam" })
        let body = try JSONValue(parsing: try #require(step["request"]?["body"]?.string))
        let object = try #require(step["object"]?.object)
        let pers: Int64 = try object.decode("Pers")
        let round: ChainEpoch = try object.decode("Round")
        let request = DrawRequest(
            base: try object.decodeBase64("Rbase"),
            purpose: try #require(RandomnessPurpose(rawValue: pers)),
            round: round,
            entropy: try object.decodeBase64("Entropy")
        )
        let recorded = try JSONBytes(from: try #require(body["params"]?.array?[1])).bytes
        #expect(request.bytes == recorded)
        let signed = try #require(step["signed_bytes_hex"]?.string)
        #expect(request.digest == (try hexBytes(signed)))
    }
}

@Suite struct TicketQualityTests {
    @Test func `a lesser digest is a better ticket`() {
        let tickets = (0..<50).map { Ticket(vrfProof: [UInt8](repeating: $0, count: 96)) }
        let byDigest = tickets.sorted { $0.digest < $1.digest }
        let byQuality = tickets.sorted { $0.quality > $1.quality }
        #expect(byDigest == byQuality)
        #expect(tickets.allSatisfy { $0.quality > 0 && $0.quality < 1 })
    }
}
