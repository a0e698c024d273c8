import Foundation
import JSON
import NetworkParameters
package import ServiceKit

/// The program `venus-pool`.
package enum PoolProgram {
    package static let version = "0.1.0"

    /// Its command line.
    package static let application = Application(
        name: "venus-pool",
        usage: "runs a whole storage pool on one machine",
        version: version,
        flags: [
            Flag(
                "data",
                default: ".devnet",
                usage: "folder in which everything is kept",
                environment: ["VENUS_POOL_PATH"]
            )
        ],
        commands: [
            devnet, create, status, logs, stop, environment, check, beacon, ChildCommand.command,
        ]
    )

    /// The flag of the program again, for behind a command's name.
    static let dataFlag = Flag("data-folder", aliases: ["data"], usage: "folder of the pool")

    /// The folder that a call names.
    static func folder(_ call: Invocation) -> PoolFolder {
        PoolFolder(call.optionalString("data-folder") ?? call.string("data"))
    }

    static func progress(_ call: Invocation) -> ProgressReport {
        ProgressReport(console: call.console, isTerminal: isatty(STDERR_FILENO) == 1)
    }

    static let creationFlags = [
        Flag("miners", .integer, default: "2", usage: "storage miners of a new pool"),
        Flag("sectors", .integer, default: "4", usage: "sectors that each of them begins with"),
        Flag("block-delay", .integer, default: "10", usage: "seconds of an epoch of a new pool"),
    ]

    /// Makes the pool of a call unless it is there.
    static func makePool(_ call: Invocation, _ folder: PoolFolder) async throws -> PoolPlan {
        let miners = call.integer("miners")
        let sectors = call.integer("sectors")
        guard (1...Int64(PortAllocation.maximumMiners)).contains(miners) else {
            throw UsageError("--miners is 1 to \(PortAllocation.maximumMiners)")
        }
        guard (1...64).contains(sectors) else { throw UsageError("--sectors is 1 to 64") }
        let delay = call.integer("block-delay")
        guard (4...3600).contains(delay) else { throw UsageError("--block-delay is 4 to 3600") }
        let progress = progress(call)
        let plan = try await PoolCreation(folder: folder, progress: progress)
            .run(
                miners: Int(miners),
                sectors: UInt64(sectors),
                blockDelaySeconds: UInt64(delay)
            )
        progress.end()
        if call.isSet("miners"), plan.miners.count != miners {
            throw CommandFailure(
                "\(folder.path) has \(plan.miners.count) miners; use another --data for \(miners)"
            )
        }
        return plan
    }

    private static let create = Command(
        "create",
        usage: "make keys, sectors, parameters and genesis of a pool, but do not start it",
        flags: creationFlags + [dataFlag]
    ) { call in
        let folder = folder(call)
        let plan = try await makePool(call, folder)
        call.print("\(folder.path): \(plan.networkName)")
    }

    private static let beacon = Command(
        "beacon",
        usage: "run the drand server of a devnet",
        flags: [
            Flag("repo", default: "~/.venus-beacon", usage: "folder of the beacon"),
            Flag(
                "network-parameters",
                usage: "file of the network that the beacon is for",
                isRequired: true
            ),
            Flag("port", .integer, default: "9000", usage: "port on the loopback interface"),
            .clockFile,
        ]
    ) { call in
        let parameters = try NetworkParameters(
            json: try AtomicFile.read(call.string("network-parameters"))
        )
        guard let info = parameters.beacons.first?.info else {
            throw CommandFailure("\(call.string("network-parameters")) names no beacon")
        }
        guard let port = UInt16(exactly: call.integer("port")) else {
            throw UsageError("--port must be a port")
        }
        var options = BeaconOptions(repository: call.string("repo"), info: info)
        options.port = port
        options.clock = try call.protocolClock()
        options.log = LogSystem(level: .info, sinks: [StandardErrorSink()])
        let service = try await BeaconService.start(options)
        await TerminationSignal.wait()
        await service.stop()
    }
}
