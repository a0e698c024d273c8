import ServiceKit

/// The page of all programs and their commands.
enum CommandReference {
    static func page(of applications: [Application]) -> String {
        var page = """
            # Commands

            What `--help` prints, for every program and command. Exit status: 0 for success, 1 for a failure,
            2 for wrong use. `--version` prints the version.

            """
        for application in applications {
            page += "\n## \(application.name)\n"
            for help in application.helpPages() {
                // Two levels are enough to find a command in the table of contents.
                if help.path.count > 1 { page += "\n### \(help.path.joined(separator: " "))\n" }
                page += "\n```\n\(trimmed(help.text))\n```\n"
            }
        }
        return page
    }

    /// The text without blanks at the ends of lines and without empty lines at the end.
    private static func trimmed(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
