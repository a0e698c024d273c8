import BigIntegers
import Bytes
import FilecoinTypes
import Genesis
import IPLD
import JSON
import Multiformats
import NetworkParameters

import TestSupport
import Testing

@testable import StorageProofs

@Suite struct GenesisBlockTests {
    private func key(_ number: UInt8) throws -> Address {
        try .bls(publicKey: [UInt8](repeating: number, count: 48))
    }

    private func miner(_ id: ActorID, owner: Address, sectors: Int) throws -> PreSealedMiner {
        let sealed = try (0..<sectors).map { number in
            let commD = try CID(.unsealed, commitment: [UInt8](repeating: 0x0f, count: 32))
            return PreSealedSector(
                commR: try CID(
                    .sealed,
                    commitment: [UInt8(number)] + [UInt8](repeating: 0x0e, count: 31)
                ),
                commD: commD,
                sector: SectorNumber(UInt64(number)),
                deal: DealProposal(
                    pieceCID: commD,
                    pieceSize: 2048,
                    isVerified: true,
                    client: owner,
                    provider: .id(id),
                    label: Array("\(number)".utf8),
                    startEpoch: 0,
                    endEpoch: 9001,
                    storagePricePerEpoch: 0,
                    providerCollateral: 0,
                    clientCollateral: 0
                ),
                proof: .stackedDrg2KiBV1_1
            )
        }
        return PreSealedMiner(
            id: .id(id),
            owner: owner,
            worker: owner,
            peerID: Base58.encode([0, 36, 8, 1, 18, 32] + [UInt8](repeating: 3, count: 32)),
            marketBalance: 0,
            powerBalance: 0,
            sectorSize: .kib2,
            sectors: sealed
        )
    }

    @Test(arguments: [1, 2, 4])
    func `each miner of a devnet has a deadline that opens soon`(_ sectors: Int) throws {
        let ids = DevnetGenesis.minerIDs(count: 2)
        let owners = [try key(1), try key(2)]
        let template = DevnetGenesis.template(
            networkName: "devnet-test",
            timestamp: 1_700_000_000,
            miners: try zip(ids, owners).map { try miner($0, owner: $1, sectors: sectors) },
            accounts: [(try key(3), .fil(1000))],
            root: try key(4),
            remainder: try key(5)
        )
        var generator = SeededGenerator(seed: 7)
        let secrets = try GenesisSecrets(using: &generator)
        let block = try GenesisBlock.make(template, parameters: .devnet, secrets: secrets)
        for id in ids {
            let first = try #require(block.duties.first { $0.miner == .id(id) })
            #expect((30...90).contains(first.opens.rawValue))
            #expect(first.closes == first.opens + 60)
            #expect(first.opens == DevnetGenesis.provingPeriodOffset(of: id))
        }
        let again = try GenesisBlock.make(template, parameters: .devnet, secrets: secrets)
        #expect(again.archive == block.archive)
        var reader = try CARReader(block.archive)
        #expect(reader.roots == [block.cid])
        #expect(try reader.copyBlocks(into: MemoryBlockStore()) > 50)
    }

    @Test func `templates come and go as the commands of lotus write them`() throws {
        var template = try GenesisTemplate.new(networkName: "localnet", networkVersion: 15)
        let owner = try key(1)
        try template.add(PreSealManifest(miners: [try miner(1000, owner: owner, sectors: 1)]))
        #expect(throws: GenesisError.self) {
            try template.add(PreSealManifest(miners: [try miner(1002, owner: owner, sectors: 1)]))
        }
        try template.add(
            PreSealManifest(miners: [try miner(1002, owner: owner, sectors: 1)]),
            allowsGaps: true
        )
        #expect(template.accounts.count == 1)
        #expect(template.accounts.first?.balance == .fil(50_000_000))
        let read = try GenesisTemplate(json: template.jsonText(.indented()))
        #expect(read == template)
    }

    @Test func `an empty template has lotus's form`() throws {
        let template = try GenesisTemplate.new(networkName: "localnet", networkVersion: 15)
        let multisig =
            #"{"Type":"multisig","Balance":"0","Meta":{"Signers":["#
            + #""t1ceb34gnsc6qk5dt6n7xg6ycwzasjhbxm3iylkiy"],"Threshold":1,"VestingDuration":0,"#
            + #""VestingStart":0}}"#
        #expect(
            template.jsonText()
                == #"{"NetworkVersion":15,"Accounts":[],"Miners":[],"NetworkName":"localnet","#
                + #""VerifregRootKey":\#(multisig),"RemainderAccount":\#(multisig)}"#
        )
    }

    @Test func `multisigs are read from a table`() throws {
        let alice = try key(1)
        let bob = try key(2)
        let heading = "version,id,amount,vesting,custodian,m,n,addresses,type,sig1,sig2\n"
        let row = "1,7,1000,24,3,2,2,\(alice):\(bob),x,a,b\n"
        let actors = try GenesisTemplate.multisigs(csv: heading + row, blockDelaySeconds: 30)
        // 730 days of 2880 epochs.
        #expect(
            actors == [
                .init(
                    .multisig(
                        signers: [alice, bob],
                        threshold: 2,
                        vestingDuration: 730 * 2880,
                        vestingStart: 0
                    ),
                    balance: .fil(1000)
                )
            ]
        )
        for bad in [
            "2,7,1000,24,3,2,2,\(alice):\(bob)", "1,7,1000,24,3,2,3,\(alice)", "1", "1,7,x,,,,,",
        ] {
            #expect(throws: GenesisError.self) {
                try GenesisTemplate.multisigs(csv: heading + bad, blockDelaySeconds: 30)
            }
        }
    }

    @Test func `manifests of one miner become one`() throws {
        let owner = try key(1)
        var second = try miner(1000, owner: owner, sectors: 3)
        second.sectors.removeFirst(2)
        let first = try miner(1000, owner: owner, sectors: 2)
        let joined = try PreSealManifest.aggregate([
            PreSealManifest(miners: [first]), PreSealManifest(miners: [second]),
        ])
        #expect(joined.miners.map(\.sectors.count) == [3])
        #expect(throws: GenesisError.self) {
            try PreSealManifest.aggregate([joined, PreSealManifest(miners: [second])])
        }
    }

    @Test func `a template that gives away too much or twice is refused`() throws {
        var generator = SeededGenerator(seed: 7)
        let secrets = try GenesisSecrets(using: &generator)
        let owner = try key(1)
        func template(_ balance: TokenAmount, root: Address) throws -> GenesisTemplate {
            DevnetGenesis.template(
                networkName: "devnet-test",
                timestamp: 1,
                miners: [try miner(1000, owner: owner, sectors: 1)],
                accounts: [(try key(2), balance)],
                root: root,
                remainder: try key(4)
            )
        }
        #expect(throws: GenesisError.self) {
            try GenesisBlock.make(
                try template(.fil(900_000_000), root: try key(3)),
                parameters: .devnet,
                secrets: secrets
            )
        }
        #expect(throws: GenesisError.self) {
            try GenesisBlock.make(
                try template(1, root: owner),
                parameters: .devnet,
                secrets: secrets
            )
        }
    }
}
