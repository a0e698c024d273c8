import FilecoinTypes
import HTTP
import JSON
import ServiceKit
import VenusAPI

/// One request on its way through a route.
struct AuthCall: Sendable {
    let server: AuthServer
    let request: HTTPRequest
    /// Who asks; nil on the open routes.
    let caller: Caller?

    var store: AuthStore { server.store }

    /// Reads the request's fields.
    func input(_ name: String) throws(AuthFailure) -> AuthInput { try AuthInput(request, name) }

    /// - Throws: ``AuthFailure`` unless the caller is an admin.
    func requireAdmin() throws(AuthFailure) {
        guard caller?.may(.admin) == true else {
            throw AuthFailure("need admin prem: Permission Deny")
        }
    }

    /// - Throws: ``AuthFailure`` unless the caller is an admin or the user of that name.
    func requireAdmin(orUser name: String) throws(AuthFailure) {
        guard caller?.may(.admin) != true else { return }
        guard let caller, !caller.name.isEmpty, caller.name == name, caller.may(.read) else {
            throw AuthFailure("need admin prem or user \(name) does not match: Permission Deny")
        }
    }

    /// - Throws: ``AuthFailure`` unless the caller is an admin or one of those users.
    func requireAdmin(orOneOf users: [AuthUser]) throws(AuthFailure) {
        guard caller?.may(.admin) != true else { return }
        guard let caller, caller.may(.read), users.contains(where: { $0.name == caller.name })
        else {
            throw AuthFailure("need admin prem: Permission Deny")
        }
    }

    // MARK: - Addresses

    /// The f-form of an address.
    ///
    /// - Throws: ``AuthFailure`` with the original's words.
    static func address(_ text: String) throws(AuthFailure) -> String {
        try parsed(text).text(on: .mainnet)
    }

    /// The f-form of an address that can sign: secp256k1, BLS or delegated.
    static func signer(_ text: String) throws(AuthFailure) -> String {
        // The number that the original's empty address has.
        if text.isEmpty { throw AuthFailure("invalid protocol type: 255") }
        let address = try parsed(text)
        switch address.kind {
        case .secp256k1, .bls, .delegated: return address.text(on: .mainnet)
        case .id, .actor:
            throw AuthFailure("invalid protocol type: \(address.kind.rawValue)")
        }
    }

    private static func parsed(_ text: String) throws(AuthFailure) -> Address {
        do {
            return try Address(text: text)
        } catch {
            throw AuthFailure("\(error)")
        }
    }

    // MARK: - Answers

    static let nothing: [UInt8] = []

    static func json(_ value: some JSONEncodable) -> [UInt8] { value.jsonBytes() }

    /// Users in the form of the routes that only the newer service has.
    static func newerJSON(_ users: [AuthUser]) -> [UInt8] {
        var writer = JSONWriter()
        writer.array { writer in
            for user in users { user.encode(to: &writer, withSourceType: false) }
        }
        return writer.bytes
    }

    static func json(_ bindings: [AuthBinding], withOpenMining: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.array { writer in
            for binding in bindings { binding.encode(to: &writer, withOpenMining: withOpenMining) }
        }
        return writer.bytes
    }
}
