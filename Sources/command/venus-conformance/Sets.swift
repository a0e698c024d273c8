import Conformance
import MessagerConformance
import NodeConformance

/// Every kind of test data: of the engine, and of services that run in this process.
let allSets: [any ConformanceSet] =
    ConformanceSets.all + [
        NodeDialogSet(), SocketDialogSet(), MessagerDialogSet(), RecordedStateSet(),
    ]
