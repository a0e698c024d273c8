/// A program: its commands and how they are called.
///
/// The form is that of the originals (urfave/cli): flags come before arguments, `--name value`,
/// `--name=value` and `-n value`, `--` ends the flags, `help` at every level. Exit status 0 for success,
/// 1 for a failure, 2 for wrong use.
package struct Application: Sendable {
    package let name: String
    package let usage: String
    /// What `--version` prints after the name.
    package let version: String
    package let flags: [Flag]
    package let commands: [Command]
    /// What the program does without a command; nil shows the help.
    package let action: Command.Action?
    /// Where errors go; some originals print them on standard output.
    package let errorsGoToOutput: Bool

    package init(
        name: String,
        usage: String = "A new cli application",
        version: String,
        flags: [Flag] = [],
        commands: [Command],
        errorsGoToOutput: Bool = false,
        action: Command.Action? = nil
    ) {
        self.name = name
        self.usage = usage
        self.version = version
        self.flags = flags
        self.commands = commands
        self.errorsGoToOutput = errorsGoToOutput
        self.action = action
    }

    /// Runs a command line, without the program's name, and returns the exit status.
    package func run(
        _ arguments: [String],
        environment: [String: String],
        console: any Console
    ) async -> Int32 {
        let root = Command(name, usage: usage, flags: flags, subcommands: commands, action: action)
        var parse = CommandLineParse(application: self, environment: environment)
        do {
            switch try parse.run(root, arguments) {
            case .help(let text): console.write(text)
            case .version: console.write("\(name) version \(version)\n")
            case .command(let command, let call):
                try await command.action?(parse.invocation(call, console: console))
            }
            return 0
        } catch let error as UsageError {
            if error.showsHelp { console.write(parse.help) }
            report("\(error)", console)
            return 2
        } catch let error as CommandFailure {
            report(error.message, console)
            return error.exitStatus
        } catch {
            report("\(error)", console)
            return 1
        }
    }

    private func report(_ message: String, _ console: any Console) {
        if message.isEmpty { return }
        if errorsGoToOutput {
            console.write(message + "\n")
        } else {
            console.writeError(message + "\n")
        }
    }
}

/// The state of reading one command line.
struct CommandLineParse {
    enum Outcome {
        case help(String)
        case version
        case command(Command, path: [String])
    }

    let application: Application
    let environment: [String: String]
    private(set) var help = ""
    private var values: [String: [String]] = [:]
    private var given: Set<String> = []
    private var fromEnvironment: Set<String> = []
    private var arguments: [String] = []

    init(application: Application, environment: [String: String]) {
        self.application = application
        self.environment = environment
    }

    mutating func run(_ root: Command, _ words: [String]) throws(UsageError) -> Outcome {
        var command = root
        var path = [application.name]
        var rest = words[...]
        while true {
            help = HelpText.text(for: command, path: path, in: application)
            try readFlags(of: command, &rest)
            if given.contains("help") { return .help(help) }
            if path.count == 1, given.contains("version") { return .version }
            guard !command.subcommands.isEmpty, let word = rest.first else { break }
            if word == "help" || word == "h" {
                return .help(try helpText(command, path, rest.dropFirst()))
            }
            guard let next = command.subcommand(word) else {
                if command.action != nil, path.count > 1 { break }
                throw UsageError("No help topic for '\(word)'")
            }
            rest.removeFirst()
            command = next
            path.append(next.name)
        }
        arguments = Array(rest)
        guard command.action != nil else { return .help(help) }
        try checkRequired(command)
        return .command(command, path: path)
    }

    func invocation(_ path: [String], console: any Console) -> Invocation {
        Invocation(
            path: path,
            arguments: arguments,
            console: console,
            environment: environment,
            help: help,
            values: values,
            given: given,
            fromEnvironment: fromEnvironment
        )
    }

    private func helpText(
        _ command: Command,
        _ path: [String],
        _ words: ArraySlice<String>
    ) throws(UsageError) -> String {
        var command = command
        var path = path
        for word in words {
            guard let next = command.subcommand(word) else {
                throw UsageError("No help topic for '\(word)'")
            }
            command = next
            path.append(next.name)
        }
        return HelpText.text(for: command, path: path, in: application)
    }

    // MARK: - Flags

    private mutating func readFlags(
        of command: Command,
        _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        var flags = command.flags
        flags.append(Flag("help", .boolean, aliases: ["h"]))
        if command.name == application.name {
            flags.append(Flag("version", .boolean, aliases: ["v"]))
        }
        for flag in command.flags { try setDefault(flag) }
        var repeated: Set<String> = []
        while let word = rest.first, word.hasPrefix("-"), word != "-" {
            rest.removeFirst()
            if word == "--" { break }
            let body = word.dropFirst(word.hasPrefix("--") ? 2 : 1)
            let name = body.prefix { $0 != "=" }
            guard let flag = flags.first(where: { $0.names.contains(String(name)) }) else {
                throw UsageError(
                    "Incorrect Usage: flag provided but not defined: -\(name)",
                    showsHelp: true
                )
            }
            let value = try value(of: flag, body, name.endIndex, &rest)
            guard flag.accepts(value) else {
                throw UsageError(
                    "Incorrect Usage: invalid value \"\(value)\" for flag -\(name)",
                    showsHelp: true
                )
            }
            let isFirst = repeated.insert(flag.name).inserted
            values[flag.name] = flag.kind == .list && !isFirst ? list(flag.name) + [value] : [value]
            given.insert(flag.name)
        }
    }

    private func list(_ name: String) -> [String] { values[name] ?? [] }

    private func value(
        of flag: Flag,
        _ body: Substring,
        _ end: Substring.Index,
        _ rest: inout ArraySlice<String>
    ) throws(UsageError) -> String {
        if end < body.endIndex { return String(body[body.index(after: end)...]) }
        if flag.kind == .boolean { return "true" }
        guard let next = rest.popFirst() else {
            throw UsageError(
                "Incorrect Usage: flag needs an argument: -\(flag.name)",
                showsHelp: true
            )
        }
        return next
    }

    private mutating func setDefault(_ flag: Flag) throws(UsageError) {
        values[flag.name] = flag.defaultValue.isEmpty ? nil : [flag.defaultValue]
        given.remove(flag.name)
        for variable in flag.environment {
            guard let text = environment[variable], !text.isEmpty else { continue }
            guard flag.accepts(text) else {
                throw UsageError("invalid value \"\(text)\" in environment variable \(variable)")
            }
            values[flag.name] = [text]
            fromEnvironment.insert(flag.name)
            return
        }
    }

    private func checkRequired(_ command: Command) throws(UsageError) {
        let missing = command.flags.filter {
            $0.isRequired && !given.contains($0.name) && !fromEnvironment.contains($0.name)
        }
        if missing.isEmpty { return }
        let names = missing.map { "\"\($0.name)\"" }.joined(separator: ", ")
        throw UsageError(
            missing.count == 1
                ? "Required flag \(names) not set" : "Required flags \(names) not set",
            showsHelp: true
        )
    }
}
