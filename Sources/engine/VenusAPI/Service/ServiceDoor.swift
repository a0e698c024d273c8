package import JSONRPC
package import ServiceKit

/// How the command line of a program finds its running service: two files in the service's folder.
///
/// | file | content |
/// |---|---|
/// | `token` | a token with all permissions |
/// | `api` | where the service listens; it may be another port than the configured one |
package enum ServiceDoor {
    /// Opens the door of a service that listens.
    package static func open(
        _ repository: Repository,
        address: String,
        token: Secret
    ) throws(FileFailure) {
        try AtomicFile.write(token.revealed, to: repository.file("token"))
        try AtomicFile.write(address, to: repository.file("api"), mode: 0o644)
    }

    /// A client of the service that runs in the folder of a call.
    ///
    /// - Throws: `CommandFailure` if no service has opened its door there.
    package static func client(_ call: Invocation, path: String = "/rpc/v0") throws -> RPCClient {
        let folder = Repository.expanded(call.string("repo"))
        do {
            let token = try AtomicFile.word(folder + "/token")
            let place = try AtomicFile.word(folder + "/api")
            guard let info = APIInfo(address: place, token: token) else {
                throw CommandFailure("\"\(place)\" in \(folder)/api is no address")
            }
            return RPCClient(info.httpURL(path), token: token)
        } catch let error as FileFailure {
            let program = call.path.first ?? "the service"
            throw CommandFailure("\(error); is \(program) running with --repo \(folder)?")
        }
    }
}
