import Conformance

ConformanceCommand.main()
