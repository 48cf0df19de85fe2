package dev.echelon.bench;

import java.nio.file.Path;
import java.util.List;

/** One question put to all subjects, and its answers. */
interface Experiment {

    /** Its name on the command line and in the results. */
    String name();

    /** What is done, in a sentence. */
    String description();

    /** What it tells, in the table's order. */
    List<Metric> metrics();

    /**
     * Starts what it needs, and ends it.
     *
     * @param folder for configurations and logs
     */
    List<Row> run(Path folder, Progress progress) throws Exception;

    /** Hears how far it has come. */
    interface Progress {
        void say(String line);
    }
}
