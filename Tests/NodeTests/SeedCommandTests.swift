import FilecoinTypes
import Foundation
import Genesis
import JSON
import Node
import ServiceKit
import TestSupport
import Testing

/// The commands that edit a genesis template.
@Suite struct SeedCommandTests {
    private let key = "t1ceb34gnsc6qk5dt6n7xg6ycwzasjhbxm3iylkiy"

    @Test func `a template is written and edited as by the original`() async throws {
        let folder = try TemporaryDirectory()
        let console = MemoryConsole()
        let path = folder.path("genesis.json")
        func seed(_ words: String...) async -> Int32 {
            await NodeProgram.application.run(
                ["seed", "genesis"] + words,
                environment: [:],
                console: console
            )
        }
        func template() throws -> GenesisTemplate {
            try GenesisTemplate(json: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        }
        #expect(await seed("new", "--network-name", "localnet-1", path) == 0)
        #expect(try template().networkName == "localnet-1")
        let csv = folder.path("msigs.csv")
        try "version,id,amount,months,custodian,m,n,addresses,type,a,b\n1,1,5,12,0,1,1,\(key),x,,\n"
            .write(toFile: csv, atomically: true, encoding: .utf8)
        #expect(await seed("add-msis", path, csv) == 0)
        #expect(try template().accounts.map(\.balance) == [.fil(5)])
        #expect(await seed("set-remainder", "--multisig", csv, path) == 0)
        #expect(try template().remainder == template().accounts.first)
        #expect(await seed("set-vrk", "--account", key, path) == 0)
        guard case .account(let owner) = try template().verifiedRegistryRoot.control else {
            Issue.record("f080 is no account")
            return
        }
        #expect(owner.description == key)
        #expect(await seed("set-vrk", path) == 2)
        #expect(await seed("set-network-version", "--network-version", "14", path) == 0)
        #expect(try template().networkVersion == 14)
        #expect(await seed("set-network-version", "--network-version", "16", path) == 2)
    }
}
