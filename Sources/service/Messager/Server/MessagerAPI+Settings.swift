import BigIntegers
import FilecoinTypes
import HTTP
import JSONRPC
import ServiceKit
import VenusAPI

// Senders, the settings of all, nodes, wallets and the log.
extension MessagerAPI {
    func addAddresses(to api: inout RPCService) {
        api.on(MessagerGetAddress.self, need: .read) { context, address in
            try await check(context, address)
            guard let row = try await store.address(address) else { throw MessagerFailure.notFound }
            return row
        }
        api.on(MessagerHasAddress.self, need: .read) { context, address in
            try await check(context, address)
            return try await store.address(address) != nil
        }
        api.on(MessagerWalletHas.self, need: .read) { context, address in
            try await check(context, address)
            let accounts = try await engine.accounts.accounts(of: address)
            return try await engine.signer.has(address, accounts: accounts)
        }
        api.on(MessagerListAddress.self, need: .read) { context in
            var rows: [MessagerAddress] = []
            for row in try await store.addresses() {
                if context.caller.permissions.contains(.admin) {
                    rows.append(row)
                } else if try await engine.accounts.owns(context.caller.name, row.address) {
                    rows.append(row)
                }
            }
            return rows.isEmpty ? nil : rows
        }
        api.on(MessagerUpdateNonce.self, need: .admin) { _, address, nonce in
            try await store.update(address) { $0.nonce = nonce }
            return NoResult()
        }
        api.on(MessagerDeleteAddress.self, need: .write) { context, address in
            try await check(context, address)
            try await store.deleteAddress(address)
            return NoResult()
        }
        api.on(MessagerForbiddenAddress.self, need: .write) { context, address in
            try await check(context, address)
            try await store.update(address) { $0.state = .forbidden }
            return NoResult()
        }
        api.on(MessagerActiveAddress.self, need: .write) { context, address in
            try await check(context, address)
            try await store.update(address) { $0.state = .alive }
            return NoResult()
        }
        api.on(MessagerSetSelectMsgNum.self, need: .write) { context, address, count in
            try await check(context, address)
            try await store.update(address) { $0.selectCount = count }
            return NoResult()
        }
        api.on(MessagerSetFeeParams.self, need: .write) { context, spec in
            guard let address = spec.address else { throw MessagerFailure("address not exists") }
            try await check(context, address)
            try await setFees(address, spec)
            return NoResult()
        }
    }

    private func setFees(_ address: Address, _ spec: MessagerAddressSpec) async throws {
        let maxFee = try Self.amount(spec.maxFee, "maxfee")
        let gasFeeCap = try Self.amount(spec.gasFeeCap, "gas-feecap")
        let baseFee = try Self.amount(spec.baseFee, "basefee")
        let isKnown = try await store.update(address) { row in
            if spec.gasOverEstimation > 0 { row.fees.gasOverEstimation = spec.gasOverEstimation }
            if spec.gasOverPremium > 0 { row.fees.gasOverPremium = spec.gasOverPremium }
            row.fees.maxFee = maxFee ?? row.fees.maxFee
            row.fees.gasFeeCap = gasFeeCap ?? row.fees.gasFeeCap
            row.fees.baseFee = baseFee ?? row.fees.baseFee
        }
        guard isKnown else { throw MessagerFailure("address not exists") }
    }

    private static func amount(
        _ text: String,
        _ name: String
    ) throws(MessagerFailure) -> TokenAmount? {
        if text.isEmpty { return nil }
        guard let number = BigInt(decimal: text) else {
            throw MessagerFailure("parsing \(name) failed failed to parse string as a big int")
        }
        return TokenAmount(attoFIL: number)
    }

    func addSettings(to api: inout RPCService) {
        api.on(MessagerGetSharedParams.self, need: .read) { _ in try await store.sharedSettings() }
        api.on(MessagerSetSharedParams.self, need: .admin) { _, settings in
            try await store.setSharedSettings(settings)
            return NoResult()
        }
        api.on(MessagerSaveNode.self, need: .admin) { _, node in
            guard !node.url.isEmpty, !node.token.isEmpty else {
                throw MessagerFailure("url and token must not be empty")
            }
            let client = try connections.client(node.url, token: node.token, path: "/rpc/v1")
            _ = try await client.call(ChainHead.self, timeout: .seconds(5))
            try await store.add(node)
            return NoResult()
        }
        api.on(MessagerGetNode.self, need: .admin) { _, name in
            guard let node = try await store.nodes().first(where: { $0.name == name }) else {
                throw MessagerFailure.notFound
            }
            return node
        }
        api.on(MessagerHasNode.self, need: .admin) { _, name in
            try await store.nodes().contains { $0.name == name }
        }
        api.on(MessagerListNode.self, need: .admin) { _ in try await store.nodes() }
        api.on(MessagerDeleteNode.self, need: .admin) { _, name in
            try await store.deleteNode(name)
            return NoResult()
        }
        addWallets(to: &api)
        addActors(to: &api)
        api.on(MessagerLogList.self, need: .admin, runs: .loop) { _ in MessagerService.subsystems }
        api.on(MessagerSetLogLevel.self, need: .admin, runs: .loop) { _, subsystem, level in
            try log.setLevel(level, of: subsystem, among: MessagerService.subsystems)
        }
    }

    private func addActors(to api: inout RPCService) {
        api.on(MessagerSaveActorCfg.self, need: .admin) { _, settings in
            try await store.add(settings)
            return NoResult()
        }
        api.on(MessagerUpdateActorCfg.self, need: .admin) { _, id, change in
            try await store.updateActor(id, change)
            return NoResult()
        }
        api.on(MessagerListActorCfg.self, need: .read) { _ in try await store.actorSettings() }
        api.on(MessagerGetActorCfgByID.self, need: .read) { _, id in
            guard let row = try await store.actorSettings(id) else {
                throw MessagerFailure.notFound
            }
            return row
        }
    }

    private func addWallets(to api: inout RPCService) {
        api.on(MessagerSaveWallet.self, need: .admin) { _, wallet in
            guard !wallet.url.isEmpty, !wallet.name.isEmpty else {
                throw MessagerFailure("name and url must not be empty")
            }
            let client = try connections.client(wallet.url, token: wallet.token, path: "/rpc/v0")
            _ = try await client.call(WalletList.self, timeout: .seconds(5))
            try await store.add(wallet)
            return NoResult()
        }
        api.on(MessagerListWallet.self, need: .admin) { _ in
            try await store.wallets().map { wallet in
                // Whoever may see the list need not be able to sign.
                MessagerWallet(name: wallet.name, url: wallet.url, token: "")
            }
        }
        api.on(MessagerDeleteWallet.self, need: .admin) { _, name in
            try await store.deleteWallet(name)
            return NoResult()
        }
    }
}
