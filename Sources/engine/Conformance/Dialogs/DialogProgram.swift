internal import Foundation

/// A program whose dialogs with its clients were recorded from the original.
///
/// To add one, describe here how ours is started, and put it into ``all``.
struct DialogProgram: Sendable {
    /// What the recordings call the program.
    let binaries: Set<String>
    /// The name of ours; it lies beside the running executable.
    let executable: String
    /// What the dialogs are counted under.
    let corpus: String
    /// The version whose every dialog is judged, and the reasons why some of them are not.
    let judgedVersion: String
    let notJudged: [String: String]
    /// Dialogs of other versions that are judged as well: `v1.16.0/signer_lifecycle`.
    let alsoJudged: Set<String>
    /// The arguments that start the service in a folder, on a port of the system's choice.
    let arguments: @Sendable (_ repository: String) -> [String]
    /// The file in the folder that appears when the service listens; its text is `host:port`.
    let readyFile: String
    /// The file with the token that requests carry which have none of their own.
    let tokenFile: String

    static let all: [DialogProgram] = [auth]

    static let auth = DialogProgram(
        binaries: ["venus-auth", "sophon-auth"],
        executable: "venus-auth",
        corpus: "services/auth",
        judgedVersion: "v1.6.0",
        notJudged: [
            "mysql_all": "the MySQL store follows", "ratelimit": "rate limits follow",
        ],
        alsoJudged: ["v1.16.0/signer_lifecycle"],
        arguments: { ["--repo", $0, "--listen", "127.0.0.1:0", "run"] },
        readyFile: "api",
        tokenFile: "token"
    )

    /// Why a dialog is not judged, or nil.
    func reasonToSkip(version: String, scenario: String) -> String? {
        if version == judgedVersion { return notJudged[scenario] }
        return alsoJudged.contains("\(version)/\(scenario)")
            ? nil : "other version: \(judgedVersion) judges"
    }
}

/// A running service with a folder of its own.
final class DialogService {
    /// The folder of the service.
    let repository: String
    /// `http://host:port`.
    let base: String
    let token: String
    /// Where the program and its neighbours lie.
    let programs: String
    private let process: Process

    /// Starts a program and waits until it listens.
    ///
    /// - Throws: ``DialogError``.
    init(_ program: DialogProgram) throws {
        programs = Self.programFolder
        let executable = "\(programs)/\(program.executable)"
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("venus-dialog-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        repository = folder.path
        process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = program.arguments(repository)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let deadline = ContinuousClock.now + .seconds(30)
        var address = ""
        while address.isEmpty {
            guard process.isRunning, ContinuousClock.now < deadline else {
                if process.isRunning { process.terminate() }
                try? FileManager.default.removeItem(atPath: repository)
                throw DialogError("\(program.executable) did not start")
            }
            // The file is the only sign that another process gives.
            usleep(20_000)
            address = Self.line("\(repository)/\(program.readyFile)")
        }
        base = "http://\(address)"
        token = Self.line("\(repository)/\(program.tokenFile)")
    }

    /// Ends the service and removes its folder.
    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: repository)
    }

    /// The folder of the running executable.
    static var programFolder: String {
        let path =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    private static func line(_ path: String) -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return "" }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// Why a dialog could not be played.
struct DialogError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
