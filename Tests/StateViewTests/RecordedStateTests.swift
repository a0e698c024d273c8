import ActorRuntime
import BigIntegers
import BitFields
import BuiltinActors
import FilecoinTypes
import IPLD
import Multiformats
import NetworkParameters
import StateView
import TestSupport
import Testing

/// States that lotus computed, and what it read out of them.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedStateTests {
    private static func store(_ chain: String) throws -> MemoryBlockStore {
        try Vectors.archive("reference/lotus/\(chain)/chain.car.zst").store
    }

    private static func lines(_ chain: String) throws -> [Fixture] {
        try Vectors.lines("reference/lotus/\(chain)/index.jsonl.gz")
    }

    @Test func `miners, their workers and their sectors are found`() throws {
        let line = try #require(try Self.lines("chain-nv15-a").last { !$0["fork"].bool })
        let view = try StateView(
            root: CID(line["stateRoot"]["/"].text),
            store: Self.store("chain-nv15-a")
        )
        let miners = try view.miners()
        #expect(miners.contains(.id(1000)))
        #expect(miners.contains(.id(1001)))
        #expect(try view.initState().networkName == "oracle-chain-a")
        var withSectors = 0
        for address in miners {
            let miner = try view.miner(address)
            let worker = try view.keyAddress(of: try miner.info().worker)
            #expect(worker.kind == .bls)
            #expect(try view.id(of: worker) == miner.info().worker.actorID)
            let active = try miner.activeSectors()
            let sectors = try miner.sectors(active)
            #expect(sectors.map(\.sectorNumber.rawValue) == Array(active.bits))
            for sector in sectors {
                #expect(try miner.sector(sector.sectorNumber) == sector)
            }
            let claim = try #require(try view.claim(of: address))
            let bytes = sectors.reduce(into: 0) { sum, sector in
                sum += Int(sector.sealProof.sectorSize?.rawValue ?? 0)
            }
            #expect(claim.rawBytePower.description == String(bytes))
            #expect(
                try view.meetsConsensusMinimum(address, policy: .twoKiB)
                    == (claim.rawBytePower >= 2048)
            )
            withSectors += sectors.isEmpty ? 0 : 1
        }
        #expect(withSectors >= 2)
    }

    @Test func `what is not there is said to be missing`() throws {
        let line = try #require(try Self.lines("chain-nv15-real").first)
        let view = try StateView(
            root: CID(line["stateRoot"]["/"].text),
            store: Self.store("chain-nv15-real")
        )
        #expect(throws: StateViewError.actorNotFound(.id(999_999))) {
            try view.actor(.id(999_999))
        }
        let stranger = Address.secp256k1(publicKey: [UInt8](repeating: 4, count: 65))
        #expect(throws: StateViewError.actorNotFound(stranger)) { try view.id(of: stranger) }
        #expect(try view.keyAddress(of: stranger) == stranger)
        #expect(throws: StateViewError.self) { try view.miner(.id(100)) }
        #expect(throws: StateViewError.self) { try view.keyAddress(of: .id(1000)) }
        #expect(try view.claim(of: .id(100)) == nil)
        #expect(throws: StateViewError.noClaim(.id(100))) {
            try view.meetsConsensusMinimum(.id(100), policy: .twoKiB)
        }
    }
}
