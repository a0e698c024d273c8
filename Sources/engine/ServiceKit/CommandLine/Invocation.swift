/// One call of a command: its flags' values, its arguments, and where it prints.
package struct Invocation: Sendable {
    /// The program's name and the commands that lead here.
    package let path: [String]
    /// What follows the flags.
    package let arguments: [String]
    /// Standard input, output and error.
    package let console: any Console
    /// The environment of the process.
    package let environment: [String: String]
    /// The help of this command.
    package let help: String
    private let values: [String: [String]]
    private let given: Set<String>
    private let fromEnvironment: Set<String>

    init(
        path: [String],
        arguments: [String],
        console: any Console,
        environment: [String: String],
        help: String,
        values: [String: [String]],
        given: Set<String>,
        fromEnvironment: Set<String>
    ) {
        self.path = path
        self.arguments = arguments
        self.console = console
        self.environment = environment
        self.help = help
        self.values = values
        self.given = given
        self.fromEnvironment = fromEnvironment
    }

    /// Whether the flag was given on the command line or in the environment.
    package func isSet(_ flag: String) -> Bool {
        given.contains(flag) || fromEnvironment.contains(flag)
    }

    /// The text of a flag, or its default; empty when there is neither.
    package func string(_ flag: String) -> String { values[flag]?.last ?? "" }

    /// The text of a flag, or nil when there is neither text nor default.
    package func optionalString(_ flag: String) -> String? {
        let text = string(flag)
        return text.isEmpty ? nil : text
    }

    package func boolean(_ flag: String) -> Bool { Flag.boolean(string(flag)) ?? false }

    /// The number of a flag; 0 when it has neither value nor default.
    package func integer(_ flag: String) -> Int64 { Flag.integer(string(flag)) ?? 0 }

    package func number(_ flag: String) -> Double { Double(string(flag)) ?? 0 }

    package func duration(_ flag: String) -> Duration { GoDuration.parse(string(flag)) ?? .zero }

    /// Every value that a repeated flag was given.
    package func list(_ flag: String) -> [String] { values[flag] ?? [] }

    /// Prints a line on standard output.
    package func print(_ line: String = "") { console.write(line + "\n") }

    /// Prints a line on standard error.
    package func printError(_ line: String) { console.writeError(line + "\n") }
}
