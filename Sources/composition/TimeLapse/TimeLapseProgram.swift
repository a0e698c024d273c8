internal import Foundation
internal import Pool
package import ServiceKit

/// The program `venus-timelapse`.
package enum TimeLapseProgram {
    /// Its command line.
    package static let application = Application(
        name: "venus-timelapse",
        usage: "lets a pool live through whole proving periods in minutes, and checks it",
        version: PoolProgram.version,
        commands: [
            Command(
                "check",
                usage: "run the checks of three proving periods; ends with status 0 or 1",
                flags: [
                    Flag("data", default: ".timelapse", usage: "folder in which pools are made"),
                    Flag(
                        "quick",
                        .boolean,
                        usage: "end after the first due deadline of each miner"
                    ),
                    Flag("keep", .boolean, usage: "keep the pool's folder also when all passed"),
                ],
                action: check
            )
        ]
    )

    @Sendable private static func check(_ call: Invocation) async throws {
        let base = PoolFolder(call.string("data"))
        try Repository.createFolder(base.path)
        let folder = PoolFolder("\(base.path)/pool-\(getpid())")
        // The parameters of the proofs are the same for every devnet.
        try PoolCreation.shareParameters(from: base, to: folder)
        let check = TimeLapseCheck(
            folder: folder,
            console: call.console,
            isQuick: call.boolean("quick")
        )
        let passed = await check.run()
        try PoolCreation.shareParameters(from: folder, to: base)
        guard passed else { throw CommandFailure("the pool's logs are in \(folder.path)/logs") }
        if !call.boolean("keep") { try FileManager.default.removeItem(atPath: folder.path) }
    }
}
