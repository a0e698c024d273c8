import ChainConformance
import Conformance
import MessagerConformance
import NodeConformance

/// Every kind of test data: of the engine, whole chains, and of services that run in this process.
let allSets: [any ConformanceSet] =
    ConformanceSets.all + [
        ChainSet(), InvalidBlockSet(),
        NodeDialogSet(), SocketDialogSet(), MessagerDialogSet(), RecordedStateSet(),
    ]
