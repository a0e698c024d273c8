import Conformance
import MessagerConformance
import NodeConformance

ConformanceCommand.main(
    sets: ConformanceSets.all
        + [NodeDialogSet(), SocketDialogSet(), MessagerDialogSet(), RecordedStateSet()]
)
