/// A command of a program: a name, flags, and either an action or further commands.
package struct Command: Sendable {
    package typealias Action = @Sendable (Invocation) async throws -> Void

    package let name: String
    package let aliases: [String]
    /// One line for the help.
    package let usage: String
    /// Replaces the whole line below `USAGE:`.
    package let usageText: String
    /// What the arguments are, as in `[name]`; empty for the usual `[arguments...]`.
    package let argumentsUsage: String
    package let description: String
    package let flags: [Flag]
    package let subcommands: [Command]
    package let isHidden: Bool
    package let action: Action?

    /// Describes a command; without an action it shows its help.
    package init(
        _ name: String,
        aliases: [String] = [],
        usage: String = "",
        usageText: String = "",
        argumentsUsage: String = "",
        description: String = "",
        flags: [Flag] = [],
        subcommands: [Command] = [],
        isHidden: Bool = false,
        action: Action? = nil
    ) {
        self.name = name
        self.aliases = aliases
        self.usage = usage
        self.usageText = usageText
        self.argumentsUsage = argumentsUsage
        self.description = description
        self.flags = flags
        self.subcommands = subcommands
        self.isHidden = isHidden
        self.action = action
    }

    func subcommand(_ name: String) -> Command? {
        subcommands.first { $0.name == name || $0.aliases.contains(name) }
    }
}

/// Why a command line was not understood; ends the program with exit status 2.
package struct UsageError: Error, Sendable, CustomStringConvertible {
    package let message: String
    /// Whether the command's help is printed before the message.
    package let showsHelp: Bool

    package init(_ message: String, showsHelp: Bool = false) {
        self.message = message
        self.showsHelp = showsHelp
    }

    package var description: String { message }
}

/// A failure that names its own exit status; other errors end the program with 1.
package struct CommandFailure: Error, Sendable, CustomStringConvertible {
    package let message: String
    package let exitStatus: Int32

    package init(_ message: String, exitStatus: Int32 = 1) {
        self.message = message
        self.exitStatus = exitStatus
    }

    package var description: String { message }
}
