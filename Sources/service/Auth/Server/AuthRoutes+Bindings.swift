import HTTP
import JSON
import ServiceKit
import VenusAPI

extension AuthRoutes {
    // MARK: - Miners

    static func addMiner(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("UpsertMinerReq")
        let isNew = try await call.store.bindMiner(
            try AuthCall.address(try input.string("Miner")),
            to: try input.string("User"),
            openMining: try input.boolean("OpenMining") ?? true
        )
        return AuthCall.json(isNew)
    }

    /// The newer route wants every field.
    static func addMinerStrictly(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("UpsertMinerReq")
        _ = try input.required("User")
        guard try input.boolean("OpenMining") != nil else {
            throw AuthFailure(
                "Key: 'UpsertMinerReq.OpenMining' Error:Field validation for 'OpenMining' failed on the 'required' tag"
            )
        }
        return try await addMiner(call)
    }

    static func getMiner(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let text = try call.input("GetUserByMinerRequest").string("Miner")
        guard !text.isEmpty,
            let user = try await call.store.user(ofMiner: try AuthCall.address(text))
        else { throw AuthFailure.notFound }
        return AuthCall.json(user)
    }

    static func hasMiner(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let text = try call.input("HasMinerRequest").string("Miner")
        if text.isEmpty { return AuthCall.json(false) }
        return AuthCall.json(
            try await call.store.user(ofMiner: try AuthCall.address(text)) != nil
        )
    }

    static func listMiners(_ call: AuthCall, isNew: Bool) async throws -> [UInt8] {
        let input = try call.input("ListMinerReq")
        let name = isNew ? try input.required("User") : try input.string("User")
        try call.requireAdmin(orUser: name)
        return AuthCall.json(try await call.store.miners(of: name), withOpenMining: isNew)
    }

    static func minerExists(_ call: AuthCall) async throws -> [UInt8] {
        let input = try call.input("MinerExistInUserRequest")
        let name = try input.string("User")
        try call.requireAdmin(orUser: name)
        let miner = try AuthCall.address(try input.string("Miner"))
        return AuthCall.json(try await call.store.user(ofMiner: miner)?.name == name)
    }

    static func removeMiner(_ call: AuthCall) async throws -> [UInt8] {
        let text = try call.input("DelMinerReq").string("Miner")
        if text.isEmpty {
            try call.requireAdmin()
            return AuthCall.json(false)
        }
        let miner = try AuthCall.address(text)
        let owner = try await call.store.user(ofMiner: miner)
        try call.requireAdmin(orOneOf: owner.map { [$0] } ?? [])
        return AuthCall.json(try await call.store.removeMiner(miner))
    }

    // MARK: - Signers

    /// Binds signers one after another; those before a wrong one stay bound, as in the original.
    static func registerSigners(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("RegisterSignersReq")
        let name = try input.string("User")
        let signers = try input.strings("Signers")
        for signer in signers { _ = try AuthCall.address(signer) }
        for signer in signers {
            try await call.store.bindSigner(try AuthCall.signer(signer), to: name)
        }
        return AuthCall.nothing
    }

    static func unregisterSigners(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("UnregisterSignersReq")
        let name = try input.string("User")
        let signers = try input.strings("Signers")
        for signer in signers { _ = try AuthCall.address(signer) }
        for signer in signers {
            try await call.store.unbindSigner(try AuthCall.signer(signer), from: name)
        }
        return AuthCall.nothing
    }

    static func getSigner(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let text = try call.input("GetUserBySignerReq").string("Signer")
        if text.isEmpty { return AuthCall.newerJSON([]) }
        return AuthCall.newerJSON(try await call.store.users(ofSigner: try AuthCall.address(text)))
    }

    static func listSigners(_ call: AuthCall) async throws -> [UInt8] {
        let name = try call.input("ListSignerReq").string("User")
        try call.requireAdmin(orUser: name)
        return AuthCall.json(try await call.store.signers(of: name), withOpenMining: false)
    }

    static func signerExists(_ call: AuthCall) async throws -> [UInt8] {
        let input = try call.input("SignerExistInUserReq")
        let name = try input.string("User")
        try call.requireAdmin(orUser: name)
        let signer = try AuthCall.signer(try input.string("Signer"))
        let users = try await call.store.users(ofSigner: signer)
        return AuthCall.json(users.contains { $0.name == name })
    }

    static func hasSigner(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let signer = try AuthCall.signer(try call.input("HasSignerReq").string("Signer"))
        return AuthCall.json(try await !call.store.users(ofSigner: signer).isEmpty)
    }

    static func removeSigner(_ call: AuthCall) async throws -> [UInt8] {
        let text = try call.input("DelSignerReq").string("Signer")
        if text.isEmpty {
            try call.requireAdmin()
            return AuthCall.json(false)
        }
        let signer = try AuthCall.address(text)
        try call.requireAdmin(orOneOf: try await call.store.users(ofSigner: signer))
        return AuthCall.json(try await call.store.removeSigner(signer))
    }

    // MARK: - Rate limits

    static func setRateLimit(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("UpsertUserRateLimitReq")
        var limit = AuthRateLimit(
            id: try input.string("Id"),
            name: try input.string("Name"),
            service: try input.string("Service"),
            api: try input.string("API"),
            cap: 0,
            resetNanoseconds: 0
        )
        if let object = try input.object("ReqLimit") {
            do {
                let fields = try object.expectObject()
                limit.cap = try fields.decode("Cap", default: 0)
                limit.resetNanoseconds = try fields.decode("ResetDur", default: 0)
            } catch {
                throw AuthFailure("\(error)")
            }
        }
        return AuthCall.json(try await call.store.setRateLimit(limit))
    }

    static func removeRateLimit(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("DelUserRateLimitReq")
        let name = try input.string("Name")
        let id = try input.string("Id")
        if name.isEmpty || id.isEmpty {
            throw AuthFailure(
                "user and rate-limit id is required for removing rate limit regulation"
            )
        }
        try await call.store.removeRateLimit(id, of: name)
        return AuthCall.json(id)
    }

    static func getRateLimits(_ call: AuthCall) async throws -> [UInt8] {
        let input = try call.input("GetUserRateLimitsReq")
        let name = try input.string("Name")
        try call.requireAdmin(orUser: name)
        guard let limits = try await call.store.rateLimits(of: name) else {
            return AuthCall.json(JSONValue.null)
        }
        let id = try input.string("Id")
        return AuthCall.json(limits.filter { id.isEmpty || $0.id == id })
    }
}
