import ChainConformance
import Conformance
import MessagerConformance
import NodeConformance
import ProofConformance

/// Every kind of test data: of the engine, whole chains, proofs, and of services that run in this process.
let allSets: [any ConformanceSet] =
    ConformanceSets.all + [
        ChainSet(), InvalidBlockSet(),
        NodeDialogSet(), SocketDialogSet(), MessagerDialogSet(), RecordedStateSet(), ProofDataSet(),
    ]
