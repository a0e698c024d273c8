/// A kind of test data: finds its files below any folder and runs each as a case.
///
/// To add a kind, make a type that conforms and put it into the list in ``ConformanceSets``. A set knows its
/// files by their content or by the names that the index of the test data gives them, never by an absolute
/// path, so that more data of the same kind can be run from anywhere.
package protocol ConformanceSet: Sendable {
    /// What the set is called in reports.
    var name: String { get }

    /// Takes the files that belong to the set and returns their cases.
    func cases(in files: [ConformanceFile]) throws -> [ConformanceCase]
}

/// One file below the folder that is searched.
package struct ConformanceFile: Sendable {
    /// The path to open.
    package let path: String
    /// The path below the searched folder.
    package let relativePath: String

    package init(path: String, relativePath: String) {
        self.path = path
        self.relativePath = relativePath
    }
}

/// One thing to check.
package struct ConformanceCase: Sendable {
    /// The collection that it is counted under.
    package let corpus: String
    /// The name of the case.
    package let name: String
    /// Runs it.
    package let run: @Sendable (ConformanceOptions) throws -> ConformanceReport

    package init(
        corpus: String,
        name: String,
        run: @escaping @Sendable (ConformanceOptions) throws -> ConformanceReport
    ) {
        self.corpus = corpus
        self.name = name
        self.run = run
    }
}

/// How cases are run.
package struct ConformanceOptions: Sendable {
    /// Whether a failure shows the first difference step by step.
    package var showsTrace: Bool
    /// Keys for proofs of main network messages; without, what the data says is believed.
    package var keys: OfficialKeys?
    /// Whether cases run that take minutes or gigabytes.
    package var runsCostlyCases: Bool

    package init(
        showsTrace: Bool = false,
        keys: OfficialKeys? = nil,
        runsCostlyCases: Bool = false
    ) {
        self.showsTrace = showsTrace
        self.keys = keys
        self.runsCostlyCases = runsCostlyCases
    }
}

/// What came out of a case.
package struct ConformanceReport: Sendable {
    package enum Outcome: Sendable, Equatable {
        case passed
        /// Passed, but proofs were not verified: they were taken to be as the data says.
        case passedProofAssumed
        case failed(String)
        case skipped(String)
    }

    /// What the case exercises, such as an actor's method.
    package var group: String
    package var outcome: Outcome
    /// Class and network version of a vector from before the actors that are built; it fails by none.
    package var era: String?

    package init(group: String, outcome: Outcome, era: String? = nil) {
        self.group = group
        self.outcome = outcome
        self.era = era
    }
}

/// All kinds of test data that are known.
package enum ConformanceSets {
    package static let all: [any ConformanceSet] = [
        VectorSet(), ReplaySet(), MigrationSet(), DialogSet(), KnownFileSet(),
    ]
}
