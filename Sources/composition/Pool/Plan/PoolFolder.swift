import Foundation
import JSON
package import ServiceKit

/// Where the things of a pool are, below its data directory.
///
/// | name | content |
/// |---|---|
/// | `pool.json` | what the pool consists of: miners, accounts, ports |
/// | `clock` | by how much protocol time is behind, and when the pool was last alive |
/// | `pool.pid` | the process that runs the pool, or ran it last |
/// | `genesis/` | `genesis.car`, `network.json`, `template.json` |
/// | `proof-parameters/` | parameters of the proofs, made here and of no worth elsewhere |
/// | `sectors-1/` ... | the sectors that each miner begins with |
/// | `secrets/` | passwords of the wallets and tokens between services, mode 0600 |
/// | `auth/`, `node/`, `wallet-1/` ... | the folder of each service |
/// | `logs/` | what each service logs |
/// | `processes/` | the number of each service's process |
package struct PoolFolder: Hashable, Sendable {
    /// The data directory, absolute.
    package let path: String

    package init(_ path: String) {
        let expanded = Repository.expanded(path)
        self.path =
            expanded.hasPrefix("/")
            ? expanded : FileManager.default.currentDirectoryPath + "/" + expanded
    }

    package var plan: String { path + "/pool.json" }
    package var clock: PoolClockFile { PoolClockFile(path: path + "/clock") }
    package var processID: String { path + "/pool.pid" }
    package var genesis: String { path + "/genesis/genesis.car" }
    package var parameters: String { path + "/genesis/network.json" }
    package var template: String { path + "/genesis/template.json" }

    /// The folder of a service.
    package func repository(_ service: ServiceName) -> String { path + "/\(service)" }

    /// The sectors that a miner begins with.
    package func sectors(_ number: Int) -> String { path + "/sectors-\(number)" }

    /// The password of a wallet.
    package func password(_ number: Int) -> String { path + "/secrets/wallet-\(number).password" }

    /// The token with which a service goes to auth's clients, as `genToken` gave it.
    package func authToken(_ name: String) -> String { path + "/secrets/\(name).token" }

    /// The process of a service that runs as one.
    package func serviceProcessID(_ service: ServiceName) -> String {
        path + "/processes/\(service)"
    }

    package func log(_ service: ServiceName) -> String { path + "/logs/\(service).log" }

    /// Creates the folders that are nobody's own.
    package func create() throws(FileFailure) {
        for name in ["", "/genesis", "/secrets", "/logs", "/processes"] {
            try Repository.createFolder(path + name)
        }
    }

    /// The plan; nil before there is one.
    package func readPlan() throws -> PoolPlan? {
        guard FileManager.default.fileExists(atPath: plan) else { return nil }
        do { return try PoolPlan(json: try AtomicFile.read(plan)) } catch {
            throw CommandFailure("\(plan): \(error)")
        }
    }

    package func write(_ plan: PoolPlan) throws(FileFailure) {
        try AtomicFile.write(plan.jsonBytes(.indented()) + [10], to: self.plan, mode: 0o644)
    }
}
