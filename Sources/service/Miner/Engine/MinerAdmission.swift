import FilecoinTypes
import JSONRPC
import ServiceKit
import VenusAPI

/// Takes miners with links of their own, once their key and their sealer were seen to work.
struct MinerAdmission: Sendable {
    let node: RPCClient
    let registry: MinerRegistry
    let warmUp: WarmUp
    let log: Logger

    /// Takes a miner.
    ///
    /// - Throws: ``MinerFailure`` for a miner that could not make a block; what node, wallet or sealer says.
    func admit(_ entry: MinerEntry) async throws {
        guard let sealer = entry.sealer, !sealer.address.isEmpty else {
            throw MinerFailure("miner \(entry.miner) needs the address of its sealer")
        }
        var taken = MinerEntry(miner: try await node.call(StateLookupID.self, entry.miner, .empty))
        taken.sealer = sealer
        taken.wallet = entry.wallet.flatMap { $0.address.isEmpty ? nil : $0 }
        taken.isOpen = entry.isOpen
        let route = try registry.link(sealer, taken.wallet)
        let worker = try await warmUp.worker(of: taken.miner)
        guard try await route.has(worker) else {
            throw MinerFailure("the wallet does not have \(worker), the key of \(taken.miner)")
        }
        try await warmUp.sign(taken.miner, by: worker, over: route)
        try await prove(taken.miner, route)
        try await registry.save(taken)
        log.info("miner added", ["miner": "\(taken.miner)"])
    }

    /// Changes the links of a miner; what is left out stays.
    func change(_ entry: MinerEntry) async throws {
        let miner = try await node.call(StateLookupID.self, entry.miner, .empty)
        var known = try registry.entry(miner)
        if let sealer = entry.sealer, !sealer.address.isEmpty { known.sealer = sealer }
        if let wallet = entry.wallet, !wallet.address.isEmpty { known.wallet = wallet }
        try await admit(known)
    }

    /// Has the miner's prover prove once.
    ///
    /// A miner without a sector that could be proven passes, as in the original: there is nothing to try the
    /// way with.
    func prove(_ miner: Address, _ route: any MinerRoute) async throws {
        do {
            guard try await warmUp.prove(miner, over: route) else {
                log.warning(
                    "no sector to prove yet; the way to the sealer is not tried",
                    ["miner": "\(miner)"]
                )
                return
            }
        } catch {
            throw MinerFailure("mining warm up failed: \(error)")
        }
    }
}
