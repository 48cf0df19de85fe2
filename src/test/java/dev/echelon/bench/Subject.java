package dev.echelon.bench;

import java.io.IOException;

/** Something to be measured: a gateway, or none. */
interface Subject {

    /** Its name in tables. */
    String name();

    /** Starts a process of its own, which has answered a prompt when this returns. */
    Running start(Workshop workshop) throws IOException;

    /**
     * A started one.
     *
     * @param process of the gateway; that of the upstream where there is none between
     * @param upstreamProcess whom it asks
     * @param jvm whether it can be asked how much it has allocated
     */
    record Running(String name, Callers.Endpoint endpoint, Child process, Child upstreamProcess, boolean jvm)
            implements AutoCloseable {

        /** Whether there is a gateway at all. */
        boolean between() {
            return process != upstreamProcess;
        }

        ProcessFigures figures() {
            return process.figures();
        }

        ProcessFigures upstream() {
            return upstreamProcess.figures();
        }

        @Override
        public void close() {
            if (between()) {
                process.close();
            }
        }
    }
}
