/// The help of programs and commands, in the layout of the originals (urfave/cli v2.3).
enum HelpText {
    static func text(for command: Command, path: [String], in application: Application) -> String {
        path.count == 1 ? program(application) : self.command(command, path)
    }

    private static func program(_ application: Application) -> String {
        var text = "NAME:\n   \(application.name)"
        if !application.usage.isEmpty { text += " - \(application.usage)" }
        text += "\n\nUSAGE:\n   \(application.name) [global options] command [command options]"
        text += " [arguments...]\n\nVERSION:\n   \(application.version)\n\nCOMMANDS:\n"
        text += commands(application.commands)
        let flags = application.flags + [helpFlag, versionFlag]
        return text + "\nGLOBAL OPTIONS:\n" + table(lines(flags))
    }

    private static func command(_ command: Command, _ path: [String]) -> String {
        let name = path.joined(separator: " ")
        var text = "NAME:\n   \(name) - \(command.usage)\n\nUSAGE:\n   "
        if command.usageText.isEmpty {
            let hasCommands = !command.subcommands.isEmpty
            text += name + (hasCommands ? " command" : "") + " [command options] "
            text += command.argumentsUsage.isEmpty ? "[arguments...]" : command.argumentsUsage
        } else {
            text += command.usageText
        }
        text += "\n\n"
        if !command.description.isEmpty {
            let indented = command.description.split(
                separator: "\n",
                omittingEmptySubsequences: false
            )
            text += "DESCRIPTION:\n   " + indented.joined(separator: "\n   ") + "\n\n"
        }
        if !command.subcommands.isEmpty { text += "COMMANDS:\n\(commands(command.subcommands))\n" }
        return text + "OPTIONS:\n" + table(lines(command.flags + [helpFlag])) + "   \n"
    }

    private static let helpFlag = Flag("help", .boolean, aliases: ["h"], usage: "show help")
    private static let versionFlag = Flag(
        "version",
        .boolean,
        aliases: ["v"],
        usage: "print the version"
    )

    private static func commands(_ commands: [Command]) -> String {
        var rows = commands.filter { !$0.isHidden }.map { command in
            (([command.name] + command.aliases).joined(separator: ", "), command.usage)
        }
        rows.append(("help, h", "Shows a list of commands or help for one command"))
        return table(rows)
    }

    private static func lines(_ flags: [Flag]) -> [(String, String)] {
        flags.filter { !$0.isHidden }.map { flag in
            var usage = flag.usage
            var placeholder = flag.kind == .boolean ? "" : " value"
            let parts = usage.split(separator: "`", omittingEmptySubsequences: false)
            if parts.count == 3, flag.kind != .boolean {
                // `NAME` in the usage is what the value is called.
                placeholder = " \(parts[1])"
                usage = parts.joined()
            }
            let names = flag.names.map { ($0.count == 1 ? "-" : "--") + $0 + placeholder }
            var words = [usage]
            switch flag.kind {
            case .boolean:
                words.append("(default: \(Flag.boolean(flag.defaultValue) ?? false))")
            case .integer where flag.defaultValue.isEmpty: words.append("(default: 0)")
            case .string where !flag.defaultValue.isEmpty:
                words.append("(default: \"\(flag.defaultValue)\")")
            case .duration where flag.defaultValue.isEmpty: words.append("(default: 0s)")
            default:
                if !flag.defaultValue.isEmpty { words.append("(default: \(flag.defaultValue))") }
            }
            if !flag.environment.isEmpty {
                words.append("[" + flag.environment.map { "$" + $0 }.joined(separator: ", ") + "]")
            }
            return (
                names.joined(separator: ", "),
                words.filter { !$0.isEmpty }.joined(separator: " ")
            )
        }
    }

    private static func table(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.reduce(into: "") { text, row in
            let padding = String(repeating: " ", count: width - row.0.count + 2)
            text += "   \(row.0)\(padding)\(row.1)\n"
        }
    }
}
