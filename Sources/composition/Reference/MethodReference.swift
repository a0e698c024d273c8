import Foundation

/// The page of all remote methods.
struct MethodReference {
    /// One service of the page.
    struct Service {
        let program: String
        /// Its module's folder below `Sources/service`.
        let module: String
        /// Where its methods are reached.
        let paths: String
    }

    static let services: [Service] = [
        Service(program: "venus", module: "Node", paths: "`/rpc/v0` and `/rpc/v1`"),
        Service(program: "venus-messager", module: "Messager", paths: "`/rpc/v0`"),
        Service(program: "venus-miner", module: "Miner", paths: "`/rpc/v0`"),
        Service(program: "venus-sealer", module: "SectorManager", paths: "`/rpc/v0`"),
        Service(program: "venus-wallet", module: "Wallet", paths: "`/rpc/v0`"),
    ]

    /// The repository's folder.
    let root: String

    /// Reads the declarations and registrations of the sources and makes the page.
    ///
    /// - Throws: ``ReferenceFailure``.
    func page() throws -> String {
        // What services share, and beside it what each declares for itself.
        let shared = try declarations(below: "Sources/engine")
        var page = """
            # Remote methods

            JSON-RPC 2.0 over HTTP and, for channels, over WebSocket, with `Authorization: Bearer <token>`. A token
            of a level may call what needs that level or a lower one: read < write < sign < admin. Types are those
            of the sources; `Trailing` parameters may be left out. `venus-auth` has HTTP routes instead, listed in
            the operators' guide.

            """
        for service in Self.services {
            let own = try declarations(below: "Sources/service/\(service.module)")
            let rows = try rows(of: service, shared.merging(own) { _, own in own })
            page += "\n## \(service.program)\n\n\(rows.count) methods at \(service.paths).\n\n"
            page += "| method | needs | parameters | result | |\n|---|---|---|---|---|\n"
            page += rows.joined(separator: "\n") + "\n"
        }
        return page
    }

    /// The methods that are declared below a folder, by their types.
    private func declarations(below folder: String) throws -> [String: MethodDeclaration] {
        var found: [String: MethodDeclaration] = [:]
        for file in try sources(below: folder) {
            for method in try MethodDeclaration.all(in: text(file), file: file) {
                guard found.updateValue(method, forKey: method.type) == nil else {
                    throw ReferenceFailure("\(file): \(method.type) is declared twice")
                }
            }
        }
        return found
    }

    private func rows(
        of service: Service,
        _ declarations: [String: MethodDeclaration]
    ) throws -> [String] {
        var rows: [String: String] = [:]
        for file in try sources(below: "Sources/service/\(service.module)") {
            for registration in try MethodRegistration.all(in: text(file), file: file) {
                guard let method = declarations[registration.type] else {
                    throw ReferenceFailure(
                        "\(file) registers \(registration.type), which is no method"
                    )
                }
                rows[method.name + (registration.version ?? "")] = Self.row(method, registration)
            }
        }
        guard !rows.isEmpty else { throw ReferenceFailure("\(service.module) registers no method") }
        return rows.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func row(
        _ method: MethodDeclaration,
        _ registration: MethodRegistration
    ) -> String {
        let parameters = zip(method.parameterNames, method.parameterTypes)
            .map { "`\($0)`: \(code($1))" }.joined(separator: ", ")
        let result =
            method.result == "NoResult"
            ? "" : (method.isChannel ? "channel of " : "") + code(method.result)
        let version = registration.version.map { " (\($0) only)" } ?? ""
        let summary = method.summary.replacing("|", with: "\\|")
        return "| `\(method.name)`\(version) | \(registration.need) | \(parameters) | \(result)"
            + " | \(summary) |"
    }

    private static func code(_ text: String) -> String {
        "`\(text.replacing("|", with: "\\|"))`"
    }

    // MARK: - Files

    /// The Swift files below a folder of the repository, by name.
    private func sources(below folder: String) throws -> [String] {
        let place = URL(fileURLWithPath: root + "/" + folder).resolvingSymlinksInPath().path
        guard let names = FileManager.default.enumerator(atPath: place) else {
            throw ReferenceFailure("there is no folder \(folder) below \(root)")
        }
        return names.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
            .map { folder + "/" + $0 }.sorted()
    }

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: root + "/" + file, encoding: .utf8)
    }
}

/// Why a page cannot be made.
struct ReferenceFailure: Error, Hashable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
