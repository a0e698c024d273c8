import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

extension MinerProgram {
    static let address = Command(
        "address",
        usage: "manage the miner address",
        subcommands: [
            add, update,
            Command(
                "rm",
                aliases: ["del"],
                usage: "forget a miner that was added",
                argumentsUsage: "<miner address>"
            ) { call in
                let miner = try address(argument(call, 0, "miner address"))
                _ = try await client(call).call(MinerRemoveAddress.self, miner)
                call.print("remove miner:  \(miner)")
            },
            Command("list", usage: "print miners, without their tokens") { call in
                printJSON(try await client(call).call(MinerListAddress.self), call)
            },
            Command("state", usage: "print state of mining", argumentsUsage: "[address ...]") {
                call in
                let states = try await client(call).call(
                    MinerStatesForMining.self,
                    addresses(call)
                )
                printJSON(states.map(StateRow.init), call)
            },
            Command(
                "start",
                usage: "start mining for specified miner, if not specified, it means all",
                argumentsUsage: "[address ...]"
            ) { call in
                _ = try await client(call).call(MinerStart.self, addresses(call))
                call.print("start mining success.")
            },
            Command(
                "stop",
                usage: "stop mining for specified miner, if not specified, it means all",
                argumentsUsage: "[address ...]"
            ) { call in
                _ = try await client(call).call(MinerStop.self, addresses(call))
                call.print("stop mining success.")
            },
            Command(
                "warmup",
                usage: "winPoSt warmup for miner",
                argumentsUsage: "<miner address>"
            ) { call in
                let miner = try address(argument(call, 0, "miner address"))
                do {
                    _ = try await client(call).call(MinerWarmup.self, miner)
                } catch let error as RPCError {
                    throw CommandFailure("warmup failed:  \(error)")
                }
                call.print("warmup success.")
            },
        ]
    )

    private static let add = Command(
        "add",
        usage: "add a miner with its sealer and wallet; it has to prove once",
        flags: [Flag("addr", usage: "the miner", isRequired: true)] + linkFlags
    ) { call in
        guard let entry = try entry(call, flag: "addr", isRequired: true) else { return }
        _ = try await client(call).call(MinerAddAddress.self, entry)
        call.print("add miner:  \(line(entry))")
    }

    /// As the original printed it, but for the tokens.
    private static func line(_ entry: MinerEntry) -> String {
        func text(_ endpoint: MinerEndpoint?) -> String {
            guard let endpoint else { return "{ }" }
            return "{\(endpoint.address) \(Secret(endpoint.token))}"
        }
        return "{\(entry.miner) \(text(entry.sealer)) \(text(entry.wallet))}"
    }

    private static let update = Command(
        "update",
        usage: "change a miner that was added, or reacquire miners from the auth service",
        flags: [
            Flag("addr", usage: "the miner to change"),
            Flag("skip", .integer, default: "0", usage: "users of the auth service to skip"),
            Flag("limit", .integer, default: "0", usage: "users to read; 0 for all"),
        ] + linkFlags
    ) { call in
        let client = try client(call)
        if let entry = try entry(call, flag: "addr", isRequired: false) {
            _ = try await client.call(MinerUpdateAddress.self, .change(entry), Trailing(nil))
            call.print("update miner:  \(entry.miner)")
            return
        }
        let miners = try await client.call(
            MinerUpdateAddress.self,
            .reload(skip: call.integer("skip")),
            Trailing(call.integer("limit"))
        )
        printJSON(miners, call)
    }

    /// A state as the seeds' scripts read it: the latest error as text.
    private struct StateRow: JSONEncodable {
        let state: MinerState

        init(_ state: MinerState) { self.state = state }

        func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("Addr", state.miner)
                writer.member("IsMining", state.isMining)
                writer.member("Err", state.errors.last ?? "")
            }
        }
    }

    static let winner = Command(
        "winner",
        usage: "block right management",
        subcommands: [
            Command(
                "count",
                usage: "Count the block rights of the specified miner",
                argumentsUsage: "[address ...]",
                flags: [
                    Flag("epoch-start", .integer, usage: "the first epoch", isRequired: true),
                    Flag("epoch-end", .integer, usage: "the last epoch", isRequired: true),
                ]
            ) { call in
                let wins = try await client(call).call(
                    MinerCountWinners.self,
                    addresses(call),
                    ChainEpoch(rawValue: call.integer("epoch-start")),
                    ChainEpoch(rawValue: call.integer("epoch-end")),
                    timeout: .seconds(600)
                )
                printJSON(wins, call)
            }
        ]
    )

    static let record = Command(
        "record",
        usage: "the record about mine block",
        subcommands: [
            Command(
                "query",
                usage: "query record",
                argumentsUsage: "<miner address> <epoch>",
                flags: [
                    Flag(
                        "limit",
                        .integer,
                        default: "1",
                        usage: "records, from the epoch backwards"
                    )
                ]
            ) { call in
                let miner = try address(argument(call, 0, "miner address"))
                let text = try argument(call, 1, "epoch")
                guard let epoch = Int64(text) else { throw UsageError("\(text) is no epoch") }
                let query = MinerRecordQuery(
                    miner: miner,
                    epoch: ChainEpoch(rawValue: epoch),
                    limit: call.integer("limit")
                )
                printJSON(try await client(call).call(MinerQueryRecord.self, query), call)
            },
            Command(
                "blocks",
                usage: "list the epochs that were won, newest first",
                argumentsUsage: "[address ...]",
                flags: [Flag("limit", .integer, default: "20", usage: "how many")]
            ) { call in
                let query = MinerBlockQuery(
                    miners: try addresses(call).miners,
                    limit: call.integer("limit"),
                    offset: 0
                )
                printJSON(try await client(call).call(MinerListBlocks.self, query), call)
            },
        ]
    )
}
