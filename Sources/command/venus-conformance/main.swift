import Conformance

ConformanceCommand.main(sets: allSets)
