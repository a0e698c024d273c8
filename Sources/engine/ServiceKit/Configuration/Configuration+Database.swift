extension Configuration {
    /// Checks that a setting names the embedded database, the only one there is yet.
    ///
    /// - Parameters:
    ///   - type: What the setting says; nothing means the embedded one.
    ///   - setting: What it is called.
    ///   - names: Names of the embedded one, the best first.
    /// - Throws: `CommandFailure` with exit status 2.
    package static func checkEmbedded(
        _ type: String,
        setting: String = "database type",
        names: [String] = ["sqlite", "badger"]
    ) throws(CommandFailure) {
        let name = type.lowercased()
        if name.isEmpty || names.contains(name) { return }
        throw CommandFailure(
            name == "mysql"
                ? "the \(setting) mysql is not yet supported"
                : "the \(setting) \(type) is unknown; use \(names[0])",
            exitStatus: 2
        )
    }
}
