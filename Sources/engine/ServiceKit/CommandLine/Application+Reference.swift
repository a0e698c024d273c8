extension Application {
    /// The help of one command, as it is printed.
    package struct HelpPage: Sendable {
        /// The program's name and the commands that lead there.
        package let path: [String]
        package let text: String
    }

    /// The help of the program and of every command that it shows, in the order of the help.
    package func helpPages() -> [HelpPage] {
        let root = Command(name, usage: usage, flags: flags, subcommands: commands, action: action)
        return helpPages(of: root, [name])
    }

    private func helpPages(of command: Command, _ path: [String]) -> [HelpPage] {
        let page = HelpPage(path: path, text: HelpText.text(for: command, path: path, in: self))
        return [page]
            + command.subcommands.filter { !$0.isHidden }
            .flatMap { helpPages(of: $0, path + [$0.name]) }
    }
}
