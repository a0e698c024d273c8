import Conformance
import NodeConformance

ConformanceCommand.main(sets: ConformanceSets.all + [NodeDialogSet()])
